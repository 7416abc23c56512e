"""What changed, in sentences and in a few texts word by word; the rest a button away."""

from typing import Final

from slack_sdk.models.blocks import Block

from bot.features.differences.usecase import SHOWN
from bot.slack.message import Facts, Message, button, buttons, section
from bot.slack.mrkdwn import clipped, escape, person, quoted, shortened
from pipeline.domain.differences import Piece
from pipeline.rewrites import shown_in_slack

SINCE_BEFORE: Final = "differences.since_before"  # a button of the cleaning report
SINCE_LAST_ROUND: Final = "differences.since_last_round"  # a button of the round's preview
MORE: Final = "differences.more"
LINE_CHARS: Final = 400
SAMPLE_CHARS: Final = 1800


def shown(facts: Facts) -> Message:
    since = f"round {facts['since']}" if facts["since"] else "the version before"
    title = f"*{quoted(facts['handle'])}, round {facts['number']}* – what changed since {since}"
    blocks: list[Block] = []
    if not facts["offset"]:
        blocks.append(section("\n".join([title, *map(line, facts["lines"])])))
    blocks += [section(sample(one)) for one in facts["samples"]]
    if facts["left"] > 0:
        rest = f"{facts['left']:,} more rewritten {'text' if facts['left'] == 1 else 'texts'}"
        blocks += [section(f"_{rest}_"), buttons(button("Show more", MORE, facts["more"]))]
    return Message(title, blocks or (section(title),))


def line(fact: Facts) -> str:
    by = f" ({person(fact['by'])})" if fact["by"] else ""
    return f"• {escape(shortened(fact['text'], LINE_CHARS))}{by}"


def sample(fact: Facts) -> str:
    words = shown_in_slack(Piece(**piece) for piece in fact["pieces"])
    return clipped(f"*{quoted(shortened(fact['title'], 150))}*\n{words}", SAMPLE_CHARS)


TEMPLATES = {SHOWN: shown}
