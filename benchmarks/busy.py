"""Keeps the bot's pipeline busy the way people do: files dropped in a dataset thread, drafts asked for."""

import asyncio
import itertools
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from benchmarks import effects
from benchmarks.signed import CHANNEL
from benchmarks.world import Server
from sandbox.client import SandboxClient

LOOK_S: Final = 0.25
DRAFT_EVERY: Final = 4  # looks
START_S: Final = 60
POOL_STARTED_CPU_S: Final = 0.2  # the pool has no process before its first work


@dataclass(frozen=True, slots=True)
class Busy:
    bot: Server
    people: SandboxClient
    corpus: bytes
    thread_ts: str

    async def keep(self) -> None:
        """For ever: the next file as soon as the last one is done with, and a draft every second."""
        for turn in itertools.count():
            if await asyncio.to_thread(effects.ask, self.bot.database, effects.AT_WORK) == (0,):
                await self.drop(turn)
            if turn % DRAFT_EVERY == 0:
                await self.people.command("editor", f"/voice draft founder busy {turn} words=200")
            await asyncio.sleep(LOOK_S)

    async def drop(self, turn: int) -> None:
        """The same posts in other bytes: what was read already is not read again."""
        content = self.corpus if turn == 0 else await asyncio.to_thread(changed, self.corpus, turn)
        await self.people.drop_file("steward", f"blogs-{turn}.zip", content, channel=CHANNEL, thread_ts=self.thread_ts)

    async def started(self) -> None:
        """Until the pool works. Raises TimeoutError."""
        async with asyncio.timeout(START_S):
            while self.bot.pool_cpu_s() < POOL_STARTED_CPU_S:  # noqa: ASYNC110  # CPU counters ring no bell
                await asyncio.sleep(LOOK_S)


def changed(archive: bytes, turn: int) -> bytes:
    buffer = BytesIO(archive)
    with zipfile.ZipFile(buffer, "a") as file:
        file.writestr(f"note-{turn}.md", f"# Note {turn}\n\nOne more text.\n")
    return buffer.getvalue()


@asynccontextmanager
async def kept_busy(bot: Server, sandbox: str, corpus: Path) -> AsyncIterator[None]:
    async with SandboxClient(sandbox) as people:
        await people.act("events_url", url=f"{bot.address}/slack/events")
        typed = await people.command("steward", "/voice data founder")
        card = await people.wait("message", after=typed["seq"], contains="📚", channel=CHANNEL, timeout_s=START_S)
        busy = Busy(bot, people, await asyncio.to_thread(corpus.read_bytes), card["ts"])
        keeping = asyncio.create_task(busy.keep())
        try:
            await busy.started()
            yield
            if keeping.done():
                keeping.result()
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
