"""Posts of a site: found, fetched politely, only from where everybody may go, and never more than the limits."""

import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver

from bot.site_address import typed_address
from bot.sites.public_web import is_public, public_web
from bot.sites.puller import SitePuller
from bot.sites.robots import read_robots
from pipeline.domain.preparing import PulledSite
from pipeline.errors import (
    NoPostsFound,
    NotAnAddress,
    PrivateAddress,
    PullError,
    RobotsForbid,
    SiteRefused,
    SiteTooBig,
    SiteUnreachable,
)
from tests.fakes.blog import Blog, ids, post, running_blog


@pytest.fixture
async def blog() -> AsyncIterator[Blog]:
    async with running_blog(posts=[post(n) for n in range(1, 251)]) as running:
        yield running


async def pull(blog: Blog, *, named: bool = True, pages: int = 50, megabytes: int = 5, url: str = "") -> PulledSite:
    async def quiet(posts: int) -> None: ...

    hosts = (f"127.0.0.1:{blog.port}",) if named else ()
    return await SitePuller(0.0, 5.0, pages, megabytes * 1_000_000, hosts).pull(url or blog.url, quiet)


async def test_all_pages_of_wordpress_come_as_one_file_one_request_at_a_time(blog: Blog) -> None:
    pulled = await pull(blog)
    assert (pulled.way, len(pulled.posts)) == ("wordpress", 250)
    assert ids(pulled.content) == {str(n) for n in range(1, 251)}
    assert (await pull(blog)).content == pulled.content
    assert blog.most_at_once == 1
    assert all("Understudy" in agent for agent in blog.agents)
    assert blog.asked[0] == "/robots.txt"


async def test_the_order_of_the_pages_does_not_change_the_bytes(blog: Blog) -> None:
    first = await pull(blog)
    blog.posts.reverse()
    assert (await pull(blog)).content == first.content


async def test_wordpress_without_pretty_addresses_is_asked_by_rest_route(blog: Blog) -> None:
    blog.plain = True
    assert len((await pull(blog)).posts) == 250


async def test_a_site_without_the_interface_gives_its_feed_page_by_page(blog: Blog) -> None:
    blog.rest = False
    pulled = await pull(blog)
    assert (pulled.way, len(pulled.posts)) == ("feed", 250)
    assert pulled.posts[0]["_embedded"]["author"] == [{"name": "Mara Quill"}]


async def test_robots_are_honoured_also_with_wildcards_and_a_guess_that_is_forbidden_is_not_tried(blog: Blog) -> None:
    blog.robots = "User-agent: *\nDisallow: /wp-json/\nDisallow: /*?rest_route="
    assert (await pull(blog)).way == "feed"
    assert not [one for one in blog.asked if "wp-json" in one or "rest_route" in one]
    blog.robots = "User-agent: understudy\nDisallow: /\n\nUser-agent: *\nAllow: /"
    with pytest.raises(RobotsForbid):
        await pull(blog)
    blog.robots_status = 503
    with pytest.raises(RobotsForbid):
        await pull(blog)


async def test_a_busy_site_is_asked_again_and_one_that_says_tomorrow_is_left_alone(blog: Blog) -> None:
    blog.busy = 2
    assert len((await pull(blog)).posts) == 250
    blog.busy, blog.retry_after = 1, "86400"
    with pytest.raises(SiteRefused):
        await pull(blog)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"rest": False, "feed": False}, NoPostsFound),
        ({"endless": True}, SiteTooBig),
        ({"bomb": True}, SiteTooBig),
        ({"redirect": "http://169.254.169.254/latest/meta-data/"}, PrivateAddress),
        ({"redirect": "http://10.0.0.7/"}, PrivateAddress),
        ({"redirect": "http://[::1]/"}, PrivateAddress),
        ({"redirect": "http://2130706433/"}, PullError),
        ({"redirect": "file:///etc/passwd"}, NotAnAddress),
        ({"redirect": "http://user:word@example.org/"}, NotAnAddress),
        ({"redirect": "http://127.0.0.1:6379/"}, NotAnAddress),
        ({"redirect": "/round-and-round"}, SiteUnreachable),
    ],
)
async def test_what_a_site_should_not_do(blog: Blog, facts: dict[str, Any], error: type[PullError]) -> None:
    for name, value in facts.items():
        setattr(blog, name, value)
    with pytest.raises(error):
        await pull(blog, pages=5)


async def test_a_site_on_this_machine_is_refused_unless_it_is_named(blog: Blog) -> None:
    with pytest.raises(PullError):
        await pull(blog, named=False)
    with pytest.raises(PrivateAddress):
        await pull(blog, named=False, url="http://127.0.0.1/")
    assert blog.asked == []


class Rebinding(AbstractResolver):
    """A name that is public when somebody looks and leads inside when somebody connects."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[Any]:
        ip = self.answers.pop(0)
        facts = {"hostname": host, "host": ip, "port": port, "family": family or socket.AF_INET, "proto": 0, "flags": 0}
        return [facts]

    async def close(self) -> None: ...


async def test_a_name_that_leads_inside_is_refused_each_time_it_is_asked() -> None:
    resolver = Rebinding("127.0.0.1", "192.168.1.1", "169.254.169.254")
    async with public_web(private_hosts=(), limit_bytes=1000, timeout_s=2, resolver=resolver) as web:
        for _ in range(3):
            with pytest.raises(PrivateAddress):
                await web.get("http://rebinding.example/")


async def test_the_socket_is_refused_even_when_the_name_was_let_through() -> None:
    """Whoever named host:port let the name through; the address behind it is still looked at."""
    async with public_web(
        private_hosts=("metadata.example:80",), limit_bytes=1000, timeout_s=2, resolver=Rebinding("224.0.0.1")
    ) as web:
        with pytest.raises(PrivateAddress):
            await web.get("http://metadata.example/")


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::a00:1",
        "ff02::1",
        "192.0.2.1",
        "nonsense",
    ],
)
def test_addresses_that_are_not_public(ip: str) -> None:
    assert not is_public(ip)


@pytest.mark.parametrize("ip", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_addresses_that_are_public(ip: str) -> None:
    assert is_public(ip)


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("<https://example.org|example.org>", "https://example.org/"),
        ("<https://example.org/blog?x=1>", "https://example.org/blog?x=1"),
        ("example.org", "https://example.org/"),
        ("HTTPS://Example.ORG/A#part", "https://example.org/A"),
        ("https://bücher.example", "https://xn--bcher-kva.example/"),
    ],
)
def test_addresses_as_people_and_slack_write_them(typed: str, url: str) -> None:
    assert typed_address(typed) == url


@pytest.mark.parametrize(
    "typed",
    [
        "ftp://example.org",
        "javascript:alert(1)",
        "https://",
        "https://a b.example",
        "https://u:p@example.org",
        "https://example.org:99999",
        "http://example.org\\@127.0.0.1/",
        "founder",
    ],
)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(NotAnAddress):
        typed_address(typed)


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow: /a", "/a/b", False),
        ("Disallow: /a\nAllow: /a/b", "/a/b", True),
        ("Disallow: /*.json$", "/x/y.json", False),
        ("Disallow: /*.json$", "/x/y.json?z", True),
        ("Disallow:", "/", True),
        ("Disallow: /%61", "/a", False),
        ("Disallow: /*a*a*a*a*a*a*a*a*b", "/" + "a" * 5000, True),
    ],
)
def test_robots_rules(rules: str, path: str, allowed: bool) -> None:
    assert read_robots(f"User-Agent: *\n{rules}", "understudy").allows(f"https://x.example{path}") is allowed
