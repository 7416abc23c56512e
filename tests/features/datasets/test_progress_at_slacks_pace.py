"""Counts while something long is worked on: seconds apart, one at a time, none after the end."""

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise

from bot.features.datasets.report.progress import EDITED_EVERY_S, telling
from pipeline.errors import LeaseLost


@dataclass
class Message:
    """Where counts are told. gate: closed while Slack is slow."""

    now: float = 0.0
    told: list[tuple[float, int]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def say(self, documents: int) -> None:
        await self.gate.wait()
        self.told.append((self.now, documents))

    def clock(self) -> float:
        return self.now


async def test_counts_are_told_seconds_apart_however_fast_they_come() -> None:
    message = Message()
    message.gate.set()
    async with telling(message.say, message.clock) as progress:
        for tenth in range(100):
            message.now = tenth / 10
            progress(tenth)
            await asyncio.sleep(0)
    moments = [at for at, _ in message.told]
    assert len(moments) == 3
    assert moments[0] >= EDITED_EVERY_S
    assert all(later - earlier >= EDITED_EVERY_S for earlier, later in pairwise(moments))


async def test_no_count_overtakes_a_slow_one_and_none_follows_the_end() -> None:
    message = Message()
    async with telling(message.say, message.clock) as progress:
        for second in (4, 8, 12):
            message.now = second
            progress(second)
            await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.01, message.gate.set)
    assert [count for _, count in message.told] == [4]
    await asyncio.sleep(0.02)
    assert len(message.told) == 1


async def test_a_count_of_lost_work_does_not_end_the_work() -> None:
    async def lost(documents: int) -> None:
        raise LeaseLost(str(documents))

    message = Message()
    async with telling(lost, message.clock) as progress:
        message.now = 4
        progress(1)
    assert progress.saying is not None
    assert progress.saying.exception() is None
