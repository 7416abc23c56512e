"""The upload page's own script in a real browser: a file in pieces, a connection that breaks, the end told."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.server import running_sandbox
from tests.fakes.bot_process import World, bot_process
from tests.fakes.browser import Tab, installed, running_browser
from tests.fakes.flaky_line import Line, running_line
from tests.fakes.made_posts import body

pytestmark = pytest.mark.skipif(installed() is None, reason="no Chromium on this machine")

POSTS = 12
SLICE = 1_000_000  # bytes that the page sends at a time, and the most that it has to send again
HALF_WAY = 1_500_000  # inside the second piece; whoever begins anew sends more than SLICE again
BAR = "document.querySelector('#list progress').value"
WORDS = "document.querySelector('#list li').innerText"


def large_table(folder: Path) -> Path:
    """Twelve short posts beside a column that nobody reads, so that there is much to send and little to clean."""
    rows = [f'Post {n},"{body(n)}",{"0123456789abcdef" * 12_500}' for n in range(POSTS)]
    path = folder / "blog.csv"
    path.write_text("\n".join(["title,body,checksum", *rows]))
    return path


@dataclass
class Desk:
    town: World
    line: Line
    tab: Tab
    file: Path

    async def choose(self) -> None:
        await self.tab.choose_files("#files", self.file)

    async def read_to_the_end(self) -> str:
        return str(await self.tab.when(f"/Read to the end|couldn|gone/.test({WORDS}) && {WORDS}", timeout_s=90))


@pytest.fixture
async def desk(tmp_path: Path, unused_tcp_port: int) -> AsyncIterator[Desk]:
    """The page stands open in a browser, behind a line that can be broken."""
    async with (
        running_sandbox(retry_scale=0.001) as space,
        running_line(unused_tcp_port) as line,
        running_browser(tmp_path) as tab,
    ):
        settings = {
            "UNDERSTUDY_UPLOADS__PUBLIC_URL": f"http://127.0.0.1:{line.port}",
            "UNDERSTUDY_UPLOADS__SECRET": "a secret of thirty-two characters",
            "UNDERSTUDY_SERVER__PORT": str(unused_tcp_port),
        }
        bot = await bot_process(space, tmp_path, **settings)
        try:
            await space.client.connected()
            town = World(space, tmp_path)
            thread = await town.dataset_thread()
            typed = await town.people.command("steward", f"/voice data {thread.handle}")
            link = re.search(r"<(http[^|>]+/upload/[^|>]+)\|", typed["answer"]["text"])
            assert link is not None
            await tab.open(link[1])
            yield Desk(town, line, tab, large_table(tmp_path))
        finally:
            await bot.stopped()


async def test_a_broken_connection_is_waited_for_and_the_file_goes_on_where_it_was(desk: Desk) -> None:
    size = desk.file.stat().st_size
    desk.line.breaks_at = desk.line.up_bytes + HALF_WAY
    await desk.choose()
    await desk.tab.when(f"/waiting for the connection/.test({WORDS})")
    assert await desk.tab.value(BAR) == SLICE
    desk.line.mend()
    assert f"Read to the end: {POSTS} texts." in await desk.read_to_the_end()
    assert await desk.tab.value(BAR) == size
    assert size <= desk.line.up_bytes < size + SLICE
    assert desk.town.query("SELECT name, state, documents FROM source") == [("blog.csv", "read", POSTS)]


async def test_a_page_that_was_closed_half_way_goes_on_when_the_file_is_chosen_again(desk: Desk) -> None:
    size = desk.file.stat().st_size
    address = await desk.tab.value("location.href")
    desk.line.breaks_at = desk.line.up_bytes + HALF_WAY
    await desk.choose()
    await desk.tab.when(f"/waiting for the connection/.test({WORDS})")
    await desk.tab.open("about:blank")
    desk.line.mend()
    await desk.tab.open(address)
    await desk.choose()
    assert f"Read to the end: {POSTS} texts." in await desk.read_to_the_end()
    assert desk.line.up_bytes < size + SLICE
    assert desk.town.query("SELECT name, state, documents FROM source") == [("blog.csv", "read", POSTS)]
