"""Fetches pages from public addresses only; every address is checked again where the connection is made."""

import ipaddress
import socket
import zlib
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.site_address import typed_address
from pipeline.errors import NotAnAddress, PrivateAddress, SiteTooBig, SiteUnreachable

USER_AGENT: Final = "Understudy/0.1 (reads a blog for its author, who asked for it; honours robots.txt)"
PRODUCT: Final = "understudy"  # the name that robots.txt may use
WEB_PORTS: Final = frozenset({80, 443})  # others are where machines talk to machines
REDIRECTS: Final = 5
CHUNK_BYTES: Final = 1 << 16
REDIRECTED: Final = frozenset({301, 302, 303, 307, 308})
# IPv6 ranges that carry an IPv4 address inside, which is where they really lead.
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class Forbidden(OSError):
    """Raised where a connection to an address that is not public would be made."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One page, unpacked. url: where it was in the end."""

    url: str
    status: int
    headers: "dict[str, str]"
    body: bytes


@dataclass(slots=True)
class PublicWeb:
    """private_hosts: "host:port" that may be reached although they are not public, named by whoever runs the bot.

    limit_bytes: of one answer, unpacked. resolver: asked for names; checked whatever it says.
    """

    session: aiohttp.ClientSession
    private_hosts: Collection[str]
    limit_bytes: int
    spent_bytes: int = field(default=0)

    async def get(self, url: str) -> Answer:
        """Redirects are followed one by one, each checked like the first. Raises PullError subclasses."""
        for _ in range(REDIRECTS + 1):
            url = self.permitted(url)
            answer = await self.one(url)
            target = answer.headers.get("location")
            if answer.status not in REDIRECTED or target is None:
                return answer
            url = urljoin(url, target)
        raise SiteUnreachable(host_of(url))

    def permitted(self, url: str) -> str:
        url = typed_address(url)
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if not self.is_named(parts.hostname or "", port):
            if port not in WEB_PORTS:
                raise NotAnAddress(host_of(url))
            if is_literal(parts.hostname or "") and not is_public(parts.hostname or ""):
                raise PrivateAddress(host_of(url))
        return url

    def is_named(self, host: str, port: int) -> bool:
        return f"{host}:{port}" in self.private_hosts

    async def one(self, url: str) -> Answer:
        try:
            async with self.session.get(url, allow_redirects=False) as answer:
                body = b"" if answer.status in REDIRECTED else await self.unpacked(answer, host_of(url))
                return Answer(url, answer.status, {name.lower(): value for name, value in answer.headers.items()}, body)
        except (aiohttp.ClientError, TimeoutError, OSError, UnicodeError) as error:
            if is_forbidden(error):
                raise PrivateAddress(host_of(url)) from error
            raise SiteUnreachable(host_of(url)) from error

    async def unpacked(self, answer: aiohttp.ClientResponse, host: str) -> bytes:
        """Unpacked here, piece by piece, so that a bomb is noticed before it went off."""
        packed = answer.headers.get("Content-Encoding", "identity").lower()
        if packed not in ("identity", "", "gzip", "x-gzip"):
            raise SiteUnreachable(host)  # we asked for gzip or nothing
        inflate = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in packed else None
        body = bytearray()
        async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
            room = self.limit_bytes - self.spent_bytes - len(body)
            try:
                body += inflate.decompress(chunk, room + 1) if inflate else chunk
            except zlib.error as error:
                raise SiteUnreachable(host) from error
            if len(body) > self.limit_bytes - self.spent_bytes:
                raise SiteTooBig(host)
        self.spent_bytes += len(body)
        return bytes(body)


@asynccontextmanager
async def public_web(
    *, private_hosts: Collection[str], limit_bytes: int, timeout_s: float, resolver: AbstractResolver | None = None
) -> AsyncIterator[PublicWeb]:
    """A session of its own for one site: no cookies, no proxy, no cached names."""
    connector = aiohttp.TCPConnector(
        resolver=CheckedResolver(resolver or aiohttp.ThreadedResolver(), private_hosts),
        socket_factory=GuardedSockets(private_hosts),
        use_dns_cache=False,
        limit=1,
    )
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=timeout_s),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
        trust_env=False,
    ) as session:
        yield PublicWeb(session, private_hosts, limit_bytes)


@dataclass(slots=True)
class CheckedResolver(AbstractResolver):
    """A name that leads to any address that is not public is refused whole."""

    resolver: AbstractResolver
    private_hosts: Collection[str]

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self.resolver.resolve(host, port, family)
        if f"{host}:{port}" not in self.private_hosts and not all(is_public(one["host"]) for one in found):
            raise Forbidden(host)
        return found

    async def close(self) -> None:
        await self.resolver.close()


@dataclass(frozen=True, slots=True)
class GuardedSockets:
    """The last word: asked with the very address the connection goes to. Names cannot change in between."""

    private_hosts: Collection[str]

    def __call__(self, address: Any) -> socket.socket:
        family, kind, protocol, _, where = address
        if not is_public(where[0]) and not self.is_of_named(where[0], where[1]):
            raise Forbidden(where[0])
        return socket.socket(family, kind, protocol)

    def is_of_named(self, ip: str, port: int) -> bool:
        """Its port is a named one, and it is where names of inner networks lead: this machine or a private network."""
        address = ipaddress.ip_address(ip)
        named = any(entry.rpartition(":")[2] == str(port) for entry in self.private_hosts)
        return named and (address.is_private or address.is_loopback)


def is_public(ip: str) -> bool:
    """Reachable from everywhere, and nothing else is meant by it."""
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return False
    inner = inner_address(address)
    if inner is not None:
        return is_public(str(inner))
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def inner_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo


def is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_forbidden(error: BaseException | None) -> bool:
    """Whether it, or what it came from, is our own refusal."""
    seen = 0
    while error is not None and seen < 10:
        inner = getattr(error, "os_error", None)
        group = getattr(error, "exceptions", ())
        if isinstance(error, Forbidden) or isinstance(inner, Forbidden) or any(is_forbidden(one) for one in group):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False


def host_of(url: str) -> str:
    return urlsplit(url).hostname or url[:100]
