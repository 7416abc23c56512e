"""What providers said before money."""

from dataclasses import dataclass
from typing import get_args

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.preflights import Check, CheckName, Preflight
from storage.rows import insert_into
from storage.tables import PreflightRow


@dataclass(frozen=True, slots=True)
class SqlPreflights:
    session: AsyncSession

    async def record(self, preflight: Preflight) -> None:
        checks = {check.name: check.outcome for check in preflight.checks}
        told = {"asked_at": preflight.asked_at, "train_tokens_per_s": preflight.train_tokens_per_s}
        answer = {"checks": checks, **told}
        known = {"team_id": preflight.team_id, "provider": preflight.provider, "base": preflight.base}
        columns = [col(PreflightRow.team_id), col(PreflightRow.provider), col(PreflightRow.base)]
        statement = insert_into(self.session, PreflightRow).values(**known, **answer)
        await self.session.exec(statement.on_conflict_do_update(index_elements=columns, set_=answer))

    async def of_team(self, team_id: str) -> list[Preflight]:
        rows = select(PreflightRow).where(col(PreflightRow.team_id) == team_id).order_by(col(PreflightRow.id))
        return [
            Preflight(
                team_id=row.team_id,
                provider=row.provider,
                base=row.base,
                checks=tuple(Check(name, row.checks[name]) for name in get_args(CheckName) if name in row.checks),
                asked_at=row.asked_at,
                train_tokens_per_s=row.train_tokens_per_s,
            )
            for row in await self.session.exec(rows)
        ]
