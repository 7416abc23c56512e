"""Tier B: people, work, time and crashes in any order; what must hold is looked at after each step.

Hypothesis draws the order, and finds the shortest one that breaks something.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.features.spending.usecase import Decision
from pipeline.domain.voices import Voice
from pipeline.errors import AppError
from pipeline.failpoints import at_failpoints
from tests.crash.ground import (
    APPROVER,
    APPROVER2,
    RATE_MICROUSD_PER_MILLION,
    STEWARD,
    TEAM,
    Crash,
    Ground,
    Process,
    open_ground,
)
from tests.crash.invariants import read_books, violations
from tests.crash.sweep import CREATE, POST, PROVIDER_OUTCOMES, SLACK_OUTCOMES, UPLOAD, Line

T = TypeVar("T")
STEPS, EXAMPLES = 12, 4  # of one order, and orders, that every run has time for
FAULTS = sorted(name for name in PROVIDER_OUTCOMES if name not in ("ok", "late"))


class AnyOrder(RuleBasedStateMachine):
    """One process at a time; it dies at a drawn place of what it does, and the next knows what is stored."""

    fresh: ClassVar[Callable[[Path], str]]  # the address of a migrated, empty database, made in a folder if need be
    change: ClassVar[dict[str, Any]] = {}  # fields of Ground, for mutants

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="any-order-"))
        self.ground_stack, self.life = AsyncExitStack(), AsyncExitStack()
        self.voices: list[Voice] = []
        self.texts = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.run(self.opened())
        self.add_voice()

    async def opened(self) -> None:
        url = type(self).fresh(self.folder)
        self.ground: Ground = await self.ground_stack.enter_async_context(open_ground(self.folder, url, **self.change))
        self.process: Process = await self.life.enter_async_context(self.ground.process())

    async def reborn(self) -> None:
        await self.life.aclose()
        self.ground.advance(61)  # nobody prolongs the leases of a dead process
        self.process = await self.life.enter_async_context(self.ground.process())

    @precondition(lambda self: len(self.voices) < 2)
    @rule()
    def add_voice(self) -> None:
        self.voices.append(self.run(self.process.add_voice(f"voice-{len(self.voices)}")))

    @rule(which=st.integers(0, 1), dies_at=st.none() | st.integers(0, 3))
    def ask(self, which: int, dies_at: int | None) -> None:
        voice = self.voices[which % len(self.voices)]
        self.perhaps_dying(self.process.asked(voice), dies_at)

    @rule(
        which=st.integers(0, 3),
        users=st.lists(st.sampled_from([APPROVER, APPROVER2, STEWARD]), min_size=1, max_size=3),
        dies_at=st.none() | st.integers(0, 4),
    )
    def approve(self, which: int, users: list[str], dies_at: int | None) -> None:
        """All at the same time."""
        self.perhaps_dying(self.clicks(which, users), dies_at)

    async def clicks(self, which: int, users: list[str]) -> None:
        if requests := (await read_books(self.process.engine)).requests:
            request_id: Any = requests[which % len(requests)].id
            decisions = [Decision(TEAM, request_id, user) for user in users]
            pressed = await asyncio.gather(*map(self.process.approve, decisions), return_exceptions=True)
            for broken in pressed:
                if isinstance(broken, BaseException) and not isinstance(broken, AppError):
                    raise broken

    @rule(which=st.integers(0, 3))
    def decline(self, which: int) -> None:
        if requests := self.run(read_books(self.process.engine)).requests:
            request_id: Any = requests[which % len(requests)].id
            self.perhaps_dying(self.process.decline(Decision(TEAM, request_id, APPROVER, "not now")), None)

    @rule(which=st.integers(0, 1))
    def change_texts(self, which: int) -> None:
        voice = self.voices[which % len(self.voices)]
        self.texts += 1
        self.run(self.process.change_texts(voice, f"{self.texts:04x}{voice.voice_id:08x}" + "0000" * 13))

    @rule(which=st.integers(0, 1))
    def withdraw(self, which: int) -> None:
        self.run(self.withdrawn(self.voices[which % len(self.voices)]))

    async def withdrawn(self, voice: Voice) -> None:
        async with self.process.parts.database.begin() as tx:
            if (consent := await tx.consents.newest(voice.voice_id)) is not None and consent.state == "given":
                await tx.consents.decide(
                    consent.consent_id, expected="given", state="withdrawn", at=self.ground.now(), until=None
                )

    @rule(route=st.sampled_from([CREATE, CREATE, UPLOAD]), name=st.sampled_from(FAULTS))
    def provider_fails(self, route: str, name: str) -> None:
        if (answer := PROVIDER_OUTCOMES[name]) is not None and not self.ground.provider.will_fail(route):
            self.ground.provider.next(route, **answer)

    @rule(name=st.sampled_from(sorted(SLACK_OUTCOMES)))
    def slack_fails(self, name: str) -> None:
        if (fault := SLACK_OUTCOMES[name]) is not None:
            self.ground.space.slack.faults.add({"method": POST, **fault})

    @rule(dies_at=st.none() | st.integers(0, 40))
    def work(self, dies_at: int | None) -> None:
        self.perhaps_dying(self.process.turn(), dies_at)

    @rule(seconds=st.sampled_from([1, 11, 61, 700]))
    def time_passes(self, seconds: int) -> None:
        self.ground.advance(seconds)
        self.ground.progress()

    def perhaps_dying(self, work: Coroutine[Any, Any, object], dies_at: int | None) -> None:
        async def lived() -> None:
            with at_failpoints(Line(dies_at)):
                await work

        try:
            self.run(lived())
        except Crash:
            self.run(self.reborn())
        except (AppError, AssertionError):  # refused, or asked for before: people are told so
            return

    @invariant()
    def nothing_is_paid_or_said_twice(self) -> None:
        if self.voices:
            self.judge(at_the_end=False)

    def judge(self, *, at_the_end: bool) -> None:
        books = self.run(read_books(self.process.engine))
        remote, workspace = self.ground.provider.jobs, self.ground.space.slack.workspace
        assert not violations(books, remote, workspace, rate=RATE_MICROUSD_PER_MILLION, at_the_end=at_the_end)

    def teardown(self) -> None:
        """Nothing goes wrong any more: everything must end."""
        try:
            if self.voices:
                self.ground.provider.heal()
                self.ground.space.slack.faults.clear()
                assert self.run(self.process.to_the_end())
                self.judge(at_the_end=True)
        finally:
            self.run(self.life.aclose())
            self.run(self.ground_stack.aclose())
            self.runner.close()
            shutil.rmtree(self.folder)


def play_orders(fresh: Callable[[Path], str], *, examples: int, steps: int) -> None:
    AnyOrder.fresh = staticmethod(fresh)
    drawn = settings(max_examples=examples, stateful_step_count=steps, derandomize=True, deadline=None)
    run_state_machine_as_test(AnyOrder, settings=settings(drawn, suppress_health_check=list(HealthCheck)))


def copies_of(template: Path) -> Callable[[Path], str]:
    def fresh(folder: Path) -> str:
        shutil.copy(template, folder / "test.db")
        return f"sqlite+aiosqlite:///{folder}/test.db"

    return fresh


@pytest.mark.timeout(600)
def test_in_any_order_nothing_is_paid_or_said_twice(template: Path) -> None:
    play_orders(copies_of(template), examples=EXAMPLES, steps=STEPS)
