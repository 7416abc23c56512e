"""The machine that the bot runs on: what is typed there never passes Slack."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.demo.failures import DemoFailed
from bot.demo.page import Page


@dataclass(frozen=True, slots=True)
class Terminal:
    """environment: of the running bot."""

    environment: Mapping[str, str]
    page: Page

    async def adds(self, handle: str, files: Sequence[Path]) -> None:
        """Raises DemoFailed."""
        names = " ".join(path.name for path in files)
        self.page.line(self.page.faint(f"  ▸ on the bot's machine: $ understudy data add {handle} {names}"))
        for line in (await output_of(["bot", "data", "add", handle, *map(str, files)], self.environment)).splitlines():
            self.page.line(f"    {line}")


async def output_of(module: Sequence[str], environment: Mapping[str, str]) -> str:
    """Of a module of ours that runs to its end; it does not outlive whoever waits. Raises DemoFailed."""
    command = (sys.executable, "-m", *module)
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, env=dict(environment))
    try:
        said, complained = (stream.decode("utf-8", errors="replace") for stream in await process.communicate())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise DemoFailed(f"{' '.join(module[:3])} ended with code {process.returncode}: {said}{complained}")
    return said
