"""The address of a site as people type it and as Slack wraps it (pure)."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from bot.adding import Incoming
from pipeline.errors import NotAnAddress

WRAPPED: Final = re.compile(r"<(https?://[^<>|\s]+)(?:\|[^<>]*)?>", re.IGNORECASE)
SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
BARE_HOST: Final = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:/\S*)?", re.IGNORECASE)
ADDRESS_CHARS: Final = 2000
NAME_CHARS: Final = 120


def is_address(word: str) -> bool:
    """Something with a scheme, or wrapped by Slack. A bare example.org could as well be the name of a file."""
    return bool(WRAPPED.fullmatch(word) or SCHEME.match(word))


def typed_address(word: str) -> str:
    """As it is fetched: http or https, a host, no password, no fragment. Raises NotAnAddress."""
    wrapped = WRAPPED.fullmatch(word.strip())
    text = wrapped[1] if wrapped else word.strip()
    if BARE_HOST.fullmatch(text):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode() if parts.hostname else ""
    except (ValueError, UnicodeError) as error:
        raise NotAnAddress(text[:NAME_CHARS]) from error
    if not is_plain(parts, host, text):
        raise NotAnAddress((host or text)[:NAME_CHARS])
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port is None else f"{shown}:{port}"
    return urlunsplit((parts.scheme.lower(), netloc, parts.path or "/", parts.query, ""))


def is_plain(parts: SplitResult, host: str, text: str) -> bool:
    with_password = parts.username is not None or parts.password is not None
    short = len(text) <= ADDRESS_CHARS and not re.search(r"[\s\\\x00-\x1f]", text)
    return parts.scheme.lower() in ("http", "https") and bool(host) and not with_password and short


def incoming_site(word: str) -> Incoming:
    """A site that is to be pulled. Its name is what people know it by, and ends like the file it becomes."""
    url = typed_address(word)
    return Incoming(site_name(url), 0, "direct", "site", url=url)


def site_name(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}".rstrip("/").replace("/", "-")[:NAME_CHARS] + ".json"
