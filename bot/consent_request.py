"""The owner is asked, in a direct message; the voice's thread says so."""

from datetime import datetime
from typing import Final

from bot.cards import say_voice_card, voice_thread
from pipeline.domain.voices import Consent, Voice
from pipeline.domain.work import Place, Saying
from pipeline.ports import Transaction

CONSENT_ASKED: Final = "voices.consent_asked"
CONSENT_REQUEST: Final = "consent.request"


async def ask_for_consent(tx: Transaction, voice: Voice, *, now: datetime) -> Consent:
    """A new question; whatever was answered before no longer counts."""
    consent = await tx.consents.ask(voice.voice_id, voice.owner, now=now)
    await say_voice_card(tx, voice, now=now)  # first: what follows stands under it
    asked = Saying(f"consent:{consent.consent_id}:asked", CONSENT_ASKED, {"owner": voice.owner}, voice_thread(voice))
    await tx.outbox.say(asked)
    request = {
        "consent_id": consent.consent_id,
        "handle": voice.handle,
        "steward": voice.steward,
        "channel": voice.channel_id,
        "drafters": list(voice.drafters),
        "sensitivity": voice.sensitivity,
    }
    direct = Place(team_id=voice.team_id, user_id=voice.owner)
    await tx.outbox.say(Saying(f"consent:{consent.consent_id}:request", CONSENT_REQUEST, request, direct))
    return consent
