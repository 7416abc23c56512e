"""How far a reading or a cleaning is, in the one message about it and at Slack's pace."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pipeline.errors import LeaseLost

log = logging.getLogger(__name__)

# Slack takes about 50 edits a minute in all; a person reads a count that changes every few seconds.
EDITED_EVERY_S = 3.0

Say = Callable[[int], Awaitable[None]]


@dataclass(slots=True)
class Telling:
    """A pipeline.ports.Progress. What comes too early is dropped: the next count, or the end, says more."""

    say: Say
    clock: Callable[[], float] = time.monotonic
    said_at: float = field(init=False)
    saying: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.said_at = self.clock()

    def __call__(self, documents: int) -> None:
        now = self.clock()
        if now - self.said_at < EDITED_EVERY_S or (self.saying is not None and not self.saying.done()):
            return
        self.said_at = now
        self.saying = asyncio.create_task(self.safely(documents))

    async def safely(self, documents: int) -> None:
        """A count that cannot be told must not end the work that it is about."""
        try:
            await self.say(documents)
        except LeaseLost:
            log.warning("progress of lost work")


@asynccontextmanager
async def telling(say: Say, clock: Callable[[], float] = time.monotonic) -> AsyncIterator[Telling]:
    """Nothing is said after the block: the last word is that of the work itself."""
    progress = Telling(say, clock)
    try:
        yield progress
    finally:
        if progress.saying is not None:
            await asyncio.gather(progress.saying, return_exceptions=True)
