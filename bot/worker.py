"""The worker: claims rows, takes one idempotent step at a time, and is correct when killed at any line."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from pipeline.domain.work import WorkItem, WorkKind
from pipeline.errors import LeaseLost
from pipeline.failpoints import failpoint
from pipeline.ports import Clock, Database, Transaction, WorkQueue

log = logging.getLogger(__name__)

Step = Callable[[WorkItem], Awaitable[None]]


class SaysDue(Protocol):
    """Posts every message that is due."""

    async def post_due(self) -> object: ...


FIRST_RETRY_S = 2
LONGEST_RETRY_S = (
    60  # attempts count all claims, so a run that was looked at often would else wait long for one stumble
)
HEARTBEATS_PER_LEASE = 3
BETWEEN_RINGS_S = 0.05  # nobody notices that a message comes so much later


@dataclass(frozen=True, slots=True)
class WakingDatabase:
    """A Database that wakes the worker after each commit, so that new work does not wait for the tick."""

    database: Database
    wake: asyncio.Event

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        async with self.database.begin() as tx:
            yield tx
        self.wake.set()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        async with self.database.read() as tx:
            yield tx


@dataclass(slots=True)
class Worker:
    """steps: what to do per kind of work. A step writes through fenced transactions and finishes its own item.

    bell: rings once, then there is another. idle_since: the one that hung there when nothing was due.
    """

    queue: WorkQueue
    database: Database
    poster: SaysDue
    steps: Mapping[WorkKind, Step]
    clock: Clock
    owner: str
    lease_s: float
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    idle_since: asyncio.Event | None = None
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    stopping: bool = False

    async def run(self, workers: int) -> None:
        """Until stop() is called: `workers` pieces of work and one poster at the same time."""
        loops = (self.forever(self.poster.post_due), *(self.forever(self.share_work) for _ in range(workers)))
        await asyncio.gather(self.ring_forever(), *loops)

    def stop(self) -> None:
        """Claim nothing more; what is being done is finished."""
        self.stopping = True
        self.wake.set()

    async def forever(self, do_due: Callable[[], Awaitable[object]]) -> None:
        """Do what is due, wait for the bell, again. The bell is fetched first: a ring meanwhile is not missed."""
        while not self.stopping:
            bell = self.bell
            try:
                await do_due()
            except Exception:  # the database may be away for a moment; a loop that ended would leave the bot deaf
                log.exception("worker stumbled")
                await asyncio.sleep(FIRST_RETRY_S)
                continue
            if not self.stopping:
                await bell.wait()

    async def ring_forever(self) -> None:
        """Something was committed or the clock ticked: everybody who waits looks again.

        At once, but not after each of a hundred commits a second: looking costs more than many of those.
        """
        while True:
            await self.wake.wait()
            self.wake.clear()
            rung, self.bell = self.bell, asyncio.Event()
            rung.set()
            if self.stopping:
                return
            await asyncio.sleep(BETWEEN_RINGS_S)

    async def share_work(self) -> None:
        """Of all whom a ring woke one looks at a time, and once nothing was due nobody else has to."""
        while not self.stopping:
            async with self.looking:
                bell = self.bell
                item = None if self.idle_since is bell else await self.claim()
                if item is None:
                    self.idle_since = bell
                    return
            await self.take(item)

    async def work_due(self) -> None:
        while not self.stopping and (item := await self.claim()):
            await self.take(item)

    async def claim(self) -> WorkItem | None:
        return await self.queue.claim(self.owner, now=self.clock(), lease_s=self.lease_s)

    async def work_off(self, only: Mapping[WorkKind, Collection[str]]) -> None:
        """What is due among these, and what that brings about; then done. For a process that is no bot."""
        while item := await self.queue.claim(self.owner, now=self.clock(), lease_s=self.lease_s, only=only):
            await self.take(item)

    async def take(self, item: WorkItem) -> None:
        failpoint("work.claimed")
        log.info("step", extra={"kind": item.kind, "work_id": item.work_id, "attempt": item.attempts})
        heart = asyncio.create_task(self.prolong(item))
        try:
            await self.steps[item.kind](item)
        except LeaseLost:
            log.warning("lease lost", extra={"kind": item.kind, "work_id": item.work_id})
        except Exception:  # the job runner's one broad except: a bug in one row is logged and tried again later
            log.exception("step failed", extra={"kind": item.kind, "work_id": item.work_id})
            await self.put_back(item)
        finally:
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)

    async def put_back(self, item: WorkItem) -> None:
        wait_s = min(LONGEST_RETRY_S, FIRST_RETRY_S ** min(item.attempts, 6))
        with contextlib.suppress(LeaseLost):
            async with self.database.begin() as tx:
                await tx.work.again(item, run_at=self.clock() + timedelta(seconds=wait_s))

    async def prolong(self, item: WorkItem) -> None:
        """Heartbeats, until the lease is lost: the step's own writes are fenced and will tell it so."""
        is_ours = True
        while is_ours:
            await asyncio.sleep(self.lease_s / HEARTBEATS_PER_LEASE)
            is_ours = await self.queue.prolong(item, until=self.clock() + timedelta(seconds=self.lease_s))
