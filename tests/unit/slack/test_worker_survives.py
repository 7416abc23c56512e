"""The worker's loop over a small queue in memory: leases, back-off, heartbeats, stopping, a database that is away."""

# ruff: noqa: ARG001, ARG002  # steps and queues have the shape of their ports, whatever they use of it

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.drain import InFlight
from bot.schedule import Every, build_scheduler
from bot.worker import Step, WakingDatabase, Worker
from pipeline.domain.work import WorkItem
from pipeline.errors import LeaseLost

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@dataclass
class Queue:
    """Satisfies WorkQueue, and the two tables of a transaction that the worker uses."""

    items: list[WorkItem] = field(default_factory=list)
    beats: int = 0
    failures: int = 0
    put_back: list[tuple[WorkItem, datetime]] = field(default_factory=list)
    looks: int = 0
    lost: bool = False

    async def claim(self, owner: str, *, now: datetime, lease_s: float, only: object = None) -> WorkItem | None:
        self.looks += 1
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        return self.items.pop(0) if self.items else None

    async def prolong(self, item: WorkItem, *, until: datetime) -> bool:
        self.beats += 1
        return not self.lost

    async def release_all(self, owner: str) -> None: ...

    @property
    def work(self) -> "Queue":
        return self

    async def again(self, item: WorkItem, *, run_at: datetime) -> None:
        if self.lost:
            raise LeaseLost(item.kind, item.subject)
        self.put_back.append((item, run_at))

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Any]:
        yield self

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Any]:
        yield self


class Silent:
    """A poster with nothing to say."""

    async def post_due(self) -> int:
        return 0


def item(attempts: int = 1) -> WorkItem:
    return WorkItem(1, "T1", "draft", "7", attempts, 1, NOW)


def worker_for(queue: Queue, step: Step, *, lease_s: float = 60.0) -> Worker:
    wake = asyncio.Event()
    database: Any = WakingDatabase(queue, wake)
    poster: Any = Silent()
    return Worker(queue, database, poster, {"draft": step}, lambda: NOW, "w1", lease_s, wake)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # what is waited for has no event of its own
            await asyncio.sleep(0.005)


@asynccontextmanager
async def running(worker: Worker, workers: int = 2) -> AsyncIterator[None]:
    task = asyncio.create_task(worker.run(workers))
    try:
        yield
    finally:
        worker.stop()
        await asyncio.wait_for(task, 5)


async def test_a_step_that_raises_is_put_back_with_growing_waits() -> None:
    async def step(claimed: WorkItem) -> None:
        raise ZeroDivisionError

    for attempts, wait_s in ((1, 2), (2, 4), (3, 8), (5, 32), (6, 60), (400, 60)):
        queue = Queue()
        await worker_for(queue, step).take(item(attempts))
        assert queue.put_back == [(item(attempts), NOW + timedelta(seconds=wait_s))]


async def test_a_step_whose_lease_was_lost_is_left_to_its_new_owner() -> None:
    async def step(claimed: WorkItem) -> None:
        raise LeaseLost(claimed.kind, claimed.subject)

    queue = Queue()
    await worker_for(queue, step).take(item())
    assert queue.put_back == []


async def test_losing_the_lease_while_putting_back_is_no_failure() -> None:
    async def step(claimed: WorkItem) -> None:
        raise ZeroDivisionError

    queue = Queue(lost=True)
    await worker_for(queue, step).take(item())
    assert queue.put_back == []


async def test_a_long_step_keeps_its_lease_and_stops_beating_when_it_is_lost() -> None:
    queue = Queue()

    async def step(claimed: WorkItem) -> None:
        await until(lambda: queue.beats >= 3)
        queue.lost = True
        beats = queue.beats
        await asyncio.sleep(0.05)
        assert queue.beats <= beats + 1

    await worker_for(queue, step, lease_s=0.03).take(item())
    assert queue.put_back == []


async def test_what_is_committed_while_everybody_rests_is_taken_at_once() -> None:
    done: list[int] = []

    async def step(claimed: WorkItem) -> None:
        done.append(claimed.attempts)

    queue = Queue()
    worker = worker_for(queue, step)
    async with running(worker):
        for number in range(20):
            await asyncio.sleep(0)
            async with worker.database.begin():
                queue.items.append(item(number))
            await until(lambda expected=number + 1: len(done) == expected)  # type: ignore[misc]  # mypy on defaults


