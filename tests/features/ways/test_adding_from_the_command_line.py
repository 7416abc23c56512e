"""`understudy data add` with a bot running, and with none: the same rows, the same words in the thread."""

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import RunningSandbox, running_sandbox
from tests.fakes.bot_process import CHANNEL, REPORT, BotProcess, Ended, World, bot_process, understudy, words_of
from tests.fakes.made_posts import csv_posts


@pytest.fixture
async def space() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox(retry_scale=0.001) as running:
        yield running


@pytest.fixture
async def bot(space: RunningSandbox, tmp_path: Path) -> AsyncIterator[BotProcess]:
    process = await bot_process(space, tmp_path)
    await space.client.connected()
    yield process
    if process.process.returncode is None:
        await process.stopped()


@pytest.fixture
def town(space: RunningSandbox, tmp_path: Path) -> World:
    return World(space, tmp_path)


async def add(town: World, *words: Any, **more: str) -> Ended:
    return await understudy(town.space, town.folder, "data", "add", *map(str, words), **more)


def written(town: World, name: str, text: str) -> Path:
    path = town.folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.usefixtures("bot")
async def test_the_running_bot_reads_what_was_added_and_reports_in_the_thread(town: World) -> None:
    thread = await town.dataset_thread()
    ended = await add(town, thread.handle, written(town, "blog.csv", csv_posts(12)), "--by", "U0STEWARD")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Added: blog.csv.\nThe running bot reads them now and reports in the thread of ")
    await town.rows_when("SELECT 1 FROM source WHERE state = 'read'")
    await town.quiet()
    assert "*12* of 12 kept" in words_of(await town.message_in(thread, REPORT))
    assert town.query("SELECT origin, way, added_by FROM source") == [("direct", "command-line", "U0STEWARD")]
    card = words_of((await town.people.messages(CHANNEL, thread_ts=thread.ts))[0])
    assert "Texts from: the command line · policy: any way in" in card


async def test_without_a_bot_the_command_reads_them_itself_and_the_thread_hears_of_it_later(
    town: World, bot: BotProcess
) -> None:
    thread = await town.dataset_thread()
    await bot.stopped()
    ended = await add(town, thread.handle, written(town, "blog.csv", csv_posts(12)))
    assert (ended.code, ended.err) == (0, "")
    assert "*blog.csv* — table, 12 items, read to the end." in ended.out
    assert "No bot runs, so I read them here." in ended.out
    assert town.query("SELECT state, added_by FROM source") == [("read", "command-line")]
    assert town.query("SELECT count(*) FROM dataset") == [(1,)]
    assert await town.in_thread(thread) == []
    again = await bot_process(town.space, town.folder)
    await town.quiet()
    assert "*12* of 12 kept" in words_of(await town.message_in(thread, REPORT))
    assert await again.stopped() == 0


@pytest.mark.usefixtures("bot")
async def test_each_thing_in_the_way_has_its_sentence_and_the_rest_is_added(town: World) -> None:
    thread = await town.dataset_thread()
    first, second = written(town, "a.csv", csv_posts(9)), written(town, "b.csv", csv_posts(9, start=15))
    await add(town, thread.handle, first)
    await town.rows_when("SELECT 1 FROM source WHERE state = 'read'")
    big = written(town, "big.csv", "x" * 1_100_000)
    empty = written(town, "empty.csv", "")
    gone = town.folder / "gone.csv"
    words = (thread.handle, first, second, big, empty, gone, second)
    ended = await add(town, *words, UNDERSTUDY_WORK__FILE_LIMIT_MB="1")
    assert ended.code == 2
    assert "I already read this exact file on" in ended.err
    assert "`big.csv` is 1 MB; my limit is 1 MB." in ended.err
    assert "`empty.csv` is empty." in ended.err
    assert f"There is no file `{gone}`." in ended.err
    assert ended.out.startswith("Added: b.csv.\n")
    await town.quiet()
    assert town.query("SELECT name, state FROM source ORDER BY id") == [("a.csv", "read"), ("b.csv", "read")]


