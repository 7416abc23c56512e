"""Tier A, frozen instead of dead: a process stops at a named line for longer than its lease, and wakes when another
has done what it could meanwhile. The frozen one is a thread with an event loop, a database and files of its own."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from pipeline.failpoints import Failpoint, at_failpoints
from tests.crash.ground import RATE_MICROUSD_PER_MILLION, Ground, Process, open_ground
from tests.crash.invariants import Violation, read_books, violations
from tests.crash.sweep import Schedule, Start, places_that_differ, plan_world, play, restore, uploads

LEASE_OVER_S: Final = 61.0
MEANWHILE: Final = timedelta(minutes=3)
AWAKE_WITHIN_S: Final = 120.0  # of real time, on a busy machine
# Whoever is frozen inside a transaction keeps the others waiting, and the database ends it: nothing to look at here.
INSIDE: Final = ("commit.before", "approve.decided")


@dataclass
class Ice:
    """Stops whoever passes the place, counted over all failpoints; where this life is inside a transaction there, at
    the next one that is not."""

    place: int
    passed: list[Failpoint] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)
    thawed: threading.Event = field(default_factory=threading.Event)

    def __call__(self, name: Failpoint) -> None:
        self.passed.append(name)
        if len(self.passed) > self.place and name not in INSIDE and not self.reached.is_set():
            self.reached.set()
            self.thawed.wait(AWAKE_WITHIN_S)


async def places(start: Start, first: str) -> list[tuple[int, Failpoint]]:
    """Where a process can be frozen, of those that one life passes until the run or the messages are done."""
    trace = (await play(start, Schedule(start.subject, first, "ok"))).passed
    return [(place, trace[place]) for place in places_that_differ(trace) if trace[place] not in INSIDE]


async def frozen(
    start: Start, place: int, first: str = "ok", *, meanwhile: timedelta = MEANWHILE, **ground: Any
) -> list[Violation]:
    """first: what the world does with the first request. meanwhile: what the other has, at most, before the frozen one
    wakes. ground: fields of Ground, for mutants."""
    async with open_ground(start.folder, start.copied_database(), **ground) as field_:
        restore(start, field_)
        plan_world(field_, Schedule(start.subject, first, "ok"))
        ice = Ice(place)
        sleeper = asyncio.create_task(asyncio.to_thread(asyncio.run, sleep_at(field_, start, ice)))
        await asyncio.to_thread(ice.reached.wait, AWAKE_WITHIN_S)
        assert len(ice.passed) > place, f"nobody was frozen: {ice.passed}"
        field_.advance(LEASE_OVER_S)
        async with field_.process() as other:
            await other.to_the_end(within=meanwhile)
            ice.thawed.set()
            await sleeper
            await other.to_the_end()
            books = await read_books(other.engine)
        remote, workspace = field_.provider.jobs, field_.space.slack.workspace
        found = violations(books, remote, workspace, rate=RATE_MICROUSD_PER_MILLION)
        return [*found, *uploads(field_)]


async def sleep_at(ground: Ground, start: Start, ice: Ice) -> None:
    """One life until the place, and what is left of it after waking."""
    try:
        with at_failpoints(ice):
            async with ground.process() as process:
                for _ in range(20):
                    await one_turn(process, start)
                    if ice.reached.is_set():
                        return
    finally:
        ice.reached.set()


async def one_turn(process: Process, start: Start) -> None:
    if start.subject == "post":
        await process.poster.post_due()
        due = await process.next_due()
    else:
        await process.worker.work_due()
        due = await process.next_due_work()
        process.ground.progress()
    if due is not None and due > process.ground.now():
        process.ground.advance((due - process.ground.now()).total_seconds() + 0.001)
