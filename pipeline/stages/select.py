"""Which documents belong to the voice: the filters, in an order that gives every document at most one reason."""

import re
from datetime import UTC, date
from functools import lru_cache

from pipeline.domain.documents import Document, Filters, LeftOut, LeftOutReason


def select(document: Document, filters: Filters) -> LeftOut | None:
    """None keeps the document; otherwise the first reason that applies.

    Order: other-author, other-kind, not-published, older or newer, title-excluded.
    """
    reason = _reason(document, filters)
    if reason is None:
        return None
    return LeftOut(document.document_id, document.source_name, document.title, reason)


def _reason(document: Document, filters: Filters) -> LeftOutReason | None:
    if filters.author is not None and not any(_by_author(document, author) for author in filters.authors):
        return "other-author"
    if _folded(document.kind) not in {_folded(kind) for kind in filters.kinds}:
        return "other-kind"
    if _folded(document.status) not in {_folded(status) for status in filters.statuses}:
        return "not-published"
    return _outside(_day(document), filters) or _title_reason(document.title, filters.exclude_titles)


def _by_author(document: Document, author: str) -> bool:
    """True for the login or the display name, case-blind.

    None means that the format has no authors (a folder of Markdown), which passes. WordPress always names one,
    so there None is a missing author, as an empty string is in any format: neither passes.
    """
    if document.author is None and document.author_name is None:
        return document.markup != "wordpress"
    return _folded(author) in {_folded(document.author or ""), _folded(document.author_name or "")} - {""}


def _day(document: Document) -> date | None:
    return None if document.published_at is None else document.published_at.astimezone(UTC).date()


def _outside(day: date | None, filters: Filters) -> LeftOutReason | None:
    """Both ends are inclusive days in UTC; a document without a date passes."""
    if day is None:
        return None
    if filters.since is not None and day < filters.since:
        return "older"
    if filters.until is not None and day > filters.until:
        return "newer"
    return None


def _title_reason(title: str, patterns: tuple[str, ...]) -> LeftOutReason | None:
    return "title-excluded" if any(_compiled(pattern).search(title) for pattern in patterns) else None


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Case-blind; what is not a regular expression ("C++ (") is searched for as it stands."""
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error:
        return re.compile(re.escape(pattern), re.IGNORECASE)


def _folded(words: str) -> str:
    return words.strip().casefold()