async def test_one_looks_for_all_and_a_hundred_commits_bring_few_looks() -> None:
    async def step(claimed: WorkItem) -> None: ...

    queue = Queue()
    worker = worker_for(queue, step)
    async with running(worker, workers=3):
        await until(lambda: queue.looks == 1)  # each of the three began by looking
        for _ in range(100):
            async with worker.database.begin():
                pass
            await asyncio.sleep(0)
        assert queue.looks <= 3


async def test_what_comes_while_somebody_looks_is_seen_by_the_next() -> None:
    done: list[WorkItem] = []

    async def step(claimed: WorkItem) -> None:
        done.append(claimed)

    class Sluggish(Queue):
        async def claim(self, owner: str, *, now: datetime, lease_s: float, only: object = None) -> WorkItem | None:
            found = await super().claim(owner, now=now, lease_s=lease_s, only=only)
            if found is None and self.looks == 1:  # committed after it was looked at, before the answer is there
                self.items.append(item())
                worker.wake.set()
                await until(lambda: worker.bell is not first)
            return found

    queue = Sluggish()
    worker = worker_for(queue, step)
    first = worker.bell
    async with running(worker, workers=3):
        await until(lambda: len(done) == 1)


async def test_pieces_of_work_are_done_beside_each_other() -> None:
    busy, may_end = list[str](), asyncio.Event()

    async def step(claimed: WorkItem) -> None:
        busy.append(claimed.subject)
        await may_end.wait()

    queue = Queue(items=[replace(item(), subject=str(number)) for number in range(4)])
    worker = worker_for(queue, step)
    async with running(worker, workers=3):
        await until(lambda: len(busy) == 3)
        assert [one.subject for one in queue.items] == ["3"]
        may_end.set()
        await until(lambda: len(busy) == 4)


async def test_a_database_that_is_away_does_not_make_the_bot_deaf() -> None:
    done = asyncio.Event()

    async def step(claimed: WorkItem) -> None:
        done.set()

    queue = Queue(items=[item()], failures=1)
    worker = worker_for(queue, step)
    async with running(worker, workers=1):
        await asyncio.sleep(0)
        worker.wake.set()
        await asyncio.wait_for(done.wait(), 5)


async def test_stopping_finishes_what_is_being_done_and_claims_nothing_more() -> None:
    started, may_end, done = asyncio.Event(), asyncio.Event(), list[str]()

    async def step(claimed: WorkItem) -> None:
        started.set()
        await may_end.wait()
        done.append(claimed.subject)

    queue = Queue(items=[item(), replace(item(), subject="8")])
    worker = worker_for(queue, step)
    task = asyncio.create_task(worker.run(1))
    await started.wait()
    worker.stop()
    may_end.set()
    await asyncio.wait_for(task, 5)
    assert done == ["7"]
    assert [one.subject for one in queue.items] == ["8"]


async def test_draining_waits_for_requests_under_way_and_not_for_ever() -> None:
    in_flight, may_end = InFlight(), asyncio.Event()

    async def handler() -> None:
        await may_end.wait()

    answering: list[Awaitable[None]] = [asyncio.create_task(in_flight.count(handler)) for _ in range(3)]
    await asyncio.sleep(0)
    await in_flight.drained(0.01)
    assert in_flight.under_way == 3
    drained = asyncio.create_task(in_flight.drained(5))
    may_end.set()
    await drained
    assert in_flight.under_way == 0
    await asyncio.gather(*answering)


async def test_a_request_that_fails_is_not_under_way_any_more() -> None:
    in_flight = InFlight()

    async def handler() -> None:
        raise ZeroDivisionError

    await asyncio.gather(in_flight.count(handler), return_exceptions=True)
    await asyncio.wait_for(in_flight.drained(5), 1)


async def test_the_clock_calls_on_the_loop_and_not_in_a_thread() -> None:
    """An asyncio.Event that is set in another thread wakes nobody until something else happens."""
    called: list[bool] = []

    def plain() -> None:
        called.append(asyncio.get_running_loop() is loop)

    async def awaited() -> None:
        called.append(asyncio.get_running_loop() is loop)

    loop = asyncio.get_running_loop()
    scheduler = build_scheduler([Every("plain", 0.01, plain), Every("awaited", 0.01, awaited)])
    scheduler.start()
    try:
        await until(lambda: len(called) > 3)
    finally:
        scheduler.shutdown(wait=False)
    assert all(called)
