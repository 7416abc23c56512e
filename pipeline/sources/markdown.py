"""Markdown with or without front matter, as Jekyll, Hugo and their kin keep it."""

import html
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pipeline.domain.documents import Document, DocumentId
from pipeline.domain.reading import Item
from pipeline.sources.dates import parse_date
from pipeline.sources.decoding import decode_whole
from pipeline.sources.front_matter import split_front_matter
from pipeline.sources.source import Source
from pipeline.sources.spoken import spoken_items
from pipeline.sources.titles import title_from, unhashed
from pipeline.sources.transcript import find_transcript

JEKYLL_NAME = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})-(.+)")
HEADING = re.compile(
    r"\A\s*(?:#{1,2}[ \t]{1,20}(\S[^\n]{0,1000})|([^\n]{1,200})\n[ \t]*(?:={3,}|-{3,})[ \t]*)(?:\n|\Z)"
)
DATE_KEYS = ("date", "published_at", "publishdate", "published", "created", "pubdate")
AUTHOR_KEYS = ("author", "authors", "by", "byline")
TAG_KEYS = ("tags", "categories", "topics", "category", "keywords")
NO = frozenset({"false", "no", "off", "0"})
YES = frozenset({"true", "yes", "on", "1"})
STATUSES = {"published": "publish", "public": "publish", "live": "publish"}


def read_markdown(source: Source) -> Iterator[Item]:
    text, notices = decode_whole(source.stream.read(), source.name)
    settings, body = split_front_matter(text.replace("\r\n", "\n"))
    transcript = find_transcript(body) if not settings else None
    if transcript:
        yield from notices
        yield from spoken_items(transcript, source, markup="markdown")
        return
    title = html.unescape(_text(settings.get("title")))
    if not title:
        title, body = _heading(body, source)
    yield from notices
    yield Document(
        document_id=DocumentId(""),
        title=title,
        body=body.strip("\n"),
        markup="markdown",
        source_name=source.name,
        author=next((name for key in AUTHOR_KEYS if (name := _first(settings.get(key)))), None),
        published_at=_published(settings, source),
        status=_status(settings),
        kind=_kind(settings),
        url=_text(settings.get("url") or settings.get("permalink")) or None,
        tags=_tags(settings),
    )


def _heading(body: str, source: Source) -> tuple[str, str]:
    """The title of a text whose settings have none, and the text without the heading that gave it."""
    found = HEADING.match(body)
    if found:
        return unhashed(found[1] or found[2]), body[found.end() :]
    named = JEKYLL_NAME.fullmatch(source.stem)
    return title_from(named[2] if named else source.stem), body


def _published(settings: dict[str, Any], source: Source) -> datetime | None:
    named = JEKYLL_NAME.fullmatch(source.stem)
    values = [settings.get(key) for key in DATE_KEYS] + [named[1] if named else None]
    return next((moment for value in values if (moment := parse_date(value))), None)


def _status(settings: dict[str, Any]) -> str:
    draft = _text(settings.get("draft")).lower() in YES
    unpublished = _text(settings.get("published")).lower() in NO
    if draft or unpublished:
        return "draft"
    stated = _text(settings.get("status")).lower()
    return STATUSES.get(stated, stated) or "publish"


def _kind(settings: dict[str, Any]) -> str:
    stated = _text(settings.get("layout") or settings.get("type")).lower()
    return "page" if stated == "page" else "post"


def _tags(settings: dict[str, Any]) -> tuple[str, ...]:
    found: list[str] = []
    for key in TAG_KEYS:
        value = settings.get(key)
        parts = value if isinstance(value, list) else _text(value).split(",")
        found += [text for part in parts if (text := _text(part))]
    return tuple(dict.fromkeys(found))


def _first(value: object) -> str:
    """An author written as a name, a list of names, or tables with a name."""
    if isinstance(value, list):
        return next((name for part in value if (name := _first(part))), "")
    if isinstance(value, dict):
        return _text(value.get("name") or value.get("login"))
    return _text(value)


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int | float) else ""
