"""The form that asks why to pay although the rehearsal says no."""

from typing import Any, Final

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement, PlainTextObject
from slack_sdk.models.views import View

from bot.features.rehearsal.overriding import MIN_REASON_CHARS, Override
from bot.slack.forms import field_value
from bot.slack.message import section
from pipeline.domain.voices import DatasetId

OVERRIDE_FORM: Final = "rehearsal.override_form"
REASON: Final = "reason"
MAX_REASON_CHARS: Final = 500
TOO_SHORT: Final = f"At least {MIN_REASON_CHARS} characters: the approver decides by this."


def override_form(dataset_id: DatasetId) -> View:
    """private_metadata: the dataset's id."""
    why = InputBlock(
        block_id=REASON,
        label=PlainTextObject(text="Why pay all the same?"),
        element=PlainTextInputElement(
            action_id=REASON,
            placeholder=PlainTextObject(text="The links belong to the posts and we want them."),
            multiline=True,
            min_length=MIN_REASON_CHARS,
            max_length=MAX_REASON_CHARS,
        ),
    )
    shown_to = section("The rehearsal report, the approval card and the audit log show this reason with your name.")
    return View(
        type="modal",
        callback_id=OVERRIDE_FORM,
        title=PlainTextObject(text="Override the rehearsal"),
        submit=PlainTextObject(text="Override"),
        close=PlainTextObject(text="Back"),
        private_metadata=str(dataset_id),
        blocks=[shown_to, why],
    )


def is_reason(view: dict[str, Any]) -> bool:
    """Slack counts spaces too."""
    return len(" ".join(field_value(view, REASON).split())) >= MIN_REASON_CHARS


def override_entered(team_id: str, user: str, view: dict[str, Any]) -> Override:
    reason = field_value(view, REASON)[:MAX_REASON_CHARS]
    return Override(team_id, user, DatasetId(int(view["private_metadata"])), reason)
