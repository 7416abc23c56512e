"""Work that goes on after a request was answered: deliveries, retries, shares of files."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Tasks:
    """Keeps references, reports failures when they are collected, cancels what is left at the end."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    @property
    def running(self) -> int:
        return len(self._running)

    async def settled(self, *, timeout_s: float) -> bool:
        """Whether everything was finished within the time."""
        try:
            async with asyncio.timeout(timeout_s):
                while self._running:
                    await asyncio.wait(set(self._running))
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
