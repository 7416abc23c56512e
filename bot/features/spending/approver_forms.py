"""Forms of approvers: a reason for an emergency, a question, and who stands in."""

from datetime import date
from typing import Any, Final

from slack_sdk.models.blocks import DatePickerElement, InputBlock, PlainTextInputElement, PlainTextObject
from slack_sdk.models.views import View

from bot.features.spending.forms import NOTE_CHARS
from bot.features.spending.usecase import Decision
from bot.slack.forms import field_value, people_input
from bot.slack.message import section
from bot.slack.mrkdwn import shortened, usd
from pipeline.domain.spending import SpendRequest, SpendRequestId

EMERGENCY_FORM: Final = "spending.emergency_form"
QUESTION_FORM: Final = "spending.question_form"
STAND_IN_FORM: Final = "spending.stand_in_form"
REASON: Final = "reason"
PERSON: Final = "person"
UNTIL: Final = "until"


def emergency_form(request: SpendRequest) -> View:
    said = (
        f"You approve up to {usd(request.ceiling_microusd)} alone. All approvers are sent your reason, and it stays on "
        "the card. It must fit the budget."
    )
    return form(EMERGENCY_FORM, "Emergency approval", "Approve", said, "Why can nobody else be asked?", request)


def question_form(request: SpendRequest) -> View:
    said = "I ask it in the dataset thread, and the card says that you asked. The request keeps waiting."
    return form(QUESTION_FORM, "Ask a question", "Ask", said, "What do you want to know?", request)


def form(callback_id: str, title: str, submit: str, said: str, label: str, request: SpendRequest) -> View:
    """One text that has to be there. private_metadata: the request's id."""
    element = PlainTextInputElement(action_id=REASON, multiline=True, max_length=NOTE_CHARS)
    return View(
        type="modal",
        callback_id=callback_id,
        title=PlainTextObject(text=title),
        submit=PlainTextObject(text=submit),
        close=PlainTextObject(text="Back"),
        private_metadata=str(request.spend_request_id),
        blocks=[section(said), InputBlock(block_id=REASON, label=PlainTextObject(text=label), element=element)],
    )


def stand_in_form(today: date) -> View:
    until = DatePickerElement(action_id=UNTIL, initial_date=today.isoformat())
    return View(
        type="modal",
        callback_id=STAND_IN_FORM,
        title=PlainTextObject(text="Name a stand-in"),
        submit=PlainTextObject(text="Name"),
        close=PlainTextObject(text="Back"),
        blocks=[
            section("Their yes counts for yours until that day, and cards say so. You can approve all the same."),
            people_input(PERSON, "Who", None),
            InputBlock(block_id=UNTIL, label=PlainTextObject(text="Until and including"), element=until),
        ],
    )


def with_words(team_id: str, user: str, view: dict[str, Any]) -> Decision:
    request_id = SpendRequestId(int(view["private_metadata"]))
    return Decision(team_id, request_id, user, shortened(field_value(view, REASON), NOTE_CHARS))


def chosen_stand_in(view: dict[str, Any]) -> tuple[str, date | None]:
    """Who, and until when."""
    day = field_value(view, UNTIL)
    return field_value(view, PERSON), date.fromisoformat(day) if day else None
