"""The two forms: asking for approval, and a reason for saying no."""

from typing import Any, Final, get_args

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.courses import Way
from bot.features.spending.asking import Asked, AskedBefore, CeilingTooLow, SpendWish, TrainForm
from bot.features.spending.usecase import Decision
from bot.offers import Offer, usual_ceiling
from bot.slack.amounts import WrongEntry, amount_in
from bot.slack.course_words import auto_words, closed_words, course_meaning, course_words, pairs_words
from bot.slack.forms import field_value, text_input
from bot.slack.message import section
from bot.slack.mrkdwn import quoted, shortened, usd
from pipeline.domain.spending import SpendRequest, SpendRequestId
from pipeline.estimate import MAX_DEFAULT_EPOCHS

TRAIN: Final = "spending.train"
DECLINE: Final = "spending.decline"
MOST_OPTIONS: Final = 100  # of a select
OPTION_CHARS: Final = 75  # shown of one option
VALUE_CHARS: Final = 150  # sent back of one option
NOTE_CHARS: Final = 500
ERROR_CHARS: Final = 150


def train_form(form: TrainForm) -> View:
    """private_metadata: the voice's handle."""
    first = form.offers[0]
    usual = f"{usd(usual_ceiling(first))} for {first.estimate.base}"
    epochs = f"auto: {first.estimate.epochs}"
    return View(
        type="modal",
        callback_id=TRAIN,
        title=PlainTextObject(text="Ask for approval"),
        submit=PlainTextObject(text="Ask"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=form.handle,
        blocks=[
            about(form),
            base_input(form.offers),
            *way_input(form),
            text_input("epochs", "Passes over the texts", epochs),
            text_input(
                "ceiling", "At most, in $ (empty: the most it should cost plus 25 %)", usual[: OPTION_CHARS * 2]
            ),
            note_input("note", "A word to the approver", "what it is for"),
        ],
    )


def about(form: TrainForm) -> Block:
    lines = [
        f"*{quoted(form.handle)}*, round {form.number}: {form.texts:,} texts. "
        "Nothing is sent or paid until an approver says yes."
    ]
    return section("\n".join([*lines, *of_pairs(form), *of_going_on(form)]))


def of_pairs(form: TrainForm) -> list[str]:
    """What "auto" does and why, or what is to be done so that pairs can be learned from."""
    if not form.pairs:
        return []
    if form.closed is None:
        return [auto_words(form.pairs, version=form.version, takes_pairs=form.takes_pairs)]
    first = form.offers[0].estimate
    closed = closed_words(form.closed, first.provider, first.base, version=form.version, pairs=form.pairs)
    return [f"This round has {pairs_words(form.pairs)}, and auto takes the examples. {closed}"]


def of_going_on(form: TrainForm) -> list[str]:
    """Also, that the other fields hint at the usual way: a form can't follow what is chosen in it."""
    lines = [f"Going on from v{form.version}: {course_meaning('go-on', form.version)}"] if "go-on" in form.ways else []
    hint = "Amounts and passes below are those of examples on the base; the cost card has the others."
    return [*lines, hint] if form.ways else []


def way_input(form: TrainForm) -> list[InputBlock]:
    """Nothing where there is nothing to choose: a first round has its texts and the base."""
    if not form.ways:
        return []
    words = {way: course_words(way, version=form.version, pairs=form.pairs) for way in ("examples", *form.ways)}
    auto = course_words("pairs" if form.takes_pairs else "examples", version=form.version, pairs=form.pairs)
    ways = {"auto": f"Auto: {auto}", **{way: f"{said[0].upper()}{said[1:]}" for way, said in words.items()}}
    options = [Option(value=way, text=PlainTextObject(text=said[:OPTION_CHARS])) for way, said in ways.items()]
    return [
        InputBlock(
            block_id="way",
            label=PlainTextObject(text="What it learns from"),
            element=StaticSelectElement(action_id="way", options=options, initial_option=options[0]),
        )
    ]


def base_input(offers: tuple[Offer, ...]) -> InputBlock:
    options = [base_option(offer) for offer in offers if len(base_value(offer)) <= VALUE_CHARS][:MOST_OPTIONS]
    return InputBlock(
        block_id="base",
        label=PlainTextObject(text="Where and on which base"),
        element=StaticSelectElement(action_id="base", options=options, initial_option=options[0]),
    )


def base_option(offer: Offer) -> Option:
    words = f"{offer.estimate.base} · {offer.estimate.provider} · up to {usd(offer.paid_microusd)}"
    return Option(value=base_value(offer), text=PlainTextObject(text=words[:OPTION_CHARS]))


def base_value(offer: Offer) -> str:
    return f"{offer.estimate.provider}/{offer.estimate.base}"


def note_input(block_id: str, label: str, hint: str) -> InputBlock:
    return InputBlock(
        block_id=block_id,
        label=PlainTextObject(text=label),
        optional=True,
        element=PlainTextInputElement(
            action_id=block_id, placeholder=PlainTextObject(text=hint), multiline=True, max_length=NOTE_CHARS
        ),
    )


def decline_form(request: SpendRequest) -> View:
    """private_metadata: the request's id."""
    return View(
        type="modal",
        callback_id=DECLINE,
        title=PlainTextObject(text=f"Decline {request.label}"[:24]),
        submit=PlainTextObject(text="Decline"),
        close=PlainTextObject(text="Back"),
        private_metadata=str(request.spend_request_id),
        blocks=[note_input("reason", "Why not? The thread will show it.", "wait for the next budget")],
    )


def spend_wish(team_id: str, user: str, view: dict[str, Any]) -> SpendWish:
    """Raises WrongEntry."""
    provider, _, base = field_value(view, "base").partition("/")
    return SpendWish(
        team_id=team_id,
        handle=view["private_metadata"],
        user=user,
        provider=provider,
        base=base,
        epochs=epochs_in(field_value(view, "epochs")),
        ceiling_microusd=amount_in(field_value(view, "ceiling"), "ceiling"),
        note=shortened(field_value(view, "note"), NOTE_CHARS),
        way=way_in(field_value(view, "way")),
    )


def way_in(chosen: str) -> Way:
    """The form of a first round has no such field."""
    return next((way for way in get_args(Way) if way == chosen), "auto")


def decline_decision(team_id: str, user: str, view: dict[str, Any]) -> Decision:
    request_id = SpendRequestId(int(view["private_metadata"]))
    return Decision(team_id, request_id, user, shortened(field_value(view, "reason"), NOTE_CHARS))


def epochs_in(text: str) -> int | None:
    cleaned = text.strip().lower()
    if cleaned in ("", "auto"):
        return None
    if not cleaned.isascii() or not cleaned.isdigit() or not 1 <= int(cleaned[:4]) <= MAX_DEFAULT_EPOCHS:
        raise WrongEntry("epochs", f"A whole number from 1 to {MAX_DEFAULT_EPOCHS}, or auto.")
    return int(cleaned)


def asking_errors(outcome: Asked | AskedBefore | CeilingTooLow) -> dict[str, str]:
    """Field errors of the form; empty when the request was made."""
    match outcome:
        case AskedBefore(request=request):
            said = f"{request.label} already asks for these texts and waits for an answer. I asked nobody twice."
            return {"base": said[:ERROR_CHARS]}
        case CeilingTooLow(high_microusd=high):
            return {"ceiling": f"Training and trying it out may cost up to {usd(high)}; the ceiling must cover that."}
        case Asked():
            return {}
