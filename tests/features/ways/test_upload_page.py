"""The upload page over the wire: pieces, resuming, limits, and a plain sentence for each link that cannot be used."""

import asyncio
import base64
import re
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.features.uploads.usecase import shown_name
from sandbox.server import running_sandbox
from tests.fakes.bot_process import BotProcess, Thread, World, bot_process
from tests.fakes.made_posts import csv_posts

SECRET = "a secret of thirty-two characters"


def settings(port: int, **more: str) -> dict[str, str]:
    return {
        "UNDERSTUDY_UPLOADS__PUBLIC_URL": f"http://127.0.0.1:{port}",
        "UNDERSTUDY_UPLOADS__SECRET": SECRET,
        "UNDERSTUDY_SERVER__PORT": str(port),
    } | more


@dataclass
class Desk:
    """A bot with an upload page, and a browser's worth of HTTP."""

    town: World
    port: int
    bot: BotProcess
    browser: aiohttp.ClientSession

    async def link(self, handle: str, user: str = "steward") -> str:
        typed = await self.town.people.command(user, f"/voice data {handle}")
        return re.search(r"<(http[^|>]+/upload/[^|>]+)\|", typed["answer"]["text"])[1]  # type: ignore[index]  # there is one

    async def begin(self, link: str, name: str, size: int) -> aiohttp.ClientResponse:
        named = base64.b64encode(name.encode()).decode()
        headers = {"Upload-Length": str(size), "Upload-Metadata": f"filename {named}", "Tus-Resumable": "1.0.0"}
        return await self.browser.post(f"{link}/files", headers=headers)

    def at(self, begun: aiohttp.ClientResponse) -> str:
        return f"http://127.0.0.1:{self.port}{begun.headers['Location']}"

    async def piece(self, url: str, offset: int, content: bytes) -> aiohttp.ClientResponse:
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return await self.browser.patch(url, headers=headers, data=content)

    async def send(self, link: str, name: str, content: bytes) -> str:
        url = self.at(await self.begin(link, name, len(content)))
        answer = await self.piece(url, 0, content)
        assert answer.status == 204, await answer.text()
        return url

    async def standing(self, url: str) -> dict[str, Any]:
        for _ in range(300):
            facts: dict[str, Any] = await (await self.browser.get(url)).json()
            if facts["state"] not in ("coming", "waiting"):
                return facts
            await asyncio.sleep(0.05)
        raise AssertionError(facts)

    def change(self, sql: str) -> None:
        connection = sqlite3.connect(self.town.database, timeout=10)
        with connection:
            connection.execute(sql)
        connection.close()


@pytest.fixture
async def desk(tmp_path: Path, unused_tcp_port: int) -> AsyncIterator[Desk]:
    async with running_sandbox(retry_scale=0.001) as space, aiohttp.ClientSession() as browser:
        limits = {"UNDERSTUDY_WORK__FILE_LIMIT_MB": "3", "UNDERSTUDY_UPLOADS__FILES_PER_LINK": "3"}
        bot = await bot_process(space, tmp_path, **settings(unused_tcp_port, **limits))
        await space.client.connected()
        here = Desk(World(space, tmp_path), unused_tcp_port, bot, browser)
        yield here
        if here.bot.process.returncode is None:
            await here.bot.stopped()


async def test_a_file_in_pieces_is_read_and_reported_like_a_dropped_one(desk: Desk) -> None:
    thread = await desk.town.dataset_thread()
    link, content = await desk.link(thread.handle), csv_posts(12).encode()
    await desk.town.quiet()  # where the card stands is written down after it was posted
    page = await desk.browser.get(link)
    text = await page.text()
    assert page.status == 200
    assert f"Add texts to <strong>{thread.handle}</strong>" in text
    assert f"/archives/C0CONTENT/p{thread.ts.replace('.', '')}" in text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert not re.search(r"(?:src|href)=\"(?!page/)(?!http://127\.0\.0\.1[^\"]*/archives/)", text)
    url = desk.at(await desk.begin(link, "../../etc/blog.csv", len(content)))
    for start in range(0, len(content), 3000):
        answer = await desk.piece(url, start, content[start : start + 3000])
        assert answer.headers["Upload-Offset"] == str(min(len(content), start + 3000))
    assert await desk.standing(url) == {"state": "read", "texts": 12, "sentence": ""}
    await desk.town.quiet()
    assert any("*12* of 12 kept" in one for one in await desk.town.in_thread(thread))
    assert desk.town.query("SELECT name, origin, way, added_by FROM source") == [
        ("blog.csv", "direct", "upload-link", "U0STEWARD")
    ]
    assert list((desk.town.folder / "uploads").iterdir()) == []


async def test_a_killed_bot_and_a_broken_connection_lose_no_piece(desk: Desk) -> None:
    thread = await desk.town.dataset_thread()
    link, content = await desk.link(thread.handle), csv_posts(20).encode()
    url = desk.at(await desk.begin(link, "blog.csv", len(content)))
    assert (await desk.piece(url, 0, content[:5000])).status == 204
    await desk.bot.killed()
    desk.bot = await bot_process(desk.town.space, desk.town.folder, **settings(desk.port))
    there = await desk.browser.head(url)
    assert (there.headers["Upload-Offset"], there.headers["Upload-Length"]) == ("5000", str(len(content)))
    wrong = await desk.piece(url, 4000, content[4000:])
    assert (wrong.status, wrong.headers["Upload-Offset"]) == (409, "5000")
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
    path = url.partition(str(desk.port))[2]
    head = f"PATCH {path} HTTP/1.1\r\nHost: x\r\nUpload-Offset: 5000\r\nContent-Length: 9000\r\n"
    writer.write(f"{head}Content-Type: application/offset+octet-stream\r\n\r\n".encode() + content[5000:6000])
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()
    offset = 0
    for _ in range(100):
        offset = int((await desk.browser.head(url)).headers["Upload-Offset"])
        if offset == 6000:
            break
        await asyncio.sleep(0.05)
    assert offset == 6000
    del reader
    assert (await desk.piece(url, 6000, content[6000:])).status == 204
    assert (await desk.standing(url))["texts"] == 20
    # Sent once more by a page that did not hear the answer: it changes nothing.
    assert (await desk.piece(url, len(content), b"")).status == 204
    await desk.town.quiet()
    assert desk.town.query("SELECT count(*) FROM source") == [(1,)]


