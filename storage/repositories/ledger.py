"""What is held and spent of a month's budgets; three at once: the workspace's, the voice's, the person's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, false, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.approvals import Budget, SpendRules, scopes
from pipeline.domain.spending import MonthSpend, SpendRequestId
from storage.repositories.approvals import SqlSpendRules
from storage.rows import find, for_change, insert_new, the_one
from storage.tables import BudgetRow, SpendHoldRow, SpendRequestRow

WORKSPACE = ""


@dataclass(frozen=True, slots=True)
class SqlSpendLedger:
    session: AsyncSession
    rules: SqlSpendRules

    async def month(self, team_id: str, month: str) -> MonthSpend:
        limit = (await self.rules.of_team(team_id)).month_limit_microusd
        row = await find(self.session, BudgetRow, *_in_month(team_id, month), col(BudgetRow.scope) == WORKSPACE)
        if row is None:
            return MonthSpend(month, limit, held_microusd=0, settled_microusd=0)
        return MonthSpend(month, limit + row.raised_microusd, row.held_microusd, row.settled_microusd)

    async def reserve(self, request_id: SpendRequestId, team_id: str, month: str, amount_microusd: int) -> bool:
        _not_negative(amount_microusd)
        hold = {"spend_request_id": request_id, "team_id": team_id, "month": month, "amount_microusd": amount_microusd}
        if await insert_new(self.session, SpendHoldRow, **hold) is None:
            earlier = await the_one(self.session, SpendHoldRow, col(SpendHoldRow.spend_request_id) == request_id)
            return earlier.state == "held" and hold == {name: getattr(earlier, name) for name in hold}
        rules, mine = await self.rules.of_team(team_id), await _scopes(self.session, request_id)
        if await hold_in_budgets(self.session, rules, mine, team_id, month, amount_microusd):
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
        if hold is None:
            return
        mine = await _scopes(self.session, request_id)
        await settle_in_budgets(self.session, mine, hold.team_id, hold.month, hold.amount_microusd, actual_microusd)


@dataclass(frozen=True, slots=True)
class SqlBudgets:
    session: AsyncSession
    rules: SqlSpendRules

    async def of_request(self, request_id: SpendRequestId, month: str) -> list[Budget]:
        team_id = (await the_one(self.session, SpendRequestRow, col(SpendRequestRow.id) == request_id)).team_id
        rules, mine = await self.rules.of_team(team_id), await _scopes(self.session, request_id)
        ours = select(BudgetRow).where(*_in_month(team_id, month), col(BudgetRow.scope).in_(mine))
        rows = {row.scope: row for row in await self.session.exec(ours)}
        return [_budget(rows.get(scope), scope, month, rules) for scope in mine]

    async def of_team(self, team_id: str, month: str) -> list[Budget]:
        rules = await self.rules.of_team(team_id)
        rows = select(BudgetRow).where(*_in_month(team_id, month)).order_by(col(BudgetRow.scope))
        return [_budget(row, row.scope, month, rules) for row in await self.session.exec(rows)]

    async def raise_to(self, request_id: SpendRequestId, month: str, limits: Mapping[str, int]) -> None:
        team_id = (await the_one(self.session, SpendRequestRow, col(SpendRequestRow.id) == request_id)).team_id
        rules = await self.rules.of_team(team_id)
        await lock_budgets(self.session, await _scopes(self.session, request_id), team_id, month)
        for scope, limit_microusd in sorted(limits.items()):
            ruled = _budget(None, scope, month, rules).limit_microusd or 0
            raised = limit_microusd - ruled
            is_less = (col(BudgetRow.scope) == scope, col(BudgetRow.raised_microusd) < raised)
            await self.session.exec(
                update(BudgetRow).where(*_in_month(team_id, month), *is_less).values(raised_microusd=raised)
            )

    async def warn(self, request_id: SpendRequestId, month: str, *, now: datetime) -> list[Budget]:
        team_id = (await the_one(self.session, SpendRequestRow, col(SpendRequestRow.id) == request_id)).team_id
        percent = (await self.rules.of_team(team_id)).warn_percent
        most_used = [
            budget
            for budget in await self.of_request(request_id, month)
            if budget.limit_microusd is not None and budget.used_microusd * 100 >= budget.limit_microusd * percent
        ]
        warned = await self.session.exec(
            update(BudgetRow)
            .where(
                *_in_month(team_id, month),
                col(BudgetRow.scope).in_([budget.scope for budget in most_used]),
                col(BudgetRow.warned_at).is_(None),
            )
            .values(warned_at=now)
            .returning(col(BudgetRow.scope))
        )
        first_time = set(warned.scalars())
        return [budget for budget in most_used if budget.scope in first_time]


async def hold_in_budgets(
    session: AsyncSession, rules: SpendRules, mine: Sequence[str], team_id: str, month: str, amount_microusd: int
) -> bool:
    """All of these budgets or none, by one statement."""
    await lock_budgets(session, mine, team_id, month)
    is_passed = _passed(aliased(BudgetRow), rules, mine, team_id, month, amount_microusd)
    taken = await session.exec(
        update(BudgetRow)
        .where(*_in_month(team_id, month), col(BudgetRow.scope).in_(mine), ~is_passed)
        .values(held_microusd=col(BudgetRow.held_microusd) + amount_microusd)
    )
    return taken.rowcount == len(mine)


async def settle_in_budgets(
    session: AsyncSession, mine: Sequence[str], team_id: str, month: str, held_microusd: int, actual_microusd: int
) -> None:
    """Whoever calls makes sure that a hold is settled once."""
    await lock_budgets(session, mine, team_id, month)
    await session.exec(
        update(BudgetRow)
        .where(*_in_month(team_id, month), col(BudgetRow.scope).in_(mine))
        .values(
            held_microusd=col(BudgetRow.held_microusd) - held_microusd,
            settled_microusd=col(BudgetRow.settled_microusd) + actual_microusd,
        )
    )


async def lock_budgets(session: AsyncSession, mine: Sequence[str], team_id: str, month: str) -> None:
    """Budgets made when missing and locked in one order, so that two never wait for each other.

    On SQLite there is one writer at a time, and nothing to lock.
    """
    for scope in mine:
        await insert_new(session, BudgetRow, team_id=team_id, month=month, scope=scope)
    ours = select(BudgetRow).where(*_in_month(team_id, month), col(BudgetRow.scope).in_(mine))
    await session.exec(for_change(session, ours.order_by(col(BudgetRow.scope))))


async def _scopes(session: AsyncSession, request_id: SpendRequestId) -> Sequence[str]:
    asked = select(SpendRequestRow.voice_id, SpendRequestRow.requested_by).where(col(SpendRequestRow.id) == request_id)
    voice_id, person = (await session.exec(asked)).one()
    return scopes(voice_id, person)


def _passed(
    row: type[BudgetRow], rules: SpendRules, mine: Sequence[str], team_id: str, month: str, amount_microusd: int
) -> ColumnElement[bool]:
    """Whether any of these budgets would be passed."""
    would_be = col(row.settled_microusd) + col(row.held_microusd) + amount_microusd
    limits = {scope: _budget(None, scope, month, rules).limit_microusd for scope in mine}
    passed = [
        and_(col(row.scope) == scope, would_be > col(row.raised_microusd) + limit)
        for scope, limit in limits.items()
        if limit is not None
    ]
    return exists().where(col(row.team_id) == team_id, col(row.month) == month, or_(false(), *passed))


def _budget(row: BudgetRow | None, scope: str, month: str, rules: SpendRules) -> Budget:
    limit = rules.limit_microusd(Budget(scope, month, None, 0).kind)
    if row is None:
        return Budget(scope, month, limit, 0)
    raised = None if limit is None else limit + row.raised_microusd
    return Budget(scope, month, raised, row.held_microusd + row.settled_microusd)


def _in_month(team_id: str, month: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(BudgetRow.team_id) == team_id, col(BudgetRow.month) == month


def _not_negative(amount_microusd: int) -> None:
    if amount_microusd < 0:
        raise ValueError(amount_microusd)
