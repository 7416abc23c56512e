"""The form that says what each emoji means."""

import re
from collections.abc import Mapping
from typing import Any, Final

from slack_sdk.models.blocks import Block, PlainTextObject
from slack_sdk.models.views import View

from bot.slack.amounts import WrongEntry
from bot.slack.forms import field_value, text_input
from bot.slack.message import section
from pipeline.verdicts import BY_NAME, Meaning, MeaningName, canonical

OPEN_EMOJI: Final = "admin.emoji"
EMOJI_FORM: Final = "admin.emoji_form"
NAME: Final = re.compile(r"[a-z0-9_+'\-]{1,100}")
LABELS: Final[dict[MeaningName, str]] = {
    "use": "I would use this",
    "not this": "I would not",
    "fix": "I'll fix it",
    "never train": "Never train on this",
    "sounds right": "Sounds exactly like them",
    "sounds like AI": "Sounds like AI",
    "example": "Use as an example",
    "alarm": "False, harmful or leaks something",
}
# Without these nobody could say what they think, or keep a text out.
NEEDED: Final[frozenset[MeaningName]] = frozenset({"use", "not this", "never train"})


def emoji_form(now: Mapping[str, Meaning]) -> View:
    blocks: list[Block] = [
        section(
            "Which emoji mean what, on drafts. Several are fine, with blanks between them, your own too; skin tones "
            "don't matter. Drafts of the last month are read again under the new map; rounds that took feedback in "
            "keep theirs."
        )
    ]
    for meaning, label in LABELS.items():
        names = " ".join(f":{name}:" for name, meant in now.items() if meant.name == meaning)
        blocks.append(text_input(block_of(meaning), label, ":tada: :heart:", initial=names or None))
    return View(
        type="modal",
        callback_id=EMOJI_FORM,
        title=PlainTextObject(text="Emoji"),
        submit=PlainTextObject(text="Save"),
        close=PlainTextObject(text="Cancel"),
        blocks=blocks,
    )


def wanted_emoji(view: dict[str, Any]) -> dict[str, Meaning]:
    """What was entered. Raises WrongEntry."""
    wanted: dict[str, Meaning] = {}
    for meaning, label in LABELS.items():
        names = [canonical(typed) for typed in field_value(view, block_of(meaning)).lower().split()]
        for name in names:
            if not NAME.fullmatch(name):
                raise WrongEntry(block_of(meaning), "Emoji by their names, such as :tada:, with blanks between them.")
            if name in wanted and wanted[name].name != meaning:
                taken = LABELS[wanted[name].name]
                raise WrongEntry(block_of(meaning), f":{name}: stands under “{taken}” too. One emoji means one thing.")
            wanted[name] = BY_NAME[meaning]
        if meaning in NEEDED and not names:
            raise WrongEntry(block_of(meaning), f"At least one emoji has to mean “{label}”.")
    return wanted


def block_of(meaning: MeaningName) -> str:
    return f"emoji-{meaning.replace(' ', '-')}"