async def test_two_tabs_with_one_file_count_it_once_and_one_upload_takes_one_tab_at_a_time(desk: Desk) -> None:
    thread = await desk.town.dataset_thread()
    link, content = await desk.link(thread.handle), csv_posts(9).encode()
    first, second = await asyncio.gather(*(desk.send(link, "blog.csv", content) for _ in range(2)))
    states = sorted([(await desk.standing(url))["state"] for url in (first, second)])
    assert states == ["read", "refused"]
    url = desk.at(await desk.begin(link, "other.csv", 6000))
    answers = await asyncio.gather(*(desk.piece(url, 0, b"x" * 3000) for _ in range(2)))
    assert sorted(one.status for one in answers)[0] == 204
    assert (await desk.browser.head(url)).headers["Upload-Offset"] == "3000"


async def test_limits_each_with_a_status_and_a_sentence(desk: Desk) -> None:
    thread = await desk.town.dataset_thread()
    link = await desk.link(thread.handle)
    big = await desk.begin(link, "big.csv", 4 * 1024 * 1024)
    assert (big.status, await big.text()) == (
        413,
        "big.csv is 4 MB; my limit is 3 MB. Export only the posts table, or one year at a time.",
    )
    assert (await desk.begin(link, "empty.csv", 0)).status == 422
    url = desk.at(await desk.begin(link, "small.csv", 100))
    await desk.piece(url, 0, b"title,body\n" + b"x" * 5000)
    assert desk.town.query("SELECT size_bytes FROM source") == [(100,)]
    assert (await desk.begin(link, "two.csv", 10)).status == 201
    assert (await desk.begin(link, "three.csv", 10)).status == 201
    used = await desk.begin(link, "four.csv", 10)
    assert (used.status, (await used.text())[:32]) == (410, "This link has taken its 3 files.")
    answers = [desk.browser.head(url) for _ in range(60)]
    assert 429 in {one.status for one in await asyncio.gather(*answers)}


async def test_links_that_cannot_be_used(desk: Desk) -> None:
    thread = await desk.town.dataset_thread(await desk.town.agreed_voice())
    link = await desk.link(thread.handle)
    half = desk.at(await desk.begin(link, "half.csv", 1000))
    other = await desk.link(thread.handle)
    assert (await desk.browser.head(half.replace(token_of(link), token_of(other)))).status == 404
    for broken in (
        link[:-2],
        link.replace("upload/", "upload/x"),
        f"{link}A",
        link[:-1] + ("B" if link[-1] == "A" else "A"),
    ):
        answer = await desk.browser.get(broken)
        assert answer.status == 403, broken
        assert "isn&#x27;t complete or isn&#x27;t one of mine" in await answer.text()
    desk.change("UPDATE round SET state = 'locked'")
    assert (await desk.browser.get(link)).status == 409
    assert "was approved" in await (await desk.piece(half, 0, b"x" * 1000)).text()
    desk.change("UPDATE round SET state = 'open'")
    desk.change("UPDATE voice SET steward = 'U0MEMBER'")
    assert (await desk.browser.get(link)).status == 403
    desk.change("UPDATE voice SET steward = 'U0STEWARD'")
    desk.change("UPDATE consent SET state = 'withdrawn'")
    gone = await desk.browser.get(link)
    assert gone.status == 403
    assert "ended consent on" in await gone.text()
    assert desk.town.query("SELECT count(*) FROM source") == [(0,)]
    await desk.bot.stopped()
    desk.bot = await bot_process(
        desk.town.space, desk.town.folder, **settings(desk.port, UNDERSTUDY_UPLOADS__LINK_HOURS="0.0001")
    )
    desk.change("UPDATE consent SET state = 'given'")
    short = await desk.link(thread.handle)
    await asyncio.sleep(1.1)
    late = await desk.browser.get(short)
    assert (late.status, "This link worked until" in await late.text()) == (410, True)
    assert token_of(link) not in (desk.town.folder / "bot.log").read_text("utf-8")


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


async def test_without_a_public_address_there_is_no_link_and_no_page(tmp_path: Path) -> None:
    async with running_sandbox(retry_scale=0.001) as space, aiohttp.ClientSession():
        bot = await bot_process(space, tmp_path)
        await space.client.connected()
        town = World(space, tmp_path)
        thread: Thread = await town.dataset_thread()
        typed = await town.people.command("steward", f"/voice data {thread.handle}")
        assert "upload page" not in typed["answer"]["text"]
        await bot.stopped()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\texts\\blog.csv", "blog.csv"),
        ("..", "file"),
        ("", "file"),
        ("a\x00b\u202egpj.csv", "abgpj.csv"),
        (".htaccess", "htaccess"),
        ("x" * 500 + ".csv", "x" * 196 + ".csv"),
    ],
)
def test_names_are_only_shown(given: str, shown: str) -> None:
    assert shown_name(given) == shown
