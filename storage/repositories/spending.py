"""Requests for money and the ledger of what is held and spent."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.spending import MonthSpend, SpendRequest, SpendRequestId, SpendState
from pipeline.domain.voices import RoundId, VoiceId
from storage.rows import find, insert, insert_into, insert_new, the_one
from storage.tables import BudgetRow, SpendHoldRow, SpendRequestRow


@dataclass(frozen=True, slots=True)
class SqlSpendRequests:
    session: AsyncSession

    async def ask(self, request: SpendRequest) -> SpendRequest:
        values = asdict(request)
        del values["spend_request_id"]
        return _request(await insert(self.session, SpendRequestRow, **values))

    async def by_id(self, spend_request_id: SpendRequestId) -> SpendRequest:
        return _request(await the_one(self.session, SpendRequestRow, col(SpendRequestRow.id) == spend_request_id))

    async def decide(
        self, spend_request_id: SpendRequestId, *, state: SpendState, by: str | None, at: datetime, reason: str | None
    ) -> bool:
        decided = await self.session.exec(
            update(SpendRequestRow)
            .where(col(SpendRequestRow.id) == spend_request_id, col(SpendRequestRow.state) == "asked")
            .values(state=state, decided_by=by, decided_at=at, reason=reason)
        )
        return decided.rowcount == 1

    async def open_of_round(self, round_id: RoundId) -> list[SpendRequest]:
        return await self._list(col(SpendRequestRow.round_id) == round_id, col(SpendRequestRow.state) == "asked")

    async def of_voice(self, voice_id: VoiceId) -> list[SpendRequest]:
        return await self._list(col(SpendRequestRow.voice_id) == voice_id)

    async def _list(self, *conditions: ColumnElement[bool]) -> list[SpendRequest]:
        rows = select(SpendRequestRow).where(*conditions).order_by(col(SpendRequestRow.id))
        return [_request(row) for row in await self.session.exec(rows)]


@dataclass(frozen=True, slots=True)
class SqlSpendLedger:
    """A month's row is made with default_limit_microusd when money is first reserved in it."""

    session: AsyncSession
    default_limit_microusd: int

    async def month(self, team_id: str, month: str) -> MonthSpend:
        row = await find(self.session, BudgetRow, *_budget_of(team_id, month))
        if row is None:
            return MonthSpend(month, self.default_limit_microusd, held_microusd=0, settled_microusd=0)
        return MonthSpend(month, row.limit_microusd, row.held_microusd, row.settled_microusd)

    async def set_limit(self, team_id: str, month: str, limit_microusd: int) -> None:
        """What is held or settled already stays, even when it is more."""
        limit = insert_into(self.session, BudgetRow).values(team_id=team_id, month=month, limit_microusd=limit_microusd)
        columns = [col(BudgetRow.team_id), col(BudgetRow.month)]
        await self.session.exec(
            limit.on_conflict_do_update(index_elements=columns, set_={"limit_microusd": limit_microusd})
        )

    async def reserve(self, request_id: SpendRequestId, team_id: str, month: str, amount_microusd: int) -> bool:
        _not_negative(amount_microusd)
        hold = {"spend_request_id": request_id, "team_id": team_id, "month": month, "amount_microusd": amount_microusd}
        if await insert_new(self.session, SpendHoldRow, **hold) is None:
            earlier = await the_one(self.session, SpendHoldRow, col(SpendHoldRow.spend_request_id) == request_id)
            return earlier.state == "held" and hold == {name: getattr(earlier, name) for name in hold}
        limit = self.default_limit_microusd
        if await take_from_budget(self.session, team_id, month, amount_microusd, default_limit=limit):
            return True
        await self.session.exec(delete(SpendHoldRow).where(col(SpendHoldRow.spend_request_id) == request_id))
        return False

    async def settle(self, request_id: SpendRequestId, actual_microusd: int) -> None:
        _not_negative(actual_microusd)
        await self._end(request_id, state="settled", actual_microusd=actual_microusd)

    async def release(self, request_id: SpendRequestId) -> None:
        await self._end(request_id, state="released", actual_microusd=0)

    async def _end(self, request_id: SpendRequestId, *, state: str, actual_microusd: int) -> None:
        ended = await self.session.exec(
            update(SpendHoldRow)
            .where(col(SpendHoldRow.spend_request_id) == request_id, col(SpendHoldRow.state) == "held")
            .values(state=state, actual_microusd=actual_microusd)
            .returning(SpendHoldRow)
        )
        hold: SpendHoldRow | None = ended.scalars().one_or_none()
        if hold is not None:
            await settle_in_budget(self.session, hold.team_id, hold.month, hold.amount_microusd, actual_microusd)


async def take_from_budget(
    session: AsyncSession, team_id: str, month: str, amount_microusd: int, *, default_limit: int
) -> bool:
    """Hold money by one conditional statement; False when the month's limit would be passed."""
    await insert_new(session, BudgetRow, team_id=team_id, month=month, limit_microusd=default_limit)
    would_be = col(BudgetRow.settled_microusd) + col(BudgetRow.held_microusd) + amount_microusd
    taken = await session.exec(
        update(BudgetRow)
        .where(*_budget_of(team_id, month), would_be <= col(BudgetRow.limit_microusd))
        .values(held_microusd=col(BudgetRow.held_microusd) + amount_microusd)
    )
    return taken.rowcount == 1


async def settle_in_budget(
    session: AsyncSession, team_id: str, month: str, held_microusd: int, actual_microusd: int
) -> None:
    """Whoever calls makes sure that a hold is settled once."""
    await session.exec(
        update(BudgetRow)
        .where(*_budget_of(team_id, month))
        .values(
            held_microusd=col(BudgetRow.held_microusd) - held_microusd,
            settled_microusd=col(BudgetRow.settled_microusd) + actual_microusd,
        )
    )


def _budget_of(team_id: str, month: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(BudgetRow.team_id) == team_id, col(BudgetRow.month) == month


def _not_negative(amount_microusd: int) -> None:
    if amount_microusd < 0:
        raise ValueError(amount_microusd)


def _request(row: SpendRequestRow) -> SpendRequest:
    return SpendRequest(
        spend_request_id=SpendRequestId(row.id),
        team_id=row.team_id,
        voice_id=row.voice_id,
        round_id=row.round_id,
        dataset_id=row.dataset_id,
        dataset_hash=row.dataset_hash,
        provider=row.provider,
        base=row.base,
        method=row.method,
        epochs=row.epochs,
        ceiling_microusd=row.ceiling_microusd,
        estimate_microusd=row.estimate_microusd,
        state=row.state,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
    )
