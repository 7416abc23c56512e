"""A small WordPress on this machine, with state: posts, a feed, robots.txt, and the ways in which sites misbehave."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.made_posts import body

Json = dict[str, Any]


def post(number: int, *, words: int = 70) -> Json:
    day = f"20{10 + number // 300:02}-{1 + number // 28 % 12:02}-{1 + number % 28:02}T09:00:00"
    return {
        "id": number,
        "date": day,
        "date_gmt": day,
        "modified_gmt": day,
        "slug": f"post-{number}",
        "status": "publish",
        "type": "post",
        "link": f"https://blog.example/post-{number}",
        "title": {"rendered": f"Post &amp; {number}"},
        "content": {"rendered": f"<p>{body(number, words=words)}</p>", "protected": False},
        "author": 1,
        "_links": {"self": [{"href": "x"}]},
        "_embedded": {"author": [{"id": 1, "name": "Mara Quill"}], "wp:term": [[{"id": 5, "name": "Sheds"}]]},
    }


@dataclass
class Blog:
    """rest: whether its interface answers; plain: only as ?rest_route=. busy: answers 503 so often first."""

    posts: list[Json] = field(default_factory=list)
    rest: bool = True
    plain: bool = False
    feed: bool = True
    endless: bool = False
    robots: str = ""
    robots_status: int = 200
    busy: int = 0
    retry_after: str = "0"
    redirect: str = ""
    bomb: bool = False
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    at_once: int = 0
    most_at_once: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        self.agents.add(request.headers["User-Agent"])
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            return self.chosen(request)
        finally:
            self.at_once -= 1

    def chosen(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/robots.txt":
            return web.Response(text=self.robots, status=self.robots_status)
        if self.busy:
            self.busy -= 1
            return web.Response(status=503, headers={"Retry-After": self.retry_after})
        if self.redirect:
            return web.Response(status=302, headers={"Location": self.redirect})
        if self.bomb:
            packed = gzip.compress(b"\0" * 40_000_000)
            return web.Response(body=packed, headers={"Content-Encoding": "gzip"}, content_type="text/html")
        plain = request.query.get("rest_route", "")
        if self.rest and (plain if self.plain else request.path) == (
            "/wp/v2/posts" if self.plain else "/wp-json/wp/v2/posts"
        ):
            return self.page(int(request.query.get("page", "1")), int(request.query["per_page"]))
        if self.feed and request.path == "/feed/":
            return self.rss(int(request.query.get("paged", "1")))
        if request.path == "/":
            link = '<link rel="alternate" type="application/rss+xml" title="Blog" href="/feed/">' if self.feed else ""
            return web.Response(text=f"<html><head>{link}</head><body>Hello</body></html>", content_type="text/html")
        return web.Response(status=404, text="not here")

    def page(self, number: int, size: int) -> web.Response:
        if self.endless:
            return web.json_response([post(number * 1000 + n) for n in range(3)])
        here = self.posts[(number - 1) * size : number * size]
        if not here and number > 1:
            return web.json_response({"code": "rest_post_invalid_page_number"}, status=400)
        pages = -(-len(self.posts) // size)
        return web.json_response(here, headers={"X-WP-TotalPages": str(pages)})

    def rss(self, number: int) -> web.Response:
        here = self.posts[(number - 1) * 10 : number * 10]
        if not here:
            return web.Response(status=404)
        items = "".join(
            f"<item><title>{one['title']['rendered']}</title><guid>{one['link']}</guid><link>{one['link']}</link>"
            f"<pubDate>Mon, 01 Jan 2024 09:00:00 +0000</pubDate><dc:creator>Mara Quill</dc:creator>"
            f"<content:encoded><![CDATA[{one['content']['rendered']}]]></content:encoded></item>"
            for one in here
        )
        head = (
            '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><generator>https://wordpress.org/?v=6.5</generator>'
        )
        return web.Response(text=f"{head}{items}</channel></rss>", content_type="application/rss+xml")


@asynccontextmanager
async def running_blog(**facts: Any) -> AsyncIterator[Blog]:
    blog = Blog(**facts)
    site = web.Application()
    site.router.add_get("/{path:.*}", blog.answer)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    blog.port = int(runner.addresses[0][1])
    try:
        yield blog
    finally:
        await runner.cleanup()


def ids(content: bytes) -> set[str]:
    return {str(one["id"]) for one in json.loads(content)}
