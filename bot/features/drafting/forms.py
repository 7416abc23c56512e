"""The form that asks for a draft: from the home tab, from anywhere, or from a message."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from slack_sdk.models.blocks import Block, CheckboxesElement, InputBlock, Option, PlainTextInputElement, PlainTextObject
from slack_sdk.models.views import View

from bot.features.drafting.asking import Choice, Spot
from bot.features.drafting.numbers import number
from bot.features.drafting.usecase import DEFAULT_WORDS, WORDS, Wish
from bot.slack.forms import chosen_values, field_value, select_input, text_input
from bot.slack.message import context, section
from bot.slack.mrkdwn import shortened

FORM: Final = "drafting.form"
VOICE, BRIEF, LENGTH, FREEDOM, PLACE, SURE = "voice", "brief", "words", "freedom", "place", "sure"
MOST_CHOICES: Final = 100  # Slack's limit for a select
BRIEF_CHARS: Final = 2_000
ALONE, HERE = "alone", "here"
PLACES: Final = {HERE: "in this thread, for all who read it", ALONE: "in my direct messages, for me alone"}
FREEDOMS: Final = {"0.7": "as usual", "0.4": "calmer: fewer surprises", "1.0": "freer: more surprises"}
ONLY_YOU: Final = (
    "Only you will see the draft, in your direct messages with me. `/voice draft` in a channel writes for all."
)
NO_LENGTH: Final = f"A number from {WORDS[0]} to {WORDS[-1]:,}."
NOBODY: Final = (
    "No voice writes for you yet. One does once it has texts, a trained or few-shot version, and its owner's consent: "
    "`/voice list` shows them."
)


def loading() -> View:
    return modal([section("Looking for voices that write for you …")], None)


def draft_form(choices: Sequence[Choice], spot: Spot | None, brief: str = "") -> View:
    if not choices:
        return modal([section(NOBODY)], spot)
    voices = {choice.voice.handle: f"{choice.voice.handle} v{choice.version}" for choice in choices[:MOST_CHOICES]}
    blocks: list[Block] = [
        select_input(VOICE, "Voice", voices),
        brief_input(brief),
        text_input(LENGTH, f"Words, {WORDS[0]} to {WORDS[-1]:,}", "600", optional=False, initial=str(DEFAULT_WORDS)),
        select_input(FREEDOM, "How free?", FREEDOMS),
        context(ONLY_YOU) if spot is None else select_input(PLACE, "Where should it come?", PLACES),
        sure_input(),
    ]
    return modal(blocks, spot, submit="Write")


def modal(blocks: Sequence[Block], spot: Spot | None, *, submit: str | None = None) -> View:
    """private_metadata: the message it was opened from."""
    return View(
        type="modal",
        callback_id=FORM,
        title=PlainTextObject(text="Write a draft"),
        submit=PlainTextObject(text=submit) if submit else None,
        close=PlainTextObject(text="Cancel"),
        private_metadata=json.dumps(asdict(spot)) if spot else "",
        blocks=blocks,
    )


def brief_input(brief: str) -> InputBlock:
    element = PlainTextInputElement(
        action_id=BRIEF,
        multiline=True,
        max_length=BRIEF_CHARS,
        initial_value=brief[:BRIEF_CHARS] or None,
        placeholder=PlainTextObject(text="why we repair tools, for new members"),
    )
    hint = PlainTextObject(text="Topic, reader and length help. What stands here goes to the model.")
    return InputBlock(
        block_id=BRIEF, label=PlainTextObject(text="What should it be about?"), element=element, hint=hint
    )


def sure_input() -> InputBlock:
    text = "Write even if the brief is vague, or has a draft already"
    element = CheckboxesElement(action_id=SURE, options=[Option(value="yes", text=PlainTextObject(text=text))])
    return InputBlock(block_id=SURE, label=PlainTextObject(text="Don't ask back"), element=element, optional=True)


def wish_entered(view: dict[str, Any], *, team_id: str, user: str) -> Wish:
    """Raises MissingArgument for a length that is none."""
    spot = Spot(**json.loads(view["private_metadata"])) if view["private_metadata"] else None
    is_private = spot is None or field_value(view, PLACE) == ALONE
    return Wish(
        team_id=team_id,
        channel_id=spot.channel_id if spot else "",
        user=user,
        delivery=f"draft-form:{view['id']}",
        handle=field_value(view, VOICE),
        brief=" ".join(field_value(view, BRIEF).split()),
        words=round(number(field_value(view, LENGTH), WORDS[0], WORDS[-1])),
        temperature=float(field_value(view, FREEDOM)),
        thread_ts=spot.thread_ts if spot and not is_private else None,
        private=is_private,
        anyway=bool(chosen_values(view, SURE)),
    )


def brief_of(message_text: str) -> str:
    """What somebody wrote, as the beginning of a brief that is still to be looked at."""
    return shortened(message_text, BRIEF_CHARS)
