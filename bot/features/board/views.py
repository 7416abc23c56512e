"""The board in words, with a button to go back to a version or to retire one."""

from typing import Final

from slack_sdk.models.blocks import Block, ButtonElement

from bot.features.board.usecase import Board
from bot.slack.message import button, buttons, context, section
from bot.slack.mrkdwn import quoted, usd
from pipeline.board import Line

PROMOTE: Final = "duels.promote"  # another feature answers
RETIRE: Final = "duels.retire"  # another feature answers
SHOWN: Final = 10
NEVER_MET: Final = "no duel yet"
EXPLAINED: Final = (
    "Strength: chess points above the average of all versions that met in duels, with the 95 % interval; 400 points "
    "are ten votes to one. Accepted: drafts that are good or were corrected, of those people judged."
)


def board_text(board: Board) -> str:
    """The whole board for notifications and screen readers."""
    return "\n".join([f"Board of {quoted(board.voice.handle)}", *(line_text(board, line) for line in board.lines)])


def board_blocks(board: Board) -> tuple[Block, ...]:
    blocks: list[Block] = [section(f"📊 *{quoted(board.voice.handle)}*, best first")]
    for line in board.lines[:SHOWN]:
        blocks.append(section(line_text(board, line)))
        if actions := what_now(line):
            blocks.append(buttons(*actions, block_id=f"board-{line.model.voice_model_id}"))
    return (*blocks, context(EXPLAINED))


def line_text(board: Board, line: Line) -> str:
    facts = [strength(line), acceptance(line), edits(line), cost(line), speed(line)]
    known = " · ".join(fact for fact in facts if fact)
    return f"*{name(board, line)}* ({state(line)}): {known}"


def name(board: Board, line: Line) -> str:
    version = f"{quoted(board.voice.handle)}@v{line.model.version}"
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
        return f"{line.drafts} drafts, none judged" if line.drafts else "no drafts"
    share = f"{line.accepted / line.judged:.0%}".replace("%", " %")
    return f"accepted {line.accepted} of {line.judged} ({share})"


def edits(line: Line) -> str:
    return f"corrections change {line.edited:.0%} of the words".replace("%", " %") if line.edited is not None else ""


def cost(line: Line) -> str:
    return f"{usd(line.per_accepted_microusd)} per accepted draft" if line.per_accepted_microusd is not None else ""


def speed(line: Line) -> str:
    if line.middle_s is None or line.slow_s is None:
        return ""
    return f"{line.middle_s:.1f} s per draft (95 % within {line.slow_s:.1f} s)"


def what_now(line: Line) -> list[ButtonElement]:
    if line.model.state != "trial":
        return []
    version, model_id = line.model.version, line.model.voice_model_id
    back = "Go back to" if line.model.promoted_at is not None else "Promote"
    return [button(f"{back} v{version}", PROMOTE, model_id), button(f"Retire v{version}", RETIRE, model_id)]
