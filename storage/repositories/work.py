"""Work items as one transaction sees them; claiming is in storage.work_queue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, null, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.work import WorkItem, WorkKind
from pipeline.errors import LeaseLost
from storage.rows import insert_into
from storage.tables import WorkRow

RELEASED: dict[str, Any] = {"owner": None, "lease_until": None, "rerun_at": None}


@dataclass(frozen=True, slots=True)
class SqlWork:
    session: AsyncSession

    async def enqueue(self, kind: WorkKind, subject: object, team_id: str, *, run_at: datetime) -> None:
        statement = insert_into(self.session, WorkRow).values(
            kind=kind, subject=str(subject), team_id=team_id, run_at=run_at
        )
        asked = statement.excluded.run_at
        is_done, is_claimed = col(WorkRow.state) == "done", col(WorkRow.owner).is_not(None)
        upsert = statement.on_conflict_do_update(
            index_elements=["kind", "subject"],
            set_={
                "state": "due",
                "attempts": case((is_done, 0), else_=col(WorkRow.attempts)),
                "run_at": case(
                    (is_done, asked),
                    (and_(~is_claimed, asked < col(WorkRow.run_at)), asked),
                    else_=col(WorkRow.run_at),
                ),
                "rerun_at": case(
                    (~is_claimed, null()),
                    (col(WorkRow.rerun_at) <= asked, col(WorkRow.rerun_at)),
                    else_=asked,
                ),
            },
        )
        await self.session.exec(upsert)

    async def finish(self, item: WorkItem) -> None:
        is_asked_again = col(WorkRow.rerun_at).is_not(None)
        await self._fenced(
            item,
            **RELEASED,
            state=case((is_asked_again, "due"), else_="done"),
            run_at=func.coalesce(col(WorkRow.rerun_at), col(WorkRow.run_at)),
            attempts=case((is_asked_again, 0), else_=col(WorkRow.attempts)),
        )

    async def again(self, item: WorkItem, *, run_at: datetime) -> None:
        is_sooner = col(WorkRow.rerun_at) < run_at
        await self._fenced(item, **RELEASED, run_at=case((is_sooner, col(WorkRow.rerun_at)), else_=run_at))

    async def keep(self, item: WorkItem) -> None:
        await self._fenced(item, token=item.token)

    async def waiting_before(self, kind: WorkKind, subject: object) -> int:
        """Claimed items count as older than all that wait."""
        mine = select(WorkRow).where(
            col(WorkRow.kind) == kind, col(WorkRow.subject) == str(subject), col(WorkRow.state) == "due"
        )
        item = (await self.session.exec(mine)).one_or_none()
        if item is None or item.owner is not None:
            return 0
        is_older = or_(
            col(WorkRow.owner).is_not(None),
            col(WorkRow.run_at) < item.run_at,
            and_(col(WorkRow.run_at) == item.run_at, col(WorkRow.id) < item.id),
        )
        older = select(func.count()).where(col(WorkRow.kind) == kind, col(WorkRow.state) == "due", is_older)
        return (await self.session.exec(older)).one()

    async def _fenced(self, item: WorkItem, **values: Any) -> None:
        is_mine = (col(WorkRow.id) == item.work_id, col(WorkRow.token) == item.token, col(WorkRow.owner).is_not(None))
        written = await self.session.exec(update(WorkRow).where(*is_mine).values(**values))
        if written.rowcount != 1:
            raise LeaseLost(item.kind, item.subject)
