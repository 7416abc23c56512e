"""The verdict of one draft, and one more reaction on it, with and without a million rows of feedback.

`python -m benchmarks.verdicts`. The baseline is the same step in the same run on the same database with the rows of
twenty drafts, in turns. The plans are printed first: none may scan.
"""

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from benchmarks.ledger import addresses, opened
from benchmarks.machine import facts as machine_facts
from benchmarks.machine import machine
from benchmarks.seed import OWNER, agreed_voice, trained
from benchmarks.signed import CHANNEL, TEAM
from benchmarks.tables import say, table, write_json
from bot.draft_places import draft_at
from pipeline.domain.drafting import Reaction
from pipeline.verdicts import Voters, verdict
from storage import migrate
from storage.database import SqlDatabase
from storage.engine import Engine

NOW: Final = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
STORED: Final = "2026-11-21 09:30:00.000000"
REACTIONS: Final = 5  # on each draft, by as many people
FEW: Final = 20 * REACTIONS
TURNS: Final = 10
STEPS: Final = ("verdict", "reaction")
NUMBERS: Final = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "
FILL: Final = (
    "INSERT INTO draft (team_id, voice_id, voice_model_id, brief, words, temperature, requested_by, channel_id, state, "
    "created_at, text, brief_key) {numbers} SELECT '{team}', 1, 1, 'b', 500, 0.7, 'U1', '{channel}', 'posted', "
    "'{now}', 't', CAST(i AS VARCHAR) FROM n",
    "INSERT INTO outbox (team_id, key, template, facts, seeds, channel_id, revision, state, run_at, token, attempts, "
    "posted_channel_id, ts) {numbers} SELECT '{team}', 'draft\\:' || i || '\\:text', 'drafting.text', '{{}}', '[]', "
    "'{channel}', 1, 'done', '{now}', 3, 0, '{channel}', '17.' || i FROM n",
    'INSERT INTO reaction (team_id, channel_id, ts, "user", name, present, event_ts, event_us) {numbers} '
    "SELECT '{team}', '{channel}', '17.' || (1 + i / {each}), 'U' || (i % {each}), '+1', {true}, '1.0', 1000000 FROM n",
)
QUERIES: Final = (
    "SELECT key FROM outbox WHERE team_id = 'T0SANDBOX' AND posted_channel_id = 'C0CONTENT' AND ts = '17.7'",
    "SELECT * FROM reaction WHERE team_id = 'T0SANDBOX' AND channel_id = 'C0CONTENT' AND ts = '17.7' ORDER BY id",
)


@dataclass(frozen=True)
class Figure:
    """One step on one database. ratio: its median to that with few rows."""

    database: str
    step: str
    rows: int
    p50_ms: float
    p95_ms: float
    ratio: float


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.verdicts", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of feedback")
    parser.add_argument("--steps", type=int, default=500, help="of each kind and size")
    parser.add_argument("--database", choices=["sqlite", "postgres"], nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--folder", type=Path, help="where SQLite's files are made; a temporary one unless given")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args(argv)
    here = machine()
    figures = [figure for database in given.database for figure in asyncio.run(measured(database, given))]
    head = ("database", "step", "rows", "p50 ms", "p95 ms", "p50 / few rows")
    say(table(head, [[*asdict(figure).values()] for figure in figures]))
    write_json(given.json, {"machine": machine_facts(here), "figures": [asdict(figure) for figure in figures]})
    return 0


async def measured(database: str, given: argparse.Namespace) -> list[Figure]:
    with addresses(database, given.folder) as fresh:
        sizes = {FEW: await made(fresh("few"), FEW), given.rows: await made(fresh("many"), given.rows)}
        for line in await plans(sizes[given.rows]):
            say(f"{database}: {line}\n")
        taken = await timed(sizes, given.steps)
    return [
        Figure(
            database,
            step,
            rows,
            statistics.median(taken[rows][step]) * 1000,
            statistics.quantiles(taken[rows][step], n=20)[-1] * 1000,
            statistics.median(taken[rows][step]) / statistics.median(taken[FEW][step]),
        )
        for step in STEPS
        for rows in sizes
    ]


async def made(url: str, rows: int) -> str:
    """A database with so many reactions, five on each draft. Only what is looked at is there."""
    async with opened(url) as engine:
        await migrate.upgrade(engine)
        async with SqlDatabase(engine, 0).begin() as tx:
            await trained(tx, await agreed_voice(tx, NOW), NOW)
        is_true = "1" if engine.sql.dialect.name == "sqlite" else "true"
        facts = {"team": TEAM, "channel": CHANNEL, "now": STORED, "each": REACTIONS, "true": is_true}
        async with engine.writing() as session:
            for statement in FILL:
                numbers = NUMBERS.format(rows=rows if "INTO reaction" in statement else rows // REACTIONS + 1)
                sql = statement.format(numbers=numbers, **facts)
                await session.exec(text(sql))  # type: ignore[call-overload]  # plain SQL
        async with engine.sql.connect() as connection:
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("ANALYZE"))
    return url


@dataclass
class Desk:
    """Does one step at a time on one database."""

    engine: Engine
    drafts: int
    seed: random.Random = field(default_factory=lambda: random.Random(20_261))

    async def verdict(self) -> None:
        """From the message somebody reacted on to the verdict of its draft."""
        ts = f"17.{self.seed.randint(1, self.drafts)}"
        async with SqlDatabase(self.engine, 0).read() as tx:
            draft = await draft_at(tx, TEAM, CHANNEL, ts)
            assert draft is not None
            found = verdict(await tx.reactions.on_message(TEAM, CHANNEL, ts), voters=Voters(OWNER))
        assert found.state == "good", found

    async def reaction(self) -> None:
        ts, at = f"17.{self.seed.randint(1, self.drafts)}", f"{time.time():.6f}"
        new = Reaction(TEAM, CHANNEL, ts, f"U{self.seed.randint(10, 10**9)}", "+1", True, at)
        async with SqlDatabase(self.engine, 0).begin() as tx:
            await tx.reactions.record([new])


async def timed(urls: dict[int, str], steps: int) -> dict[int, dict[str, list[float]]]:
    """Sizes take turns, so that a busy machine slows both."""
    taken: dict[int, dict[str, list[float]]] = {rows: {step: [] for step in STEPS} for rows in urls}
    async with opened(urls[FEW]) as few, opened(urls[max(urls)]) as many:
        desks = {FEW: Desk(few, FEW // REACTIONS), max(urls): Desk(many, max(urls) // REACTIONS)}
        for step in STEPS:
            for rows in [*desks] * (TURNS + 1):
                acts: Any = getattr(desks[rows], step)
                first = not taken[rows][step]
                for _ in range(max(1, steps // TURNS)):
                    began = time.perf_counter()
                    await acts()
                    taken[rows][step].append(time.perf_counter() - began)
                if first:  # the first turn opens connections and does not count
                    taken[rows][step] = taken[rows][step][-1:]
    return taken


async def plans(url: str) -> list[str]:
    """How the database finds the draft and its reactions."""
    async with opened(url) as engine, engine.sql.connect() as connection:
        word = "EXPLAIN QUERY PLAN" if engine.sql.dialect.name == "sqlite" else "EXPLAIN"
        return [
            "; ".join(str(row[-1]).strip() for row in (await connection.execute(text(f"{word} {query}"))).all())
            for query in QUERIES
        ]


if __name__ == "__main__":
    sys.exit(main())
