"""What estimates are made from: bills of past runs."""

from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.spending import PastRun
from storage.tables import SpendRequestRow, TuningJobRow


@dataclass(frozen=True, slots=True)
class SqlPastRuns:
    session: AsyncSession

    async def newest(self, team_id: str, provider: str, *, most: int) -> list[PastRun]:
        """A run without trained tokens was settled at its estimate and says nothing about the estimate."""
        same = col(SpendRequestRow.id) == col(TuningJobRow.spend_request_id)
        runs = (
            select(SpendRequestRow.estimate_microusd, TuningJobRow.actual_microusd)
            .join(TuningJobRow, same)
            .where(
                col(TuningJobRow.team_id) == team_id,
                col(TuningJobRow.provider) == provider,
                col(TuningJobRow.state) == "ready",
                col(TuningJobRow.trained_tokens).is_not(None),
                col(TuningJobRow.actual_microusd).is_not(None),
            )
            .order_by(col(TuningJobRow.id).desc())
            .limit(most)
        )
        return [PastRun(estimate, actual) for estimate, actual in await self.session.exec(runs) if actual is not None]
