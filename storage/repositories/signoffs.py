"""Editors' looks at random texts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.documents import DocumentId
from pipeline.domain.signoffs import NewSignoff, Sight, Signoff, SignoffId, SignoffRow
from pipeline.domain.voices import DatasetId, RoundId, VoiceId
from storage.rows import insert_new, the_one
from storage.tables import SignoffRowTable, SignoffTable


@dataclass(frozen=True, slots=True)
class SqlSignoffs:
    session: AsyncSession

    async def ask(self, signoff: NewSignoff, *, now: datetime) -> Signoff | None:
        row = await insert_new(self.session, SignoffTable, **asdict(signoff), asked_at=now)
        return await self._whole(row) if row else None

    async def by_id(self, signoff_id: SignoffId) -> Signoff:
        return await self._whole(await the_one(self.session, SignoffTable, col(SignoffTable.id) == signoff_id))

    async def of_round(self, round_id: RoundId) -> list[Signoff]:
        rows = select(SignoffTable).where(col(SignoffTable.round_id) == round_id).order_by(col(SignoffTable.id))
        return [await self._whole(row) for row in (await self.session.exec(rows)).all()]

    async def carry(self, round_id: RoundId, *, to_revision: int) -> None:
        just_before = (col(SignoffTable.round_id) == round_id, col(SignoffTable.revision) == to_revision - 1)
        await self.session.exec(update(SignoffTable).where(*just_before).values(revision=to_revision))

    async def _whole(self, row: SignoffTable) -> Signoff:
        of = select(SignoffRowTable).where(col(SignoffRowTable.signoff_id) == row.id)
        rows = (await self.session.exec(of.order_by(col(SignoffRowTable.number)))).all()
        facts = NewSignoff(
            team_id=row.team_id,
            voice_id=VoiceId(row.voice_id),
            round_id=RoundId(row.round_id),
            dataset_id=DatasetId(row.dataset_id),
            revision=row.revision,
            editor=row.editor,
            asked_by=row.asked_by,
        )
        return Signoff(SignoffId(row.id), facts, row.asked_at, tuple(_row(one) for one in rows))


@dataclass(frozen=True, slots=True)
class SqlSignoffRows:
    session: AsyncSession

    async def fill(self, signoff_id: SignoffId, rows: Sequence[SignoffRow]) -> None:
        of = await the_one(self.session, SignoffTable, col(SignoffTable.id) == signoff_id)
        for row in rows:
            values = asdict(row)
            key = values.pop("key")
            await insert_new(
                self.session, SignoffRowTable, team_id=of.team_id, signoff_id=signoff_id, document_key=key, **values
            )

    async def see(self, signoff_id: SignoffId, number: int, sight: Sight, *, at: datetime) -> bool:
        one = (col(SignoffRowTable.signoff_id) == signoff_id, col(SignoffRowTable.number) == number)
        is_other = col(SignoffRowTable.sight).is_distinct_from(sight)
        seen = await self.session.exec(update(SignoffRowTable).where(*one, is_other).values(sight=sight, seen_at=at))
        return seen.rowcount == 1


def _row(row: SignoffRowTable) -> SignoffRow:
    return SignoffRow(
        number=row.number,
        key=DocumentId(row.document_key),
        title=row.title,
        prompt=row.prompt,
        opening=row.opening,
        text_blob=row.text_blob,
        sight=row.sight,
        seen_at=row.seen_at,
    )
