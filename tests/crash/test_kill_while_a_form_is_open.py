"""kill -9 between opening a form and pressing in it: the form goes on with the next process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.server import running_sandbox
from tests.fakes.bot_process import CHANNEL, REPORT, BotProcess, Json, Thread, World, bot_process, words_of
from tests.fakes.made_posts import csv_posts


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    async with running_sandbox(retry_scale=0.001) as space:
        yield World(space, tmp_path)


async def opened(town: World, thread: Thread, action: str, on: str = REPORT) -> Json:
    message = await town.message_in(thread, on)
    pressed = await town.people.press("steward", CHANNEL, message["ts"], action)
    form = await town.people.wait("view_opened", after=pressed["seq"], user="U0STEWARD")
    return dict(form)


async def restarted(town: World, bot: BotProcess) -> BotProcess:
    await bot.killed()
    again = await bot_process(town.space, town.folder)
    await town.people.connected()
    return again


async def test_forms_opened_before_a_kill_are_answered_after_it(town: World) -> None:
    bot = await bot_process(town.space, town.folder)
    await town.people.connected()
    thread = await town.dataset_thread()
    rows = csv_posts(14).replace('.",', '. Read https://example.org/more today.",')
    await town.report(thread, "linked.csv", rows.encode())

    walk = await opened(town, thread, "datasets.one_by_one")
    bot = await restarted(town, bot)
    acted = await town.people.press_in_view("steward", walk["view_id"], "datasets.walk.choose.fix")
    await town.people.wait("view_updated", after=acted["seq"], user="U0STEWARD")
    await town.people.act("close", user="steward", view_id=walk["view_id"])
    await town.quiet()
    assert "Done, with undo:" in words_of(await town.message_in(thread, REPORT))

    filters = await opened(town, thread, "datasets.filters")
    bot = await restarted(town, bot)
    await town.people.submit("steward", filters["view_id"], {"*": {"datasets.filter.since": "2024-01-03"}})
    await town.quiet()
    assert "12 of 14 kept" in words_of(await town.message_in(thread, REPORT)).replace("*", "")

    columns = await opened(town, thread, "datasets.columns.0", on="*linked.csv*")
    bot = await restarted(town, bot)
    await town.people.submit("steward", columns["view_id"], {"*": {"date": "not used"}})
    await town.quiet()
    assert "Columns not used for training: date" in words_of(await town.message_in(thread, "*linked.csv*"))
    assert await bot.stopped() == 0
