"""What was done, and which Slack deliveries were seen."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.exports import Recorded
from pipeline.domain.work import AuditEntry
from storage.rows import a_statement_each, insert, insert_into
from storage.tables import AuditRow, DeliveryRow


@dataclass(frozen=True, slots=True)
class SqlAuditLog:
    session: AsyncSession

    async def record(self, entry: AuditEntry, *, now: datetime) -> None:
        await insert(
            self.session,
            AuditRow,
            team_id=entry.team_id,
            at=now,
            who=entry.who,
            what=entry.what,
            subject=entry.subject,
            before=dict(entry.before),
            after=dict(entry.after),
        )

    async def newest(self, team_id: str, what: str) -> AuditEntry | None:
        of_kind = select(AuditRow).where(col(AuditRow.team_id) == team_id, col(AuditRow.what) == what)
        row = (await self.session.exec(of_kind.order_by(col(AuditRow.id).desc()).limit(1))).one_or_none()
        return _entry(row) if row else None

    async def of_team(self, team_id: str) -> list[AuditEntry]:
        """Oldest first."""
        rows = select(AuditRow).where(col(AuditRow.team_id) == team_id).order_by(col(AuditRow.id))
        return [_entry(row) for row in await self.session.exec(rows)]

    async def about(self, team_id: str, subjects: Collection[str]) -> list[Recorded]:
        """Oldest first."""
        found: list[AuditRow] = []
        for some in a_statement_each(sorted(subjects)):
            rows = select(AuditRow).where(col(AuditRow.team_id) == team_id, col(AuditRow.subject).in_(some))
            found += (await self.session.exec(rows)).all()
        return [Recorded(row.at, _entry(row)) for row in sorted(found, key=lambda row: row.id)]


@dataclass(frozen=True, slots=True)
class SqlDeliveries:
    session: AsyncSession

    async def first_time(self, delivery_id: str, *, now: datetime) -> bool:
        return delivery_id in await self.new_ones([delivery_id], now=now)

    async def new_ones(self, delivery_ids: Iterable[str], *, now: datetime) -> set[str]:
        """Those that no committed transaction saw."""
        # In one order everywhere, so that two writers on Postgres never wait for each other's rows.
        rows = [{"delivery_id": delivery_id, "seen_at": now} for delivery_id in sorted(set(delivery_ids))]
        if not rows:
            return set()
        statement = insert_into(self.session, DeliveryRow).on_conflict_do_nothing()
        return set((await self.session.exec(statement.returning(col(DeliveryRow.delivery_id)), params=rows)).scalars())


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        team_id=row.team_id, who=row.who, what=row.what, subject=row.subject, before=row.before, after=row.after
    )
