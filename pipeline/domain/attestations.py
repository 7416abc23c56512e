"""An admin's word that an owner who is not in Slack agreed, and the signed note it rests on."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from pipeline.domain.voices import ConsentId, ConsentLimits

AttestationId = NewType("AttestationId", int)


@dataclass(frozen=True, slots=True)
class NewAttestation:
    """slack_file_id: of the note, until it is kept. limits: what the person agreed to; until is always set."""

    team_id: str
    consent_id: ConsentId
    by: str
    slack_file_id: str
    name: str
    limits: ConsentLimits


@dataclass(frozen=True, slots=True)
class Attestation:
    """note_blob: SHA-256 (hex) of the note in the artifact store; consent is given once it is there."""

    attestation_id: AttestationId
    said: NewAttestation
    at: datetime
    note_blob: str | None = None
