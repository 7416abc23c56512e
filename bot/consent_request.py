"""The owner is asked, in a direct message; for one outside Slack an admin is. The voice's thread says so."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bot.cards import say_voice_card, voice_thread
from pipeline.domain.voices import Consent, Voice
from pipeline.domain.work import Place, Saying
from pipeline.ports import Transaction

CONSENT_ASKED: Final = "voices.consent_asked"
CONSENT_REQUEST: Final = "consent.request"
ATTEST: Final = "consent.attest"
ATTEST_DIRECT: Final = "consent.attest_direct"


async def ask_for_consent(tx: Transaction, voice: Voice, *, now: datetime, admins: Sequence[str] = ()) -> Consent:
    """A new question; what was answered before no longer counts. admins: asked directly where nobody else can be."""
    consent = await tx.consents.ask(voice.voice_id, voice.owner, now=now)
    await say_voice_card(tx, voice, now=now)  # first: what follows stands under it
    if voice.owner_is_here:
        facts = {"owner": voice.owner}
        await tx.outbox.say(Saying(asked_key(consent), CONSENT_ASKED, facts, voice_thread(voice)))
    await say_request(tx, voice, consent, {}, admins=admins)
    return consent


async def say_request(
    tx: Transaction, voice: Voice, consent: Consent, answer: Mapping[str, Any], *, admins: Sequence[str] = ()
) -> None:
    """The question with its buttons, to everybody who may answer; or, once there is an answer, without them."""
    facts = {**request_facts(voice, consent), **answer}
    if voice.owner_is_here:
        direct = Place(team_id=voice.team_id, user_id=voice.owner)
        await tx.outbox.say(Saying(f"consent:{consent.consent_id}:request", CONSENT_REQUEST, facts, direct))
        return
    asked = await tx.outbox.facts(voice.team_id, asked_key(consent)) or {"admins": list(admins)}
    facts |= {"admins": asked["admins"]}
    await tx.outbox.say(Saying(asked_key(consent), ATTEST, facts, voice_thread(voice)))
    for admin in asked["admins"]:
        direct = Place(team_id=voice.team_id, user_id=admin)
        await tx.outbox.say(Saying(f"consent:{consent.consent_id}:attest:{admin}", ATTEST_DIRECT, facts, direct))


def asked_key(consent: Consent) -> str:
    return f"consent:{consent.consent_id}:asked"


def request_facts(voice: Voice, consent: Consent) -> dict[str, Any]:
    return {
        "consent_id": consent.consent_id,
        "handle": voice.handle,
        "purpose": voice.purpose,
        "owner": voice.owner,
        "steward": voice.steward,
        "channel": voice.channel_id,
        "drafters": list(voice.drafters),
        "sensitivity": voice.sensitivity,
    }
