"""Consent of owners who are not in Slack."""

from datetime import datetime
from typing import Protocol

from pipeline.domain.attestations import Attestation, AttestationId, NewAttestation
from pipeline.domain.voices import ConsentId, VoiceId


class Attestations(Protocol):
    async def add(self, said: NewAttestation, *, now: datetime) -> Attestation: ...

    async def by_id(self, attestation_id: AttestationId) -> Attestation: ...

    async def of_voice(self, voice_id: VoiceId) -> list[Attestation]:
        """Of all its consents, the oldest first; also those whose note is not kept."""
        ...

    async def keep(self, attestation_id: AttestationId, note_blob: str, consent_id: ConsentId) -> None:
        """The note is there, and this is the consent that rests on it."""
        ...

    async def forget_note(self, voice_id: VoiceId, note_blob: str) -> None:
        """That somebody attested stays; the note and its name do not."""
        ...

    async def drop(self, attestation_id: AttestationId) -> None: ...
