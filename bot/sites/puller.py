"""Finds the posts of a site and fetches them, one request at a time: WordPress' interface, else a feed."""

import asyncio
import email.utils
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from bot.sites.public_web import PRODUCT, Answer, PublicWeb, host_of, public_web
from bot.sites.robots import Robots, read_robots
from pipeline.domain.preparing import PulledSite
from pipeline.errors import NoPostsFound, RobotsForbid, SiteRefused, SiteTooBig, SiteUnreachable
from pipeline.ports import PostsSoFar
from pipeline.sources.site_posts import Json, NotAFeed, feed_posts, next_page, rest_posts, snapshot

Way = Literal["wordpress", "feed"]

PER_PAGE: Final = 100  # the most WordPress gives
FIELDS: Final = "id,date,date_gmt,modified_gmt,slug,status,type,link,title,content,author,_links,_embedded"
FEED_PATHS: Final = ("feed/", "rss.xml", "feed.xml", "atom.xml", "index.xml", "rss")
TRIES: Final = 3
LONGEST_WAIT_S: Final = 60.0  # a Retry-After beyond it is for another day
PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})
TAG: Final = re.compile(r"<link\b[^>]{0,2000}>", re.IGNORECASE)
ATTRIBUTE: Final = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
API: Final = "https://api.w.org/"
FEEDS: Final = ("application/rss+xml", "application/atom+xml")


@dataclass(frozen=True, slots=True)
class SitePuller:
    """Satisfies pipeline.ports.Sites. pages: most requests for posts of one site; limit_bytes: of all its answers."""

    delay_s: float
    timeout_s: float
    pages: int
    limit_bytes: int
    private_hosts: Collection[str]

    async def pull(self, url: str, progress: PostsSoFar) -> PulledSite:
        """Raises PullError subclasses; then nothing is kept."""
        async with public_web(
            private_hosts=self.private_hosts, limit_bytes=self.limit_bytes, timeout_s=self.timeout_s
        ) as web:
            visit = Visit(web, url, self.delay_s, self.pages, progress)
            return await visit.pull()


@dataclass(slots=True)
class Visit:
    """One site, from its robots.txt to its last page."""

    web: PublicWeb
    url: str
    delay_s: float
    pages_left: int
    progress: PostsSoFar
    robots: dict[str, Robots] = field(default_factory=dict)
    began: bool = False
    posts: dict[str, Json] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return host_of(self.url)

    async def pull(self) -> PulledSite:
        front = await self.polite(self.url)
        if front.status >= 400:
            raise SiteRefused(self.host, front.status)
        links = links_of(front.body) + header_links(front)
        for root in api_roots(front.url, links):
            if await self.wordpress(root):
                return self.pulled("wordpress")
        for feed in [front.url, *feeds(front.url, links)]:
            if await self.feed(feed, front if feed == front.url else None):
                return self.pulled("feed")
        raise NoPostsFound(self.host)

    def pulled(self, way: Way) -> PulledSite:
        posts = tuple(self.posts.values())
        return PulledSite(snapshot(posts), posts, way)

    async def wordpress(self, root: str) -> bool:
        number = 1
        while True:
            answer = await self.or_none(rest_page(root, number))
            posts = rest_posts(parsed(answer.body)) if answer and answer.status == 200 else None
            if posts is None:
                if number == 1 or (answer and answer.status == 400):  # 400: there is no such page any more
                    return number > 1
                raise SiteUnreachable(self.host)
            if not await self.took(posts) or number >= pages_told(answer):
                return bool(self.posts)
            number += 1

    async def feed(self, url: str, there: Answer | None) -> bool:
        seen: set[str] = set()
        while url not in seen:
            seen.add(url)
            answer = there or await self.or_none(url)
            there = None
            if answer is None or answer.status >= 400:
                break
            try:
                posts = feed_posts(answer.body)
            except NotAFeed:
                break
            if not await self.took(posts):
                break
            url = following(answer, posts)
        return bool(self.posts)

    async def took(self, posts: list[Json]) -> bool:
        """Whether there was anything new among them; a site that repeats itself ends here."""
        new = {str(post["id"]): post for post in posts if str(post["id"]) not in self.posts}
        self.posts |= new
        self.pages_left -= 1
        if self.pages_left <= 0 and new:
            raise SiteTooBig(self.host)
        await self.progress(len(self.posts))
        return bool(new)

    async def or_none(self, url: str) -> Answer | None:
        """For addresses that are only a guess: one that robots.txt forbids is not there for us."""
        try:
            return await self.polite(url)
        except RobotsForbid:
            if url == self.url:
                raise
            return None

    async def polite(self, url: str) -> Answer:
        """One request: allowed by robots.txt, after the pause, tried again when the site says later."""
        answer = Answer(url, 0, {}, b"")
        robots = await self.robots_for(url)
        if not robots.allows(url):
            raise RobotsForbid(host_of(url))
        for attempt in range(TRIES):
            await self.pause(max(self.delay_s, robots.delay_s))
            try:
                answer = await self.web.get(url)
            except SiteUnreachable:
                if attempt == TRIES - 1:
                    raise
                continue
            if answer.status not in PASSING:
                return answer
            wait_s = retry_after(answer)
            if wait_s > LONGEST_WAIT_S:
                break
            await asyncio.sleep(wait_s)
        raise SiteRefused(host_of(url), answer.status)

    async def pause(self, seconds: float) -> None:
        if self.began:
            await asyncio.sleep(seconds)
        self.began = True

    async def robots_for(self, url: str) -> Robots:
        parts = urlsplit(url)
        where = urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))
        if where not in self.robots:
            await self.pause(self.delay_s)
            answer = await self.web.get(where)
            if answer.status >= 500:  # RFC 9309, 2.3.1.4: then everything is forbidden
                raise RobotsForbid(host_of(url))
            text = answer.body.decode("utf-8", "replace") if answer.status == 200 else ""
            self.robots[where] = read_robots(text, PRODUCT)
        return self.robots[where]