@pytest.mark.usefixtures("bot")
async def test_a_voice_that_is_unknown_stopped_or_paid_for_takes_nothing(town: World) -> None:
    thread = await town.dataset_thread(await town.agreed_voice())
    file = written(town, "blog.csv", csv_posts(9))
    unknown = await add(town, "fuonder", file)
    assert (unknown.code, unknown.out) == (2, "")
    assert "There's no voice `fuonder`." in unknown.err
    stranger = await add(town, thread.handle, file, "--by", "U0MEMBER")
    assert "Only the steward" in stranger.err
    nowhere = await add(town, thread.handle, file, "--team", "T0OTHER")
    assert "There's no voice" in nowhere.err
    run(town, "UPDATE round SET state = 'locked'")
    assert "Round 1 of" in (await add(town, thread.handle, file)).err
    run(town, "UPDATE round SET state = 'open'")
    run(town, "UPDATE consent SET state = 'withdrawn'")
    assert "ended consent on" in (await add(town, thread.handle, file)).err
    assert town.query("SELECT count(*) FROM source") == [(0,)]


async def test_a_policy_keeps_sources_out_and_says_so_and_a_new_policy_prepares_anew(
    town: World, bot: BotProcess
) -> None:
    thread = await town.dataset_thread()
    await town.report(thread, "slack.csv", csv_posts(7).encode())
    await add(town, thread.handle, written(town, "direct.csv", csv_posts(12, start=11)))
    await town.rows_when("SELECT 1 FROM source WHERE way = 'command-line' AND state = 'read'")
    await town.quiet()
    assert "*19* of 19 kept" in words_of(await town.message_in(thread, REPORT))
    await bot.stopped()
    strict = await bot_process(town.space, town.folder, UNDERSTUDY_ORIGINS__ALLOWED='["direct"]')
    await town.quiet()
    report = words_of(await town.message_in(thread, REPORT))
    assert "*12* of 19 kept" in report
    assert "Left out: 7 of an origin not allowed" in report
    card = words_of((await town.people.messages(CHANNEL, thread_ts=thread.ts))[0])
    assert "12 of 19 texts" in card
    assert "policy: texts added past Slack" in card
    told = [json.loads(row[0]) for row in town.query("SELECT after FROM audit_entry WHERE what = 'policy.origins'")]
    assert [one["allowed"] for one in told][-1] == ["direct"]
    assert rows_of(town, "train_blob", "validation_blob", "test_blob") == 12
    await strict.stopped()
    none = await bot_process(town.space, town.folder, UNDERSTUDY_ORIGINS__ALLOWED='["vote"]')
    await town.quiet()
    assert any("None of the 19 texts may train" in one for one in await town.in_thread(thread))
    await none.stopped()


@pytest.mark.usefixtures("bot")
async def test_doctor_says_the_policy_and_what_is_wrong_with_a_short_secret(town: World) -> None:
    more = {"UNDERSTUDY_ORIGINS__ALLOWED": '["direct", "slack_message"]', "UNDERSTUDY_UPLOADS__SECRET": "short"}
    ended = await understudy(
        town.space, town.folder, "doctor", **more, UNDERSTUDY_UPLOADS__PUBLIC_URL="https://bot.example.org"
    )
    assert "ok  Texts that may train: texts added past Slack, better versions written in Slack.\n" in ended.out
    assert "NO  Upload links: UNDERSTUDY_UPLOADS__SECRET needs at least 32 characters.\n" in ended.out


def rows_of(town: World, *blobs: str) -> int:
    (names,) = town.query(f"SELECT {', '.join(blobs)} FROM dataset ORDER BY id DESC LIMIT 1")
    paths = [town.folder / "artifacts" / name[:2] / name[2:4] / name for name in names]
    return sum(len(path.read_bytes().splitlines()) for path in paths)


def run(town: World, sql: str) -> None:
    with sqlite3.connect(town.database, timeout=10) as connection:
        connection.execute(sql)
    connection.close()
