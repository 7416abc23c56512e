"""Posts as WordPress' own REST API gives them: /wp-json/wp/v2/posts."""

import html
from collections.abc import Mapping
from typing import Any

from pipeline.domain.documents import Document, DocumentId
from pipeline.sources.dates import parse_date
from pipeline.sources.fields import plain
from pipeline.sources.source import Source

Json = Mapping[str, Any]  # Any: JSON is whatever was written


def is_rest_post(value: Json) -> bool:
    content, title = value.get("content"), value.get("title")
    return isinstance(content, dict) and "rendered" in content and isinstance(title, dict | str | None)


def rest_post(value: Json, *, fallback_id: str, source: Source) -> Document:
    """Raw text is kept as it was typed where the request asked for it (context=edit); otherwise the rendered page."""
    raw = plain(value["content"].get("raw"))
    author, author_name = _author(value)
    return Document(
        document_id=DocumentId(plain(value.get("id")) or fallback_id),
        title=_title(value),
        body=raw or plain(value["content"].get("rendered")),
        markup="wordpress" if raw else "html",
        source_name=source.name,
        author=author,
        author_name=author_name,
        published_at=parse_date(value.get("date_gmt")) or parse_date(value.get("date")),
        status=plain(value.get("status")).lower() or "publish",
        kind=plain(value.get("type")).lower() or "post",
        url=plain(value.get("link")) or plain(value.get("slug")) or None,
        tags=_terms(value),
    )


def _title(value: Json) -> str:
    title = value.get("title")
    stated = (title.get("raw") or title.get("rendered")) if isinstance(title, dict) else title
    return html.unescape(plain(stated)).strip()


def _author(value: Json) -> tuple[str | None, str | None]:
    """The author's number, and the name where the request asked for it (_embed)."""
    embedded = value.get("_embedded")
    authors = embedded.get("author") if isinstance(embedded, dict) else None
    first = authors[0] if isinstance(authors, list) and authors and isinstance(authors[0], dict) else {}
    return plain(value.get("author")) or None, plain(first.get("name")) or None


def _terms(value: Json) -> tuple[str, ...]:
    """Names of categories and tags; without _embed there are only numbers, which say nothing."""
    embedded = value.get("_embedded")
    groups = embedded.get("wp:term") if isinstance(embedded, dict) else None
    terms = (term for group in groups if isinstance(group, list) for term in group) if isinstance(groups, list) else ()
    names = (html.unescape(plain(term.get("name"))).strip() for term in terms if isinstance(term, dict))
    return tuple(dict.fromkeys(name for name in names if name))
