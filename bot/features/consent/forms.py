"""The forms of an owner who agrees with limits, and of an admin who attests that one did."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from slack_sdk.models.blocks import Block, DatePickerElement, InputBlock, PlainTextObject
from slack_sdk.models.blocks.block_elements import FileInputElement
from slack_sdk.models.views import View

from bot.features.consent.usecase import VALID_FOR
from bot.slack.amounts import WrongEntry
from bot.slack.forms import chosen_files, field_value, text_input
from bot.slack.message import section
from bot.slack.mrkdwn import quoted
from pipeline.domain.attestations import NewAttestation
from pipeline.domain.voices import ConsentId, ConsentLimits

LIMITS_FORM: Final = "consent.limits_form"
NOT_BEFORE, WORDS, UNTIL = "not_before", "words", "until"
ATTEST_FORM: Final = "consent.attest_form"
NOTE: Final = "note"
NOTE_TYPES: Final = ["pdf", "png", "jpg", "jpeg", "heic", "docx", "txt", "eml"]
DAY: Final = timedelta(days=1)
WORDS_CHARS: Final = 300


def limits_form(consent_id: ConsentId, today: date) -> View:
    """private_metadata: the consent's id."""
    head = (
        "You agree, with these limits. The voice's thread tells them to the steward, and its consent page keeps them."
    )
    return View(
        type="modal",
        callback_id=LIMITS_FORM,
        title=PlainTextObject(text="Agree with limits"),
        submit=PlainTextObject(text="Agree"),
        close=PlainTextObject(text="Back"),
        private_metadata=str(consent_id),
        blocks=[section(head), *limit_inputs("What else? (people keep to it; I can't check it)", today)],
    )


def limit_inputs(what_else: str, today: date) -> list[Block]:
    return [
        day_input(NOT_BEFORE, "Nothing written before (older texts are left out)", None, optional=True),
        text_input(WORDS, what_else, "no social posts"),
        day_input(UNTIL, "Until", today + VALID_FOR, optional=False),
    ]


def attest_form(consent_id: ConsentId, owner: str, today: date) -> View:
    """private_metadata: the consent's id."""
    head = (
        f"You attest that {quoted(owner)} agreed. I keep the signed note with its hash; the card and the audit log "
        "say that you attested it."
    )
    note = FileInputElement(action_id=NOTE, filetypes=NOTE_TYPES, max_files=1)
    return View(
        type="modal",
        callback_id=ATTEST_FORM,
        title=PlainTextObject(text="Attest consent"),
        submit=PlainTextObject(text="Attest"),
        close=PlainTextObject(text="Back"),
        private_metadata=str(consent_id),
        blocks=[
            section(head),
            InputBlock(block_id=NOTE, label=PlainTextObject(text="The signed note"), element=note),
            *limit_inputs("What else did they say? (people keep to it; I can't check it)", today),
        ],
    )


def attested(view: dict[str, Any], *, team_id: str, user: str, now: datetime) -> NewAttestation:
    """Raises WrongEntry."""
    (note,) = chosen_files(view, NOTE)
    consent_id, limits = ConsentId(int(view["private_metadata"])), limits_entered(view, now)
    return NewAttestation(team_id, consent_id, user, str(note["id"]), str(note.get("name") or note["id"]), limits)


def day_input(block_id: str, label: str, initial: date | None, *, optional: bool) -> InputBlock:
    element = DatePickerElement(action_id=block_id, initial_date=initial.isoformat() if initial else None)
    return InputBlock(block_id=block_id, label=PlainTextObject(text=label), element=element, optional=optional)


def limits_entered(view: dict[str, Any], now: datetime) -> ConsentLimits:
    """Raises WrongEntry."""
    not_before, until = field_value(view, NOT_BEFORE), date.fromisoformat(field_value(view, UNTIL))
    words = " ".join(field_value(view, WORDS).split())
    if not now.date() < until <= now.date() + VALID_FOR:
        raise WrongEntry(UNTIL, "Choose a day within the next 12 months; I ask again before it ends.")
    if len(words) > WORDS_CHARS:
        raise WrongEntry(WORDS, f"Say it in {WORDS_CHARS} signs.")
    end = datetime.combine(until + DAY, time(), UTC)  # the day itself still counts
    return ConsentLimits(end, date.fromisoformat(not_before) if not_before else None, words)
