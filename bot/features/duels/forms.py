"""The form that starts a duel: briefs, voters, the end, the most it may cost."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from slack_sdk.models.blocks import (
    DateTimePickerElement,
    InputBlock,
    PlainTextInputElement,
    PlainTextObject,
    UserMultiSelectElement,
)
from slack_sdk.models.views import View

from bot.features.duels.usecase import BRIEFS, MOST_VOTERS, DuelForm, DuelWish, Pairing, Side
from bot.slack.forms import chosen_users, field_value, text_input
from bot.slack.grammar import parse_model
from bot.slack.message import section
from bot.slack.mrkdwn import quoted
from bot.versions import PLAIN
from pipeline.errors import MissingArgument, TwoVoices

FORM: Final = "duels.form"
BRIEF, VOTERS, CLOSES, CEILING = "brief-", "voters", "closes", "ceiling"
USAGE: Final = "/voice duel founder@v1 vs plain"
BETWEEN: Final = frozenset({"vs", "vs.", "against", "versus"})
BRIEF_CHARS: Final = 2_000
CENT: Final = 10_000  # micro-dollars


def typed_pairing(words: tuple[str, ...]) -> tuple[Pairing, str]:
    """`founder@v2 vs v1 and a brief` as versions of one voice, and the brief. Raises MissingArgument, TwoVoices."""
    if len(words) < 2:
        raise MissingArgument(USAGE)
    handle, version = parse_model(words[0])
    second, *brief = words[2:] if words[1].lower() in BETWEEN else words[1:]
    if second.lower() == PLAIN:
        return Pairing(handle, Side(version), Side(is_plain=True)), " ".join(brief)
    other_handle, other = parse_model(f"{handle}@{second}" if second[1:].isdigit() else second)
    if other_handle != handle:
        raise TwoVoices
    return Pairing(handle, Side(version), Side(other)), " ".join(brief)


def loading(pairing: Pairing) -> View:
    return View(
        type="modal",
        callback_id=FORM,
        title=PlainTextObject(text="Duel"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=stored(pairing),
        blocks=[section("Looking for briefs that no version was trained on …")],
    )


def duel_form(form: DuelForm) -> View:
    """private_metadata: the two versions, and which briefs nobody may train on."""
    briefs = [brief_input(number, form.briefs) for number in range(BRIEFS)]
    voters = UserMultiSelectElement(
        action_id=VOTERS, initial_users=list(form.voters) or None, max_selected_items=MOST_VOTERS
    )
    closes = DateTimePickerElement(action_id=CLOSES, initial_date_time=int(form.closes_at.timestamp()))
    most = f"{-(-form.most_microusd // CENT) / 100:.2f}"
    one, other = (quoted(name) for name in form.names)
    return View(
        type="modal",
        callback_id=FORM,
        title=PlainTextObject(text="Duel"),
        submit=PlainTextObject(text="Start"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=f"{stored(form.pairing)}:{','.join(form.held_out)}",
        blocks=[
            section(
                f"*{one}* and *{other}* write on the same briefs. People say which text sounds more like the owner: "
                "names hidden, sides shuffled, votes secret until the end. These briefs were never trained on; "
                "feedback on briefs of your own may teach the next version."
            ),
            *briefs,
            InputBlock(block_id=VOTERS, label=PlainTextObject(text="Who votes?"), element=voters),
            InputBlock(block_id=CLOSES, label=PlainTextObject(text="Open until"), element=closes),
            text_input(CEILING, "Spend at most, in dollars", most, optional=False, initial=most),
        ],
    )


def brief_input(number: int, briefs: tuple[str, ...]) -> InputBlock:
    block = f"{BRIEF}{number + 1}"
    known = briefs[number][:BRIEF_CHARS] if number < len(briefs) else None
    element = PlainTextInputElement(action_id=block, multiline=True, initial_value=known, max_length=BRIEF_CHARS)
    return InputBlock(block_id=block, label=PlainTextObject(text=f"Brief {number + 1}"), optional=True, element=element)


def wish_entered(team_id: str, user: str, view: dict[str, Any]) -> DuelWish:
    return DuelWish(
        team_id=team_id,
        user=user,
        pairing=pairing_in(view["private_metadata"]),
        briefs=tuple(field_value(view, f"{BRIEF}{number + 1}") for number in range(BRIEFS)),
        voters=tuple(chosen_users(view, VOTERS)),
        closes_at=closes_in(view),
        ceiling_microusd=ceiling_in(field_value(view, CEILING)),
        delivery=f"duel:{view['id']}",
        held_out=tuple(view["private_metadata"].split(":")[3].split(",")),
    )


def closes_in(view: dict[str, Any]) -> datetime:
    picked = view["state"]["values"].get(CLOSES, {}).get(CLOSES, {}).get("selected_date_time") or 0
    return datetime.fromtimestamp(int(picked), UTC)


def ceiling_in(entered: str) -> int:
    """Micro-dollars; 0 for what is no amount."""
    try:
        return max(0, int(Decimal(entered.strip().lstrip("$").replace(",", ".")) * 1_000_000))
    except (InvalidOperation, OverflowError, ValueError):
        return 0


def stored(pairing: Pairing) -> str:
    one, other = (PLAIN if each.is_plain else str(each.version or "") for each in (pairing.one, pairing.other))
    return f"{pairing.handle}:{one}:{other}"


def pairing_in(metadata: str) -> Pairing:
    handle, one, other, *_ = metadata.split(":")
    return Pairing(handle, side_in(one), side_in(other))


def side_in(word: str) -> Side:
    return Side(is_plain=True) if word == PLAIN else Side(int(word) if word else None)
