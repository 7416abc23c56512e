"""No order of requests, clicks, expiries and settlements overspends a budget or approves twice; on both databases."""

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.features.spending.asking import Asked
from pipeline.domain.spending import SpendRequest, SpendRequestId
from pipeline.domain.voices import Voice
from pipeline.errors import AppError
from storage.database import SqlDatabase
from storage.engine import Engine
from tests.fakes.money_bench import BOSS, BOSS2, MEMBER, NOW, STEWARD, Bench, press, wish

MONTH, VOICE, PERSON = 300_000, 200_000, 250_000
TOP = {"voice": VOICE, "person": PERSON, "workspace": MONTH}

amounts = st.sampled_from([20_000, 60_000, 110_000, 200_000])
people = st.sampled_from([BOSS, BOSS2, MEMBER, STEWARD])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(0, 1), amounts),
        st.tuples(st.just("press"), st.integers(0, 3), people),
        st.tuples(st.just("press"), st.integers(0, 3), people),
        st.tuples(st.just("decline"), st.integers(0, 3), people),
        st.tuples(st.just("settle"), st.integers(0, 3), amounts),
        st.tuples(st.just("wait"), st.sampled_from([1, 30, 80]), st.just(0)),
    ),
    min_size=4,
    max_size=16,
)


@dataclass
class Story:
    bench: Bench
    voices: list[Voice]
    requests: list[SpendRequest] = field(default_factory=list)

    async def take(self, step: str, number: int, what: str | int) -> None:
        if step == "wait":
            self.bench.clock.now += timedelta(hours=number)
            for request in self.requests:
                await self.bench.watch(request)
        elif step == "ask":
            await self.ask(self.voices[number], int(what))
        elif number < len(self.requests):
            await self.answer(step, self.requests[number], what)

    async def ask(self, voice: Voice, ceiling_microusd: int) -> None:
        await self.bench.prepare(voice, content_hash=f"hash of {voice.handle}")
        outcome = await self.bench.ask(wish(handle=voice.handle, ceiling_microusd=ceiling_microusd))
        if isinstance(outcome, Asked):
            self.requests.append(outcome.request)

    async def answer(self, step: str, request: SpendRequest, what: str | int) -> None:
        if step == "press":
            await self.bench.approve(press(request, str(what)))
        elif step == "decline":
            await self.bench.decline(press(request, str(what)))
        else:
            async with self.bench.db.begin() as tx:
                await tx.ledger.settle(request.spend_request_id, min(int(what), request.ceiling_microusd))


async def check(bench: Bench, requests: list[SpendRequest]) -> None:
    async with bench.db.read() as tx:
        for request in requests:
            stored = await tx.spend_requests.by_id(SpendRequestId(request.spend_request_id))
            jobs = [job for job in await bench.jobs() if job.spend_request_id == request.spend_request_id]
            assert len(jobs) == (1 if stored.state == "approved" else 0)
            for month in ("2026-11", "2026-12"):
                for budget in await tx.budgets.of_request(request.spend_request_id, month):
                    assert 0 <= budget.used_microusd <= TOP[budget.kind], budget
    for request in requests:
        signed = [e for e in await bench.audit() if e.subject == request.label and e.what == "spend.approved"]
        assert len(signed) <= 1


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=steps)
async def test_no_story_overspends_or_approves_twice(
    db: SqlDatabase, engine: Engine, told: list[tuple[str, int, str | int]]
) -> None:
    bench = Bench(db, engine)
    team_rules = {"month_limit_microusd": MONTH, "voice_limit_microusd": VOICE, "person_limit_microusd": PERSON}
    await bench.forget()
    await bench.rule(**team_rules, approvers=[BOSS, BOSS2, STEWARD], auto_below_microusd=30_000, auto_per_day=2)
    await bench.rule(second_from_microusd=200_000)
    bench.clock.now = NOW
    story = Story(bench, [await bench.add_voice(), await bench.other_voice()])
    for step in told:
        try:
            await story.take(*step)
        except AppError:
            continue
        finally:
            await check(bench, story.requests)
