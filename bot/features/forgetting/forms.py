"""The form of /voice forget: a file, a person, or a text by its title."""

from typing import Any, Final

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    Option,
    PlainTextObject,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.features.forgetting.usecase import Forgettable
from bot.slack.forms import field_value, text_input
from bot.slack.message import section
from bot.slack.mrkdwn import quoted, shortened
from pipeline.domain.erasures import ErasureKind

FORM: Final = "forgetting.form"
PERSON, TEXT, FILE, NOTE = "person", "text", "source", "note"
MOST_FILES: Final = 100  # options of a select
OPTION_CHARS: Final = 75
ONE_THING: Final = "Choose one thing: a file, a person, a text or a note."


def forget_form(there: Forgettable) -> View:
    """private_metadata: the voice's name."""
    head = (
        f"What should *{quoted(there.voice.handle)}* forget? Choose one. I show you first what it comes to; nothing is "
        "erased before you say so."
    )
    person = UserSelectElement(action_id=PERSON, placeholder=PlainTextObject(text="A person"))
    blocks: list[Block] = [section(head)]
    if there.sources:
        options = [
            Option(value=one.sha256 or "", text=PlainTextObject(text=shortened(one.name, OPTION_CHARS)))
            for one in there.sources[-MOST_FILES:]
        ]
        blocks.append(
            optional(FILE, "A file, with every text in it", StaticSelectElement(action_id=FILE, options=options))
        )
    if there.notes:
        options = [
            Option(value=sha256, text=PlainTextObject(text=shortened(name, OPTION_CHARS)))
            for sha256, name in list(there.notes.items())[-MOST_FILES:]
        ]
        select = StaticSelectElement(action_id=NOTE, options=options)
        blocks.append(optional(NOTE, "A signed note, of a consent that is over", select))
    blocks.append(optional(PERSON, "A person: their votes, better versions and briefs", person))
    if there.sources:
        blocks.append(text_input(TEXT, "One text, by its title or some words of it", "Managing expectations"))
    return View(
        type="modal",
        callback_id=FORM,
        title=PlainTextObject(text="Forget"),
        submit=PlainTextObject(text="Show me"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=there.voice.handle,
        blocks=blocks,
    )


def optional(block_id: str, label: str, element: Any) -> InputBlock:
    return InputBlock(block_id=block_id, label=PlainTextObject(text=label), element=element, optional=True)


def chosen(view: dict[str, Any]) -> tuple[ErasureKind, str] | None:
    """What is meant; None unless it is one thing."""
    kinds: tuple[ErasureKind, ...] = ("source", "person", "text", "note")
    found = [(kind, value) for kind in kinds if (value := field_value(view, kind).strip())]
    return found[0] if len(found) == 1 else None
