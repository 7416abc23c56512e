"""What estimates are made from: prices that approvers entered, and bills of past runs."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.spending import Hosting, Machine, PastRun, Price
from storage.rows import insert
from storage.tables import DatasetRow, EnteredPriceRow, SpendRequestRow, TuningJobRow


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

    async def tokens_per_s(self, team_id: str, provider: str, base: str, *, most: int) -> list[Fraction]:
        runs = (
            select(DatasetRow.train_tokens, TuningJobRow.epochs, TuningJobRow.trained_s)
            .join(TuningJobRow, col(TuningJobRow.dataset_id) == col(DatasetRow.id))
            .where(
                col(TuningJobRow.team_id) == team_id,
                col(TuningJobRow.provider) == provider,
                col(TuningJobRow.base) == base,
                col(TuningJobRow.state) == "ready",
                col(TuningJobRow.method) == "supervised",
                col(TuningJobRow.trained_s) > 0,
            )
            .order_by(col(TuningJobRow.id).desc())
            .limit(most)
        )
        measured = await self.session.exec(runs)
        return [tokens * epochs / Fraction(seconds) for tokens, epochs, seconds in measured if tokens > 0 and seconds]


@dataclass(frozen=True, slots=True)
class SqlEnteredPrices:
    session: AsyncSession

    async def add(self, team_id: str, price: Price, *, by: str, now: datetime) -> None:
        hosting = price.hosting or Hosting()
        await insert(
            self.session,
            EnteredPriceRow,
            team_id=team_id,
            provider=price.provider,
            base=price.base,
            train_microusd_per_million=price.train_microusd_per_million,
            input_microusd_per_million=price.input_microusd_per_million,
            output_microusd_per_million=price.output_microusd_per_million,
            hosting_microusd_per_minute=hosting.microusd_per_minute,
            leash_minutes=hosting.leash_minutes,
            hosting_microusd_per_month=hosting.microusd_per_month,
            machine_watts=price.machine and price.machine.watts,
            kwh_microusd=price.machine and price.machine.kwh_microusd,
            machine_microusd_per_hour=price.machine and price.machine.microusd_per_hour,
            context_tokens=price.context_tokens,
            encoding=price.encoding,
            encoding_is_exact=price.encoding_is_exact,
            shutdown_on=price.shutdown_on,
            source=price.source,
            as_of=price.as_of,
            entered_by=by,
            entered_at=now,
        )

    async def newest(self, team_id: str) -> list[Price]:
        last = (
            select(func.max(col(EnteredPriceRow.id)))
            .where(col(EnteredPriceRow.team_id) == team_id)
            .group_by(col(EnteredPriceRow.provider), col(EnteredPriceRow.base))
        )
        rows = select(EnteredPriceRow).where(col(EnteredPriceRow.id).in_(last)).order_by(col(EnteredPriceRow.id))
        return [_price(row) for row in await self.session.exec(rows)]


def _price(row: EnteredPriceRow) -> Price:
    hosting = Hosting(row.hosting_microusd_per_minute, row.leash_minutes, row.hosting_microusd_per_month)
    return Price(
        provider=row.provider,
        base=row.base,
        train_microusd_per_million=row.train_microusd_per_million,
        input_microusd_per_million=row.input_microusd_per_million,
        output_microusd_per_million=row.output_microusd_per_million,
        source=row.source,
        as_of=row.as_of,
        context_tokens=row.context_tokens,
        encoding=row.encoding,
        encoding_is_exact=row.encoding_is_exact,
        shutdown_on=row.shutdown_on,
        hosting=hosting if hosting != Hosting() else None,
        machine=_machine(row),
    )


def _machine(row: EnteredPriceRow) -> Machine | None:
    if row.machine_watts is None:
        return None
    return Machine(row.machine_watts, row.kwh_microusd or 0, row.machine_microusd_per_hour or 0)
