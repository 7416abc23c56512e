"""The processes of one measurement: sandboxes, a model server, bare apps, and the bot in each of its modes."""

import os
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.seed import PROVIDER, seed
from benchmarks.signed import SECRET
from bot.demo.processes import Program, bot_settings, database_url, start

TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
KEY: Final = "bench-key"
BEFORE_BOT: Final = "http://127.0.0.1:9/slack/events"  # replaced once the bot's port is known


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers Slack. folder: with its database; of a bare app empty."""

    name: str
    program: Program
    folder: Path

    @property
    def pid(self) -> int:
        return self.program.process.pid

    @property
    def address(self) -> str:
        return "/".join(self.program.address.split("/")[:3])

    @property
    def database(self) -> Path:
        return self.folder / "understudy.sqlite3"

    def pool_cpu_s(self) -> float:
        """CPU of the processes it started; each server leads a session of its own."""
        spent = 0.0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text("utf-8", errors="replace").rsplit(")", 1)[1].split()
            except OSError:  # it ended meanwhile
                continue
            if int(fields[3]) == self.pid and path.parent.name != str(self.pid):
                spent += (int(fields[11]) + int(fields[12])) / TICKS_PER_S
        return spent

    async def killed(self) -> None:
        """At once, with whatever it started: nobody waits for posts that are held back."""
        os.killpg(self.pid, signal.SIGKILL)
        await self.program.process.wait()


@dataclass(frozen=True, slots=True)
class Starter:
    """Starts processes, each with its own folder; the stack ends them in reverse."""

    stack: AsyncExitStack
    folder: Path

    async def bare(self, name: str, *words: str, slack: str = "") -> Server:
        settings = {"SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": f"{slack}/api/"}
        return Server(name, await self._start(name, "benchmarks.bare", words, settings), self.folder / name)

    async def sandbox(self, name: str, *, mode: str = "socket") -> str:
        words = ["--port", "0", "--mode", mode, "--signing-secret", SECRET, "--events-url", BEFORE_BOT]
        return (await self._start(name, "sandbox", words, {})).address

    async def models(self) -> str:
        words = ["--port", "0", "--state", str(self.folder / "models")]
        return (await self._start("models", "modelserver", words, {"MODELSERVER_API_KEY": KEY})).address

    async def bot(
        self, name: str, *, slack: str, models: str, mode: str = "http", workers: int = 3, url: str = ""
    ) -> Server:
        """url: of another database than a SQLite file of its own."""
        folder = self.folder / name
        folder.mkdir()
        url = url or database_url(folder)
        await seed(url)
        settings = bot_settings(folder, slack, models, KEY) | {
            "SLACK_MODE": mode,
            "UNDERSTUDY_STORAGE__DATABASE_URL": url,
            "SLACK_SIGNING_SECRET": SECRET,
            "UNDERSTUDY_WORK__WORKERS": str(workers),
            "UNDERSTUDY_DRAFTS__PER_PERSON_A_DAY": "0",
            "UNDERSTUDY_MODELS__BASE_URLS": f'{{"{PROVIDER}": "{models}"}}',
        }
        return Server(name, await self._start(name, "bot", ["serve"], settings), folder)

    async def _start(self, name: str, module: str, words: Sequence[str], settings: dict[str, str]) -> Program:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return await start(self.stack, module, words, settings, folder)
