"""No order of requests, clicks, expiries and settlements overspends a budget or approves twice; on both databases.

Each story starts with a voice that has spent, and requests that wait, of amounts near the limits, and
ends with presses on all that still waits, and with a bill for each.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.features.spending.asking import Asked
from pipeline.domain.approvals import Budget, scopes
from pipeline.domain.spending import SpendRequest
from pipeline.domain.voices import NewVoice, Voice
from pipeline.errors import AppError
from storage.database import SqlDatabase
from storage.engine import Engine
from tests.fakes.money_bench import BOSS, BOSS2, MEMBER, NOW, OWNER, STEWARD, TEAM, Bench, press, wish

MONTH, VOICE, PERSON = 300_000, 200_000, 250_000
TOP: Final = {"voice": VOICE, "person": PERSON, "workspace": MONTH}
STEWARDS: Final = {"first": STEWARD, "second": STEWARD, "third": MEMBER}

amounts = st.sampled_from([22_000, 90_000, 110_000, 140_000, 160_000, 200_000])
nth = st.integers(0, 5)
voices = st.sampled_from(sorted(STEWARDS))
people = st.sampled_from([BOSS, BOSS2, STEWARD, MEMBER])
asking = st.tuples(st.just("ask_and_press"), voices, amounts)
steps = st.lists(
    st.one_of(
        asking,
        asking,
        asking,
        st.tuples(st.just("rush")),
        st.tuples(st.just("press"), nth, people),
        st.tuples(st.just("emergency"), nth, people),
        st.tuples(st.just("decline"), nth, people),
        st.tuples(st.just("decide_late"), nth),
        st.tuples(st.just("reserve_again"), nth),
        st.tuples(st.just("settle"), nth, amounts),
        st.tuples(st.just("release"), nth),
        st.tuples(st.just("wait"), st.sampled_from([1, 30, 80])),
    ),
    min_size=2,
    max_size=6,
)


@dataclass
class Story:
    """costs: what each approved request holds or has cost, by our own count; ended: those whose hold is settled."""

    bench: Bench
    requests: list[SpendRequest] = field(default_factory=list)
    costs: dict[int, tuple[str, int]] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)

    async def take(self, step: str, *what: Any) -> None:
        if step in ("rush", "wait", "ask_and_press"):
            await getattr(self, step)(*what)
        elif what[0] < len(self.requests):
            await getattr(self, step)(self.requests[what[0]], *what[1:])
        await self.check()

    async def wait(self, hours: int) -> None:
        self.bench.clock.now += timedelta(hours=hours)
        for request in self.requests:
            await self.bench.watch(request)

    async def ask(self, handle: str, ceiling_microusd: int) -> SpendRequest:
        async with self.bench.db.read() as tx:
            voice = await tx.voices.by_handle(TEAM, handle)
        assert voice is not None
        await self.bench.prepare(voice, content_hash=f"{len(self.requests)} of {handle}")
        by = {"handle": handle, "user": STEWARDS[handle]}
        outcome = await self.bench.ask(wish(**by, ceiling_microusd=ceiling_microusd))
        assert isinstance(outcome, Asked), outcome
        self.requests.append(outcome.request)
        await self.check()  # small ones are approved at once
        return outcome.request

    async def ask_and_press(self, handle: str, ceiling_microusd: int) -> None:
        await self.emergency(await self.ask(handle, ceiling_microusd), BOSS)

    async def rush(self) -> None:
        """Two approvers press everything at once, one of them twice."""
        waiting = [request for request in self.requests if request.spend_request_id not in self.costs]
        presses = [press(request, user) for request in waiting for user in (BOSS, BOSS2, BOSS)]
        await attempt(*(self.bench.approve(each) for each in presses))

    async def press(self, request: SpendRequest, user: str) -> None:
        await attempt(self.bench.approve(press(request, user)))

    async def emergency(self, request: SpendRequest, user: str) -> None:
        await attempt(self.bench.emergency(press(request, user, reason="today")))

    async def decline(self, request: SpendRequest, user: str) -> None:
        await attempt(self.bench.decline(press(request, user)))

    async def decide_late(self, request: SpendRequest) -> None:
        """By somebody who read the request when it still waited."""
        async with self.bench.db.begin() as tx:
            at = self.bench.clock.now
            await tx.spend_requests.decide(request.spend_request_id, state="declined", by=BOSS, at=at, reason=None)

    async def reserve_again(self, request: SpendRequest) -> None:
        if request.spend_request_id in self.costs:
            month, _ = self.costs[request.spend_request_id]
            async with self.bench.db.begin() as tx:
                await tx.ledger.reserve(request.spend_request_id, TEAM, month, request.ceiling_microusd)

    async def settle(self, request: SpendRequest, actual_microusd: int) -> None:
        for _ in ("told", "told again"):
            async with self.bench.db.begin() as tx:
                await tx.ledger.settle(request.spend_request_id, actual_microusd)
        self.end(request, actual_microusd)

    async def release(self, request: SpendRequest) -> None:
        async with self.bench.db.begin() as tx:
            await tx.ledger.release(request.spend_request_id)
        self.end(request, 0)

    def end(self, request: SpendRequest, actual_microusd: int) -> None:
        number = request.spend_request_id
        if number in self.costs and number not in self.ended:
            self.costs[number] = self.costs[number][0], actual_microusd
            self.ended.add(number)

    async def check(self) -> None:
        approved = await self.newly_approved()
        budgets = await self.budgets()
        due: Counter[tuple[str, str]] = Counter()
        for request in self.requests:
            month, cost = self.costs.get(request.spend_request_id, ("", 0))
            due.update(dict.fromkeys(places(request, month), cost))
        assert +due == +Counter({place: budget.used_microusd for place, budget in budgets.items()})
        for request in approved:  # a run may cost more than was held; nothing may be approved after that
            for place in places(request, self.costs[request.spend_request_id][0]):
                assert budgets[place].used_microusd <= TOP[budgets[place].kind], budgets[place]

    async def newly_approved(self) -> list[SpendRequest]:
        jobs = Counter(job.spend_request_id for job in await self.bench.jobs())
        async with self.bench.db.read() as tx:
            stored = [await tx.spend_requests.by_id(request.spend_request_id) for request in self.requests]
        for request in stored:
            assert jobs[request.spend_request_id] == (request.state == "approved"), request
        found = [one for one in stored if one.state == "approved" and one.spend_request_id not in self.costs]
        month = f"{self.bench.clock.now:%Y-%m}"
        self.costs |= {request.spend_request_id: (month, request.ceiling_microusd) for request in found}
        return found

    async def budgets(self) -> dict[tuple[str, str], Budget]:
        async with self.bench.db.read() as tx:
            both = [await tx.budgets.of_team(TEAM, month) for month in ("2026-11", "2026-12")]
        return {(budget.month, budget.scope): budget for of_month in both for budget in of_month}


def places(request: SpendRequest, month: str) -> list[tuple[str, str]]:
    return [(month, scope) for scope in scopes(request.voice_id, request.requested_by)]


async def attempt(*tries: Awaitable[object]) -> None:
    """All at once; what is refused in words is fine."""
    for outcome in await asyncio.gather(*tries, return_exceptions=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, AppError):
            raise outcome


async def add_voice(bench: Bench, handle: str, steward: str) -> Voice:
    new = NewVoice(TEAM, handle, "generation", "internal", OWNER, steward, "C1", "", "")
    async with bench.db.begin() as tx:
        voice = await tx.voices.add(new, now=NOW)
        asked = await tx.consents.ask(voice.voice_id, OWNER, now=NOW)
        until = NOW + timedelta(days=365)
        await tx.consents.decide(asked.consent_id, expected="asked", state="given", at=NOW, until=until)
    return voice


async def started(bench: Bench) -> Story:
    await bench.forget()
    limits = {"month_limit_microusd": MONTH, "voice_limit_microusd": VOICE, "person_limit_microusd": PERSON}
    await bench.rule(**limits, approvers=[BOSS, BOSS2, STEWARD], auto_below_microusd=30_000, auto_per_day=2)
    await bench.rule(second_from_microusd=200_000, emergency=True)
    bench.clock.now = NOW
    for handle, steward in STEWARDS.items():
        await add_voice(bench, handle, steward)
    return Story(bench)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(spent=amounts, waiting=st.tuples(amounts, amounts, amounts), told=steps)
async def test_no_story_overspends_or_approves_twice(
    db: SqlDatabase, engine: Engine, spent: int, waiting: tuple[int, int, int], told: list[tuple[Any, ...]]
) -> None:
    story = await started(Bench(db, engine))
    await story.ask_and_press("first", spent)
    for handle, ceiling_microusd in zip(STEWARDS, waiting, strict=True):
        await story.ask(handle, ceiling_microusd)
    for step in told:
        await story.take(*step)
    await story.take("rush")
    for number in range(len(story.requests)):
        await story.take("emergency", number, BOSS2)
    for number in range(len(story.requests)):
        await story.take("settle", number, 20_000)
    signed = Counter(entry.subject for entry in await story.bench.audit() if entry.what == "spend.approved")
    assert signed == Counter(one.label for one in story.requests if one.spend_request_id in story.costs)
