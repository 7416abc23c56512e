"""The form that asks why to go on although something says no: an approver and the audit log read the answer."""

from typing import Any, Final

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement, PlainTextObject
from slack_sdk.models.views import View

from bot.overriding import Override
from bot.reasons import MAX_REASON_CHARS, MIN_REASON_CHARS
from bot.slack.forms import field_value
from bot.slack.message import section
from pipeline.domain.voices import DatasetId

REASON: Final = "reason"
TOO_SHORT: Final = f"At least {MIN_REASON_CHARS} characters: the approver decides by this."


def reason_form(callback_id: str, about: object, *, title: str, question: str, hint: str, shown_where: str) -> View:
    """private_metadata: the id of what it is about. shown_where: who will read the reason."""
    why = InputBlock(
        block_id=REASON,
        label=PlainTextObject(text=question),
        element=PlainTextInputElement(
            action_id=REASON,
            placeholder=PlainTextObject(text=hint),
            multiline=True,
            min_length=MIN_REASON_CHARS,
            max_length=MAX_REASON_CHARS,
        ),
    )
    return View(
        type="modal",
        callback_id=callback_id,
        title=PlainTextObject(text=title),
        submit=PlainTextObject(text="Override"),
        close=PlainTextObject(text="Back"),
        private_metadata=str(about),
        blocks=[section(shown_where), why],
    )


def is_reason(view: dict[str, Any]) -> bool:
    """Slack counts spaces too."""
    return len(" ".join(field_value(view, REASON).split())) >= MIN_REASON_CHARS


def override_entered(team_id: str, user: str, view: dict[str, Any]) -> Override:
    """Of a form about a dataset."""
    return Override(team_id, user, DatasetId(int(view["private_metadata"])), reason_entered(view))


def reason_entered(view: dict[str, Any]) -> str:
    return " ".join(field_value(view, REASON)[:MAX_REASON_CHARS].split())
