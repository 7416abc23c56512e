"""What a consent rests on, where an admin gave it for an owner outside Slack."""

from pipeline.domain.attestations import Attestation
from pipeline.domain.voices import Consent
from pipeline.ports import Transaction


async def attestation_of(tx: Transaction, consent: Consent | None) -> Attestation | None:
    """None too while its note is not kept: then nothing is attested."""
    if consent is None:
        return None
    of_voice = await tx.attestations.of_voice(consent.voice_id)
    kept = [one for one in of_voice if one.said.consent_id == consent.consent_id and one.note_blob is not None]
    return kept[-1] if kept else None
