"""Sandbox, model server and bot as three processes of their own, on free ports, stopped in reverse."""

import asyncio
import json
import os
import re
import secrets
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import bot
from bot.demo.failures import DemoFailed
from bot.demo.terminal import output_of
from pipeline.models.tokens import default_cache_dir

READY_S: Final = 40.0  # the bot opens a database and loads its libraries; 3 s here, more on a busy machine
STOP_S: Final = 15.0  # the bot lets work finish for 10 s before it gives it back
LOG_LINES: Final = 15
MIN_TRAIN_S: Final = 3  # so that the states of a run can be watched
ROOT: Final = Path(bot.__file__).parent.parent
SPEND_CHANNEL: Final = "C0VOICESPEND"
READY_LINE: Final = re.compile(r"\bready\b.*?(http://\S+)")
BASE: Final = "understudy-ngram"
PRICES: Final = """
[[price]]
provider = "private"
base = "{base}"
machine_watts = 200
kwh_usd = "0.30"
machine_usd_per_hour = "1.20"
input_usd_per_million = "0.01"
output_usd_per_million = "0.01"
source = "made up for the demo: a small server of one's own"
as_of = {today}
context_tokens = 8192
encoding = "o200k_base"
encoding_is_exact = false
"""
# Whoever plays may have the settings of a real install around; none of them may reach the demo.
FOREIGN: Final = re.compile(r"(?i).*_proxy|SLACK_.*|UNDERSTUDY_.*|MODELSERVER_.*|OPENAI_.*")


@dataclass(slots=True)
class Program:
    """One running process. log: everything it wrote."""

    name: str
    process: Process
    log: Path
    address: str = ""
    reading: list[asyncio.Task[None]] = field(default_factory=list)

    def last_lines(self) -> str:
        lines = self.log.read_text("utf-8", errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-LOG_LINES:])

    async def died(self) -> None:
        """Returns never; raises DemoFailed when the process ends."""
        code = await self.process.wait()
        await asyncio.gather(*self.reading)
        raise DemoFailed(f"The {self.name} ended with code {code}. The end of its log:\n{self.last_lines()}")


@dataclass(frozen=True, slots=True)
class Programs:
    """All three. folder: database, artifacts, models and logs. bot_environment: what the bot was started with."""

    sandbox: Program
    modelserver: Program
    bot: Program
    folder: Path
    bot_environment: Mapping[str, str]

    async def died(self) -> None:
        """Raises DemoFailed as soon as one of them ends."""
        async with asyncio.TaskGroup() as group:
            for program in (self.sandbox, self.modelserver, self.bot):
                group.create_task(program.died())


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Programs]:
    async with AsyncExitStack() as stack:
        manifest = ROOT / "manifest.yml"
        key = secrets.token_urlsafe(24)
        state = {"MODELSERVER_STATE": str(folder / "models"), "MODELSERVER_API_KEY": key}
        sandbox, _ = await asyncio.gather(
            start(stack, "sandbox", ["--port", "0", "--manifest", str(manifest)], {}, folder),
            output_of(["modelserver", "--measure", BASE], environment(state)),  # its hours cost something
        )
        pace = ["--port", "0", "--min-train-seconds", str(MIN_TRAIN_S)]
        modelserver = await start(stack, "modelserver", pace, state, folder)
        settings = bot_settings(folder, sandbox.address, modelserver.address, key)
        understudy = await start(stack, "bot", ["serve"], settings, folder)
        yield Programs(sandbox, modelserver, understudy, folder, environment(settings))


def bot_settings(folder: Path, slack: str, models: str, key: str) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": "xoxb-sandbox",
        "SLACK_APP_TOKEN": "xapp-sandbox",
        "SLACK_API_URL": f"{slack}/api/",
        "UNDERSTUDY_STORAGE__DATABASE_URL": database_url(folder),
        "UNDERSTUDY_STORAGE__ARTIFACTS_URL": str(artifacts(folder)),
        "UNDERSTUDY_STORAGE__LOCKS_DIR": str(folder / "locks"),
        "UNDERSTUDY_SPEND__CHANNEL_ID": SPEND_CHANNEL,
        "UNDERSTUDY_SPEND__APPROVERS": json.dumps(["S0APPROVERS"]),
        "UNDERSTUDY_MODELS__PRICES_FILE": str(written_prices(folder)),
        "UNDERSTUDY_MODELS__PROVIDERS_FILE": str(ROOT / "providers.toml"),
        "UNDERSTUDY_MODELS__API_KEYS": json.dumps({"private": key}),
        "UNDERSTUDY_MODELS__BASE_URLS": json.dumps({"private": models}),
        "UNDERSTUDY_MODELS__RANK_CACHE": str(default_cache_dir()),
        "UNDERSTUDY_MODELS__POLL_S": "0.5",
        "UNDERSTUDY_WORK__TICK_S": "0.25",
        "UNDERSTUDY_SERVER__PORT": "0",
    }


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not FOREIGN.fullmatch(name)}
    return {**ours, **settings, "NO_PROXY": "*", "PYTHONUNBUFFERED": "1"}


def written_prices(folder: Path) -> Path:
    """What somebody would enter for a small server of their own."""
    file = folder / "prices.toml"
    file.write_text(PRICES.format(base=BASE, today=datetime.now(UTC).date()), encoding="utf-8")
    return file


def database_url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'understudy.sqlite3'}"


def artifacts(folder: Path) -> Path:
    return folder / "artifacts"


async def start(
    stack: AsyncExitStack, module: str, arguments: Sequence[str], settings: Mapping[str, str], folder: Path
) -> Program:
    """Returns when the program says that it is ready. Raises DemoFailed."""
    command, env = (sys.executable, "-m", module, *arguments), environment(settings)
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, env=env, start_new_session=True)
    program = Program(module, process, folder / f"{module}.log")
    program.log.touch()
    stack.push_async_callback(stop, program)
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    program.reading = [asyncio.create_task(keep(stream, program.log, ready)) for stream in streams(process)]
    ended: asyncio.Future[int] = asyncio.ensure_future(process.wait())
    either: list[asyncio.Future[Any]] = [ready, ended]
    await asyncio.wait(either, timeout=READY_S, return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    if not ready.done():
        raise DemoFailed(f"The {module} did not start within {READY_S:.0f} s. Its log:\n{program.last_lines()}")
    program.address = ready.result()
    return program


def streams(process: Process) -> list[asyncio.StreamReader]:
    return [stream for stream in (process.stdout, process.stderr) if stream is not None]


async def keep(stream: asyncio.StreamReader, log: Path, ready: asyncio.Future[str]) -> None:
    """Write what comes into the log; the first line that says ready gives the address."""
    with log.open("ab", buffering=0) as file:
        async for line in stream:
            file.write(line)
            said = READY_LINE.search(line.decode("utf-8", errors="replace"))
            if said and not ready.done():
                ready.set_result(said[1])


async def stop(program: Program) -> None:
    """Ask, wait, and only then end it and whatever it started."""
    if program.process.returncode is None:
        program.process.terminate()
    try:
        async with asyncio.timeout(STOP_S):
            await program.process.wait()
    except TimeoutError:
        os.killpg(program.process.pid, signal.SIGKILL)
        await program.process.wait()
    await asyncio.wait(program.reading, timeout=1)
    for task in program.reading:
        task.cancel()
