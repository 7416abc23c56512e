"""The board in words, with a button to go back to a version or to retire one."""

from typing import Final

from slack_sdk.models.blocks import Block, ButtonElement, ImageBlock
from slack_sdk.models.blocks.basic_components import SlackFile

from bot.features.board.picturing import BOARD_PICTURE
from bot.features.board.usecase import Board
from bot.slack.measure_words import loss_words, pace_words, right_words
from bot.slack.message import Facts, Message, button, buttons, context, plain, section
from bot.slack.mrkdwn import escape, quoted, usd
from pipeline.board import Line

PROMOTE: Final = "duels.promote"  # another feature answers
RETIRE: Final = "duels.retire"  # another feature answers
PICTURE: Final = "board.show_picture"
PICTURE_COMES: Final = "The picture comes in your direct messages with me."
SHOWN: Final = 10
NEVER_MET: Final = "no duel yet"
EXPLAINED: Final = (
    "Strength: chess points above the average of all versions that met in duels, with the 95 % interval; 400 points "
    "are ten votes to one; votes are those cast in duels. Decided drafts are those whose emoji come to a verdict "
    "(good, bad, contested, on hold) or that were corrected, however many people voted; accepted: good or corrected."
)


def board_text(board: Board) -> str:
    """The whole board for notifications and screen readers."""
    return "\n".join([f"Board of {quoted(board.voice.handle)}", *(line_text(board, line) for line in board.lines)])


def board_blocks(board: Board) -> tuple[Block, ...]:
    blocks: list[Block] = [section(f"📊 *{quoted(board.voice.handle)}*, best first")]
    for line in board.lines[:SHOWN]:
        blocks.append(section(line_text(board, line)))
        if details := " ".join(measured(board, line)):
            blocks.append(context(details))
        if actions := what_now(line):
            blocks.append(buttons(*actions, block_id=f"board-{line.model.voice_model_id}"))
    as_picture = buttons(button("As a picture", PICTURE, board.voice.handle), block_id="board-picture")
    return (*blocks, as_picture, context(EXPLAINED))


def line_text(board: Board, line: Line) -> str:
    facts = [strength(line), acceptance(line), edits(line), cost(line), speed(line, board.target_s)]
    known = " · ".join(fact for fact in facts if fact)
    return f"*{name(board, line)}* ({state(line)}): {known}"


def name(board: Board, line: Line) -> str:
    version = f"{quoted(board.voice.handle)}@v{line.model.version}"
    if line.model.parent_version:
        return f"{version}, from v{line.model.parent_version}"
    return version if line.model.version else f"{version}, few-shot"


def state(line: Line) -> str:
    return {"trial": "on trial", "promoted": "promoted", "retired": "retired"}[line.model.state]


def strength(line: Line) -> str:
    if line.strength is None:
        return NEVER_MET
    found = line.strength
    return f"strength {found.points:+.0f} ({found.low:+.0f} to {found.high:+.0f}, {line.votes} votes)"


def acceptance(line: Line) -> str:
    if not line.judged:
        return f"{line.drafts} drafts, none decided" if line.drafts else "no drafts"
    share = f"{line.accepted / line.judged:.0%}".replace("%", " %")
    undecided = line.drafts - line.judged
    waiting = f", {undecided} more undecided" if undecided else ""
    return f"accepted {line.accepted} of {line.judged} decided drafts ({share}){waiting}"


def edits(line: Line) -> str:
    return f"corrections change {line.edited:.0%} of the words".replace("%", " %") if line.edited is not None else ""


def cost(line: Line) -> str:
    return f"{usd(line.per_accepted_microusd)} per accepted draft" if line.per_accepted_microusd is not None else ""


def speed(line: Line, target_s: int) -> str:
    if line.middle_s is None or line.slow_s is None:
        return ""
    tokens = f", {line.tokens_per_s:.0f} tokens a second" if line.tokens_per_s is not None else ""
    return f"{pace_words(line.middle_s, target_s)}, 95 % within {line.slow_s:.0f} s{tokens}"


def measured(board: Board, line: Line) -> list[str]:
    """From when the version was tried on requests it never saw."""
    told = board.told.get(line.model.voice_model_id, {})
    loss = loss_words(told)
    return [*right_words(told), *([f"{loss[0].upper()}{loss[1:]}."] if loss else [])]


def picture(facts: Facts) -> Message:
    if "sentence" in facts:
        return plain(facts["sentence"])
    head = f"📊 *{quoted(facts['handle'])}*, its versions in a picture"
    shown = ImageBlock(alt_text=facts["alt"], slack_file=SlackFile(id=facts["slack_file_id"]))
    return Message("\n".join([head, escape(facts["alt"])]), (section(head), shown))


def what_now(line: Line) -> list[ButtonElement]:
    if line.model.state != "trial":
        return []
    version, model_id = line.model.version, line.model.voice_model_id
    back = "Go back to" if line.model.promoted_at is not None else "Promote"
    return [button(f"{back} v{version}", PROMOTE, model_id), button(f"Retire v{version}", RETIRE, model_id)]


TEMPLATES = {BOARD_PICTURE: picture}
