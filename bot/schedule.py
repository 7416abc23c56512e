"""The clock that wakes work up: one table of job id, interval and what is called. Never the work itself."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from apscheduler.schedulers.asyncio import AsyncIOScheduler


@dataclass(frozen=True, slots=True)
class Every:
    job_id: str
    seconds: float
    call: Callable[[], Awaitable[None]] | Callable[[], None]


def build_scheduler(table: list[Every]) -> AsyncIOScheduler:
    """Memory store. Without misfire_grace_time=None a busy loop would drop ticks (measured: a 2.5 s stall)."""
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    for every in table:
        scheduler.add_job(on_the_loop(every.call), "interval", seconds=every.seconds, id=every.job_id)
    return scheduler


def on_the_loop(call: Callable[[], Awaitable[None]] | Callable[[], None]) -> Callable[[], Awaitable[None]]:
    """APScheduler runs plain functions in a thread, from which setting an asyncio.Event is not safe."""

    async def called() -> None:
        answer = call()
        if inspect.isawaitable(answer):
            await answer

    return called
