"""What a consent rests on, where an admin gave it for an owner outside Slack."""

from datetime import datetime

from pipeline.domain.attestations import Attestation
from pipeline.domain.voices import Consent, Voice
from pipeline.ports import Transaction


async def notes_over(tx: Transaction, voice: Voice, now: datetime) -> dict[str, str]:
    """Names of kept notes by hash, of consents that are over: a note is kept for as long as something rests on it."""
    newest = await tx.consents.newest(voice.voice_id)
    in_force = newest.consent_id if newest is not None and newest.covers(now) else None
    kept = [one for one in await tx.attestations.of_voice(voice.voice_id) if one.note_blob]
    used = {one.note_blob for one in kept if one.said.consent_id == in_force}
    return {one.note_blob: one.said.name for one in kept if one.note_blob and one.note_blob not in used}


async def attestation_of(tx: Transaction, consent: Consent | None) -> Attestation | None:
    """None too while its note is not kept: then nothing is attested."""
    if consent is None:
        return None
    of_voice = await tx.attestations.of_voice(consent.voice_id)
    kept = [one for one in of_voice if one.said.consent_id == consent.consent_id and one.note_blob is not None]
    return kept[-1] if kept else None
