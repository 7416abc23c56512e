"""Consent of owners who are not in Slack."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.attestations import Attestation, AttestationId, NewAttestation
from pipeline.domain.erasures import FORGOTTEN_FILE
from pipeline.domain.voices import ConsentId, ConsentLimits, VoiceId
from storage.rows import insert, the_one
from storage.tables import AttestationRow, ConsentRow


@dataclass(frozen=True, slots=True)
class SqlAttestations:
    session: AsyncSession

    async def add(self, said: NewAttestation, *, now: datetime) -> Attestation:
        row = await insert(
            self.session,
            AttestationRow,
            team_id=said.team_id,
            consent_id=said.consent_id,
            by_user=said.by,
            at=now,
            slack_file_id=said.slack_file_id,
            name=said.name,
            until=said.limits.until,
            not_before=said.limits.not_before,
            limits=said.limits.words,
        )
        return _attestation(row)

    async def by_id(self, attestation_id: AttestationId) -> Attestation:
        return _attestation(await the_one(self.session, AttestationRow, col(AttestationRow.id) == attestation_id))

    async def of_voice(self, voice_id: VoiceId) -> list[Attestation]:
        consents = select(ConsentRow.id).where(col(ConsentRow.voice_id) == voice_id)
        rows = select(AttestationRow).where(col(AttestationRow.consent_id).in_(consents))
        return [_attestation(row) for row in await self.session.exec(rows.order_by(col(AttestationRow.id)))]

    async def keep(self, attestation_id: AttestationId, note_blob: str, consent_id: ConsentId) -> None:
        kept = update(AttestationRow).where(col(AttestationRow.id) == attestation_id)
        await self.session.exec(kept.values(note_blob=note_blob, consent_id=consent_id))

    async def forget_note(self, voice_id: VoiceId, note_blob: str) -> None:
        consents = select(ConsentRow.id).where(col(ConsentRow.voice_id) == voice_id)
        theirs = (col(AttestationRow.consent_id).in_(consents), col(AttestationRow.note_blob) == note_blob)
        gone = {"note_blob": None, "name": FORGOTTEN_FILE, "slack_file_id": ""}
        await self.session.exec(update(AttestationRow).where(*theirs).values(**gone))

    async def drop(self, attestation_id: AttestationId) -> None:
        await self.session.exec(delete(AttestationRow).where(col(AttestationRow.id) == attestation_id))


def _attestation(row: AttestationRow) -> Attestation:
    limits = ConsentLimits(row.until, row.not_before, row.limits)
    said = NewAttestation(row.team_id, ConsentId(row.consent_id), row.by_user, row.slack_file_id, row.name, limits)
    return Attestation(AttestationId(row.id), said, row.at, row.note_blob)
