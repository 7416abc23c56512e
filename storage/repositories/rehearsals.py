"""What rehearsals came to, and who overrode them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.rehearsals import RehearsalRecord
from pipeline.domain.voices import Dataset, DatasetId
from storage.rows import find, insert_new, the_one
from storage.tables import RehearsalRow

NO_OVERRIDE: dict[str, Any] = {"overridden_by": None, "override_reason": None, "overridden_at": None}


@dataclass(frozen=True, slots=True)
class SqlRehearsals:
    session: AsyncSession

    async def record(self, rehearsal: RehearsalRecord) -> RehearsalRecord:
        found: dict[str, Any] = {
            "verdict": rehearsal.verdict,
            "problems": [dict(problem) for problem in rehearsal.problems],
            "shown_blob": rehearsal.shown_blob,
        }
        known = {"dataset_id": rehearsal.dataset_id, "dataset_hash": rehearsal.dataset_hash}
        new = known | found | {"team_id": rehearsal.team_id, "rehearsed_at": rehearsal.rehearsed_at}
        row = await insert_new(self.session, RehearsalRow, **new)
        return _record(row or await self._renewed(rehearsal, found))

    async def of_dataset(self, dataset: Dataset) -> RehearsalRecord | None:
        row = await find(self.session, RehearsalRow, *_of(dataset.facts.team_id, dataset.facts.content_hash))
        return _record(row) if row else None

    async def override(self, dataset: Dataset, *, by: str, reason: str, at: datetime) -> bool:
        overridden = await self.session.exec(
            update(RehearsalRow)
            .where(
                *_of(dataset.facts.team_id, dataset.facts.content_hash),
                col(RehearsalRow.verdict) != "pass",
                col(RehearsalRow.overridden_by).is_(None),
            )
            .values(overridden_by=by, override_reason=reason, overridden_at=at)
        )
        return overridden.rowcount == 1

    async def _renewed(self, rehearsal: RehearsalRecord, found: dict[str, Any]) -> RehearsalRow:
        """An override was given to what was known then: it stays only while the same is found again."""
        same = _of(rehearsal.team_id, rehearsal.dataset_hash)
        row = await the_one(self.session, RehearsalRow, *same)
        is_as_before = (row.verdict, row.problems) == (found["verdict"], found["problems"])
        values = found | {"rehearsed_at": rehearsal.rehearsed_at} | ({} if is_as_before else NO_OVERRIDE)
        await self.session.exec(update(RehearsalRow).where(*same).values(**values))
        await self.session.refresh(row)
        return row


def _of(team_id: str, dataset_hash: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(RehearsalRow.team_id) == team_id, col(RehearsalRow.dataset_hash) == dataset_hash


def _record(row: RehearsalRow) -> RehearsalRecord:
    return RehearsalRecord(
        team_id=row.team_id,
        dataset_id=DatasetId(row.dataset_id),
        dataset_hash=row.dataset_hash,
        verdict=row.verdict,
        problems=tuple(row.problems),
        shown_blob=row.shown_blob,
        rehearsed_at=row.rehearsed_at,
        overridden_by=row.overridden_by,
        override_reason=row.override_reason,
        overridden_at=row.overridden_at,
    )
