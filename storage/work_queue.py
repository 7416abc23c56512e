"""What a worker does between transactions: claim the oldest due item, prolong it, give all back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, or_, update
from sqlmodel import col, select

from pipeline.domain.work import WorkItem, WorkKind
from storage.engine import Engine
from storage.tables import WorkRow


@dataclass(frozen=True, slots=True)
class SqlWorkQueue:
    engine: Engine

    async def claim(
        self, owner: str, *, now: datetime, lease_s: float, only: Mapping[WorkKind, Collection[str]] | None = None
    ) -> WorkItem | None:
        is_wanted = [] if only is None else [or_(false(), *(is_one_of(kind, those) for kind, those in only.items()))]
        is_free = or_(col(WorkRow.lease_until).is_(None), col(WorkRow.lease_until) < now)
        oldest = (
            select(WorkRow.id)
            .where(col(WorkRow.state) == "due", col(WorkRow.run_at) <= now, is_free, *is_wanted)
            .order_by(col(WorkRow.run_at), col(WorkRow.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        # rerun_at is forgotten: whoever asked again has committed, so this claim sees what they changed.
        claimed = (
            update(WorkRow)
            .where(col(WorkRow.id) == oldest.scalar_subquery())
            .values(
                owner=owner,
                lease_until=now + timedelta(seconds=lease_s),
                token=col(WorkRow.token) + 1,
                attempts=col(WorkRow.attempts) + 1,
                rerun_at=None,
            )
            .returning(WorkRow)
        )
        async with self.engine.writing() as session:
            row: WorkRow | None = (await session.exec(claimed)).scalars().one_or_none()
        return _item(row, row.lease_until) if row and row.lease_until else None

    async def prolong(self, item: WorkItem, *, until: datetime) -> bool:
        is_mine = (col(WorkRow.id) == item.work_id, col(WorkRow.token) == item.token, col(WorkRow.owner).is_not(None))
        async with self.engine.writing() as session:
            prolonged = await session.exec(update(WorkRow).where(*is_mine).values(lease_until=until))
        return prolonged.rowcount == 1

    async def release_all(self, owner: str) -> None:
        """The token counts up, so that a step which was still running cannot write any more."""
        released = (
            update(WorkRow)
            .where(col(WorkRow.owner) == owner)
            .values(owner=None, lease_until=None, token=col(WorkRow.token) + 1)
        )
        async with self.engine.writing() as session:
            await session.exec(released)


def is_one_of(kind: WorkKind, subjects: Collection[str]) -> ColumnElement[bool]:
    return and_(col(WorkRow.kind) == kind, col(WorkRow.subject).in_(subjects))


def _item(row: WorkRow, lease_until: datetime) -> WorkItem:
    return WorkItem(
        work_id=row.id,
        team_id=row.team_id,
        kind=row.kind,
        subject=row.subject,
        attempts=row.attempts,
        token=row.token,
        lease_until=lease_until,
    )
