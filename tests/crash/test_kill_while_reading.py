"""kill -9 of the real process, at the worst moments: after the restart everything is said, and said once."""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.server import running_sandbox
from tests.fakes.bot_process import CHANNEL, World, bot_process, words_of

POSTS = 10_000  # about 7 MB: half a second or more to read


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    async with running_sandbox(retry_scale=0.001) as space:
        yield World(space, tmp_path)


def big_csv() -> bytes:
    body = "A plain text about mending a tool, written by hand and kept for years. " * 9
    return "\n".join(["title,body,date", *(f'"Post {n}","{n} {body}",2024-01-01' for n in range(POSTS))]).encode()


async def test_a_bot_killed_while_reading_reads_it_again_and_reports_once(town: World) -> None:
    bot = await bot_process(town.space, town.folder)
    await town.people.connected()
    thread = await town.dataset_thread()
    await town.drop(thread, "big.csv", big_csv())
    await town.rows_when("SELECT 1 FROM work_item WHERE kind = 'read-source' AND owner IS NOT NULL")
    children = await children_when(bot.process.pid)
    await bot.killed()
    assert town.query("SELECT state FROM source") == [("waiting",)]
    await gone(children)
    town.pass_leases()
    bot = await bot_process(town.space, town.folder)
    await town.rows_when("SELECT 1 FROM source WHERE state = 'read'", timeout_s=60)
    told = [one for one in await town.in_thread(thread) if "big.csv" in one]
    assert len(told) == 1
    assert town.query("SELECT count(*), sum(documents) FROM source") == [(1, POSTS)]
    # Stopped the polite way in the middle of the next step: it is given back at once.
    assert await bot.stopped() == 0
    assert not town.query("SELECT 1 FROM work_item WHERE owner IS NOT NULL")


async def test_a_bot_killed_while_posting_says_everything_once(town: World) -> None:
    bot = await bot_process(town.space, town.folder)
    await town.people.connected()
    await town.people.fault("chat.postMessage", "slow", seconds=1.0)
    form = await town.open_form("founder")
    await town.people.submit("steward", form["view_id"], {})
    await town.rows_when("SELECT 1 FROM outbox WHERE intent_at IS NOT NULL AND ts IS NULL")
    with contextlib.closing(sqlite3.connect(town.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # nobody else can write: the bot cannot record what it posted
        await town.said("founder: new", after=0)
        await bot.killed()
    assert not town.query("SELECT 1 FROM outbox WHERE ts IS NOT NULL")
    town.pass_leases()
    bot = await bot_process(town.space, town.folder)
    await town.people.connected()
    await town.quiet()
    cards = [one for one in await town.people.messages(CHANNEL) if "🎙️ *founder*" in words_of(one)]
    assert len(cards) == 1
    answers = await town.people.messages(CHANNEL, thread_ts=cards[0]["ts"])
    assert ["for consent in a direct message" in words_of(one) for one in answers[1:]] == [True]
    assert len(await town.people.messages("D0OWNER", user="owner")) == 1
    assert await bot.stopped() == 0


async def children_when(pid: int) -> set[int]:
    """All processes below this one, once a worker is among them."""
    for _ in range(500):
        below = descendants(pid)
        if len(below) >= 3:  # the fork server, the resource tracker and a worker
            return below
        await asyncio.sleep(0.02)
    raise AssertionError(descendants(pid))


def descendants(pid: int) -> set[int]:
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z":
            parents[int(stat.parent.name)] = int(fields[1])
    found, wave = set[int](), {pid}
    while wave := {child for child, parent in parents.items() if parent in wave}:
        found |= wave
    return found


async def gone(pids: set[int]) -> None:
    """No process of the dead bot lives on."""
    for _ in range(500):
        if not any(alive(pid) for pid in pids):
            return
        await asyncio.sleep(0.02)
    raise AssertionError([pid for pid in pids if alive(pid)])


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text("utf-8")
    except (ProcessLookupError, FileNotFoundError):
        return False
