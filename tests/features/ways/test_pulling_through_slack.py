"""A site typed into /voice data: fetched by the queue, told in the thread, fetched again, refused with a sentence."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.settings import PullSettings
from tests.fakes.blog import Blog, post, running_blog
from tests.fakes.bot_process import REPORT, Thread, World, open_world, words_of


@dataclass
class Desk:
    town: World
    blog: Blog

    async def pull(self, thread: Thread, *, url: str = "", user: str = "steward") -> dict[str, Any]:
        """Until everything that was asked for is done."""
        typed = await self.town.people.command(user, f"/voice data {thread.handle} {url or self.blog.url}")
        await self.town.quiet()
        return dict(typed)

    async def said_of_the_site(self, thread: Thread) -> list[str]:
        """The messages of what was pulled, as they stand."""
        return [one for one in await self.town.in_thread(thread) if "127.0.0.1" in one or "fetch" in one]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with running_blog(posts=[post(n) for n in range(1, 13)]) as blog:
        pulls = PullSettings(delay_s=0, request_timeout_s=5, private_hosts=(f"127.0.0.1:{blog.port}",))
        async with open_world(tmp_path, pulls=pulls) as town:
            yield Desk(town, blog)


async def test_a_site_by_its_address_is_fetched_and_reported_like_a_dropped_file(desk: Desk) -> None:
    thread = await desk.town.dataset_thread()
    typed = await desk.pull(thread)
    assert "and tell how far I am in the dataset thread" in typed["answer"]["text"]
    (told,) = await desk.said_of_the_site(thread)
    assert "12 items, read to the end." in told
    assert "*12* kept" in told
    assert "*12* of 12 kept" in words_of(await desk.town.message_in(thread, REPORT))
    assert desk.town.query("SELECT way, state, documents FROM source") == [("site", "read", 12)]


async def test_a_second_fetch_tells_what_is_new_and_counts_every_post_once(desk: Desk) -> None:
    thread = await desk.town.dataset_thread()
    await desk.pull(thread)
    desk.blog.posts = [*desk.blog.posts[1:], post(13)]
    await desk.pull(thread)
    assert any("Since the last time: 1 new, 0 changed, 1 gone." in one for one in await desk.town.in_thread(thread))
    assert "*12* of 12 kept" in words_of(await desk.town.message_in(thread, REPORT))


async def test_a_site_that_waits_already_is_fetched_once(desk: Desk) -> None:
    thread = await desk.town.dataset_thread()
    await asyncio.gather(*(desk.pull(thread) for _ in range(3)))
    assert "*12* of 12 kept" in words_of(await desk.town.message_in(thread, REPORT))
    assert len(desk.town.query("SELECT 1 FROM source WHERE state = 'read'")) == 1


async def test_a_site_inside_the_network_is_refused_in_the_thread_and_nothing_changes(desk: Desk) -> None:
    thread = await desk.town.dataset_thread()
    before = desk.town.state_of(thread)
    await desk.pull(thread, url="http://127.0.0.1/")
    (told,) = await desk.said_of_the_site(thread)
    assert "leads inside a private network, so I don't go there. Nothing was fetched; drop a file." in told
    assert desk.town.state_of(thread) == before


async def test_a_site_without_posts_is_told_with_a_way_out(desk: Desk) -> None:
    desk.blog.rest = desk.blog.feed = False
    thread = await desk.town.dataset_thread()
    await desk.pull(thread)
    (told,) = await desk.said_of_the_site(thread)
    assert "I found neither WordPress' posts nor a feed" in told


async def test_only_the_steward_has_a_site_fetched(desk: Desk) -> None:
    thread = await desk.town.dataset_thread()
    await desk.pull(thread, user="member")
    assert desk.blog.asked == []
    assert desk.town.query("SELECT 1 FROM source") == []
