"""Counts the requests being answered, so that stopping can wait for them: Bolt's own close does not."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable


class InFlight:
    """A Bolt middleware and a way to wait until nothing is under way."""

    def __init__(self) -> None:
        self.under_way = 0
        self.idle = asyncio.Event()
        self.idle.set()

    async def count(self, next: Callable[[], Awaitable[None]]) -> None:  # Bolt finds the argument by this name
        self.under_way += 1
        self.idle.clear()
        try:
            await next()
        finally:
            self.under_way -= 1
            if self.under_way == 0:
                self.idle.set()

    async def drained(self, timeout_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.idle.wait(), timeout_s)
