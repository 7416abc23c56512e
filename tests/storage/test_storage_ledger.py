"""Money: no order of reserving, settling and releasing overspends, and ten at once neither."""

import asyncio
import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from storage_seeds import NOW, TEAM, add_request

from pipeline.domain.approvals import Budget, SpendRules, scopes
from pipeline.domain.spending import MonthSpend, SpendRequestId
from storage.database import SqlDatabase, SqlTransaction

MONTH = "2026-11"
LIMIT = 5_000_000  # MONTH_LIMIT_MICROUSD of conftest
months = itertools.count(1)


VOICE_LIMIT, PERSON_LIMIT = 3_500_000, 4_000_000


class Model:
    """The ledger as plain arithmetic: three budgets, each with its limit."""

    def __init__(self, budgets: dict[int, tuple[str, ...]]) -> None:
        self.budgets = budgets
        self.holds: dict[int, tuple[str, int]] = {}
        self.settled: dict[str, int] = {}

    def limit(self, scope: str) -> int:
        return VOICE_LIMIT if scope.startswith("voice") else PERSON_LIMIT if scope else LIMIT

    def held(self, scope: str) -> int:
        held = {request: amount for request, (state, amount) in self.holds.items() if state == "held"}
        return sum(amount for request, amount in held.items() if scope in self.budgets[request])

    def used(self, scope: str) -> int:
        return self.held(scope) + self.settled.get(scope, 0)

    def reserve(self, request: int, amount: int) -> bool:
        if request in self.holds:
            return self.holds[request] == ("held", amount)
        if any(self.used(scope) + amount > self.limit(scope) for scope in self.budgets[request]):
            return False
        self.holds[request] = ("held", amount)
        return True

    def end(self, request: int, state: str, actual: int) -> None:
        if self.holds.get(request, ("", 0))[0] == "held":
            self.holds[request] = (state, self.holds[request][1])
            for scope in self.budgets[request]:
                self.settled[scope] = self.settled.get(scope, 0) + actual


amounts = st.sampled_from([0, 1, 1_000_000, 2_500_000, 2_500_001, 5_000_000])
steps = st.lists(
    st.tuples(st.sampled_from(["reserve", "reserve", "settle", "release"]), st.integers(0, 3), amounts), max_size=14
)


async def take_step(tx: SqlTransaction, model: Model, step: str, request_id: int, month: str, amount: int) -> None:
    request = SpendRequestId(request_id)
    match step:
        case "reserve":
            assert await tx.ledger.reserve(request, TEAM, month, amount) == model.reserve(request_id, amount)
        case "settle":
            await tx.ledger.settle(request, amount)
            model.end(request_id, "settled", amount)
        case _:
            await tx.ledger.release(request)
            model.end(request_id, "released", 0)