def rest_page(root: str, number: int) -> str:
    """root: of the interface, pretty or with ?rest_route=."""
    asked = {
        "per_page": PER_PAGE,
        "page": number,
        "orderby": "id",
        "order": "asc",
        "_fields": FIELDS,
        "_embed": "author,wp:term",
    }
    parts = urlsplit(root)
    query = dict(parse_qsl(parts.query))
    if "rest_route" in query:
        query["rest_route"] = query["rest_route"].rstrip("/") + "/wp/v2/posts"
        return urlunsplit(parts._replace(query=urlencode(query | {k: str(v) for k, v in asked.items()}, safe="/,:")))
    path = parts.path.rstrip("/") + "/wp/v2/posts"
    return urlunsplit(parts._replace(path=path, query=urlencode(asked, safe=",:")))


def api_roots(url: str, links: list[dict[str, str]]) -> list[str]:
    """Where the page says its interface is, then where it usually is."""
    told = [urljoin(url, one["href"]) for one in links if one.get("rel") == API and one.get("href")]
    base = urljoin(url, ".") if not url.endswith("/") else url
    base = urlunsplit(urlsplit(base)._replace(query="", fragment=""))
    return list(dict.fromkeys([*told, urljoin(base, "wp-json/"), f"{base}?rest_route=/"]))


def feeds(url: str, links: list[dict[str, str]]) -> list[str]:
    told = [
        urljoin(url, one["href"])
        for one in links
        if "alternate" in one.get("rel", "").lower().split()
        and one.get("type", "").lower() in FEEDS
        and one.get("href")
        and "comments" not in (one.get("title", "") + one["href"]).lower()
    ]
    base = urlunsplit(urlsplit(url)._replace(query="", fragment=""))
    return list(
        dict.fromkeys([*told, *(urljoin(base if base.endswith("/") else f"{base}/", path) for path in FEED_PATHS)])
    )


def links_of(body: bytes) -> list[dict[str, str]]:
    """Attributes of the page's <link> elements; only its head is looked at."""
    text = body[:500_000].decode("utf-8", "replace")
    return [
        {name.lower(): unescape(double or single or bare) for name, double, single, bare in ATTRIBUTE.findall(tag)}
        for tag in TAG.findall(text)
    ]


def header_links(answer: Answer) -> list[dict[str, str]]:
    found = re.findall(r'<([^<>]{1,2000})>\s*;\s*rel="?([^",;]{1,200})"?', answer.headers.get("link", ""))
    return [{"href": href, "rel": rel} for href, rel in found]


def pages_told(answer: Answer | None) -> int:
    told = answer.headers.get("x-wp-totalpages", "") if answer else ""
    return int(told) if re.fullmatch(r"\d{1,7}", told) else 1_000_000


def following(answer: Answer, posts: list[Json]) -> str:
    """The next page of a feed: as it says itself, or as WordPress counts them. The same address when there is none."""
    told = next_page(answer.body)
    if told:
        return urljoin(answer.url, told)
    if b"wordpress.org" not in answer.body[:5000] or not posts:
        return answer.url
    parts = urlsplit(answer.url)
    query = dict(parse_qsl(parts.query))
    query["paged"] = str(int(query["paged"]) + 1 if query.get("paged", "").isdigit() else 2)
    return urlunsplit(parts._replace(query=urlencode(query)))


def parsed(body: bytes) -> object:
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value


def retry_after(answer: Answer) -> float:
    told = answer.headers.get("retry-after", "").strip()
    if told.isdigit():
        return float(told[:9])
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 1.0