async def four_requests(tx: SqlTransaction) -> dict[int, tuple[str, ...]]:
    """Two voices and two people, crosswise; each request's budgets."""
    voices = [await add_request(tx) for _ in range(2)]
    asked = [replace(voices[number // 2], requested_by=f"U{number % 2}") for number in range(4)]
    return {
        (await tx.spend_requests.ask(one)).spend_request_id: scopes(one.voice_id, one.requested_by) for one in asked
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
async def test_no_order_of_steps_overspends_or_goes_below_zero(
    db: SqlDatabase, steps: list[tuple[str, int, int]]
) -> None:
    month = f"month {next(months)}"
    async with limited(db).begin() as tx:
        budgets = await four_requests(tx)
        model, requests = Model(budgets), list(budgets)
        for step, number, amount in steps:
            await take_step(tx, model, step, requests[number], month, amount)
            assert await tx.ledger.month(TEAM, month) == MonthSpend(
                month, LIMIT, model.held(""), model.settled.get("", 0)
            )
            for request in requests:
                found = await tx.budgets.of_request(SpendRequestId(request), month)
                assert found == [
                    Budget(scope, month, model.limit(scope), model.used(scope)) for scope in budgets[request]
                ]


def limited(db: SqlDatabase) -> SqlDatabase:
    return replace(db, spend_rules=SpendRules(voice_limit_microusd=VOICE_LIMIT, person_limit_microusd=PERSON_LIMIT))


@pytest.mark.parametrize("budget", ["voice", "person"])
async def test_ten_simultaneous_reserves_cannot_overspend_a_voice_or_a_person(db: SqlDatabase, budget: str) -> None:
    # 4 x 800,000 = 3,200,000 fit into a voice's 3,500,000; 5 x 800,000 = 4,000,000 into a person's 4,000,000
    async with db.begin() as tx:
        voice = (await add_request(tx)) if budget == "voice" else None
        asked = [replace(voice or await add_request(tx), requested_by=f"U{n * (budget == 'voice')}") for n in range(10)]
        requests = [(await tx.spend_requests.ask(one)).spend_request_id for one in asked]
    held = await asyncio.gather(*(reserve(limited(db), request, 800_000) for request in requests))
    assert held.count(True) == (4 if budget == "voice" else 5)
    async with db.read() as tx:
        assert (await tx.ledger.month(TEAM, MONTH)).held_microusd == held.count(True) * 800_000


async def test_a_budget_is_warned_of_once_a_month(db: SqlDatabase) -> None:
    first, second = await request_ids(db, 2)
    # 4,000,000 of 5,000,000 is 80 %
    assert await reserve(db, first, 3_999_999)
    async with db.begin() as tx:
        assert await tx.budgets.warn(first, MONTH, now=NOW) == []
    assert await reserve(db, second, 1)

    async def warn() -> list[str]:
        async with db.begin() as tx:
            return [one.scope for one in await tx.budgets.warn(second, MONTH, now=NOW)]

    assert sorted(await asyncio.gather(*(warn() for _ in range(10)))) == [[]] * 9 + [[""]]


async def request_ids(db: SqlDatabase, count: int) -> list[SpendRequestId]:
    async with db.begin() as tx:
        return [(await add_request(tx)).spend_request_id for _ in range(count)]


async def reserve(db: SqlDatabase, request: SpendRequestId, amount: int) -> bool:
    async with db.begin() as tx:
        return await tx.ledger.reserve(request, TEAM, MONTH, amount)


async def test_ten_simultaneous_reserves_cannot_overspend(db: SqlDatabase) -> None:
    # 10 x 800,000 = 8,000,000; 6 x 800,000 = 4,800,000 fit into 5,000,000
    requests = await request_ids(db, 10)
    held = await asyncio.gather(*(reserve(db, request, 800_000) for request in requests))
    assert sorted(held) == [False] * 4 + [True] * 6
    async with db.read() as tx:
        assert await tx.ledger.month(TEAM, MONTH) == MonthSpend(MONTH, LIMIT, 4_800_000, 0)


async def test_ten_simultaneous_reserves_of_one_request_hold_once(db: SqlDatabase) -> None:
    (request,) = await request_ids(db, 1)
    assert all(await asyncio.gather(*(reserve(db, request, 800_000) for _ in range(10))))
    async with db.read() as tx:
        assert (await tx.ledger.month(TEAM, MONTH)).held_microusd == 800_000


async def test_ten_simultaneous_settlements_count_once(db: SqlDatabase) -> None:
    (request,) = await request_ids(db, 1)
    await reserve(db, request, 800_000)

    async def settle() -> None:
        async with db.begin() as tx:
            await tx.ledger.settle(request, 700_000)

    await asyncio.gather(*(settle() for _ in range(10)))
    async with db.read() as tx:
        assert await tx.ledger.month(TEAM, MONTH) == MonthSpend(MONTH, LIMIT, 0, 700_000)


async def test_a_refused_request_may_be_reserved_when_the_limit_is_raised(db: SqlDatabase) -> None:
    (request,) = await request_ids(db, 1)
    assert not await reserve(db, request, 6_000_000)
    async with db.begin() as tx:
        await tx.budgets.raise_to(request, MONTH, {"": 3_000_000_000_000})
        await tx.budgets.raise_to(request, MONTH, {"": 1})  # what is higher already stays
    assert await reserve(db, request, 2_999_999_999_999)
    async with db.read() as tx:
        assert await tx.ledger.month(TEAM, MONTH) == MonthSpend(MONTH, 3_000_000_000_000, 2_999_999_999_999, 0)


async def test_another_team_has_its_own_month(db: SqlDatabase) -> None:
    (request,) = await request_ids(db, 1)
    await reserve(db, request, 5_000_000)
    async with db.read() as tx:
        assert await tx.ledger.month("T2", MONTH) == MonthSpend(MONTH, LIMIT, 0, 0)


async def test_a_negative_amount_is_a_bug(db: SqlDatabase) -> None:
    (request,) = await request_ids(db, 1)
    with pytest.raises(ValueError, match="-1"):
        await reserve(db, request, -1)


async def test_ten_simultaneous_decisions_have_one_winner(db: SqlDatabase) -> None:
    (request,) = await request_ids(db, 1)

    async def decide(by: str) -> bool:
        async with db.begin() as tx:
            return await tx.spend_requests.decide(request, state="approved", by=by, at=NOW, reason=None)

    won = await asyncio.gather(*(decide(f"U{n}") for n in range(10)))
    assert won.count(True) == 1
    async with db.read() as tx:
        decided = await tx.spend_requests.by_id(request)
    assert (decided.state, decided.decided_by, decided.decided_at) == ("approved", f"U{won.index(True)}", NOW)
