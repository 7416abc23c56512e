"""What a file holds, document by document: small enough to filter again and again without reading the file."""

import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final, TypeAlias

from pipeline.domain.documents import Document, DocumentId, Filters, LeftOutReason
from pipeline.sources.speakers import of_speakers
from pipeline.stages.select import select
from pipeline.wording import shortened

TITLE_CHARS: Final = 150
OPENING_CHARS: Final = 80  # enough to recognise a text without a title; 100,000 of them are 8 MB
LOOKED_AT_CHARS: Final = 1000  # of a body, to find its first words behind the markup
BETWEEN_WORDS: Final = re.compile(r"<!--.*?-->|<[^>]*>?|\[/?[a-z_]+[^\]]*\]|\s+", re.DOTALL)
Row: TypeAlias = list[Any]  # one document as plain JSON values
ANY: Final = "any"  # among kinds or statuses: whatever the document has, as pipeline.survey reads it


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of a file. document: as it was read, with the first words as its body.

    reason: why the file's own settings leave it out, whatever the filters say.
    """

    document: Document
    reason: LeftOutReason | None = None

    @property
    def author(self) -> str:
        return self.document.author_name or self.document.author or ""

    @property
    def key(self) -> str:
        """Its name in findings, which are about all files together."""
        return f"{self.document.source_name}\n{self.document.document_id}"

    @property
    def day(self) -> date | None:
        at = self.document.published_at
        return at.astimezone(UTC).date() if at else None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All documents of one file. left_out: how many items the reader itself left out, by reason."""

    file_format: str
    entries: tuple[Entry, ...]
    left_out: Mapping[str, int]

    @property
    def documents_read(self) -> int:
        return len(self.entries) + sum(self.left_out.values())


@dataclass(frozen=True, slots=True)
class Selection:
    """What filters make of catalogues: kept + the sum of left_out = documents_read, always."""

    documents_read: int
    kept: int
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be chosen, with how many documents have it, most first."""

    authors: Mapping[str, int]
    kinds: Mapping[str, int]
    statuses: Mapping[str, int]


def row_of(document: Document) -> Row:
    """One document as plain JSON values; read back by `opened`."""
    return [
        document.document_id,
        document.source_name,
        document.title[:TITLE_CHARS],
        first_words(document.body),
        document.author,
        document.author_name,
        document.published_at.isoformat() if document.published_at else None,
        document.status,
        document.kind,
        document.markup,
        document.register,
    ]


def stored(rows: list[Row], *, file_format: str, left_out: Mapping[str, int]) -> bytes:
    facts = {"format": file_format, "left_out": left_out, "rows": rows}
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()


def opened(content: bytes) -> Catalogue:
    facts = json.loads(content)
    entries = tuple(Entry(_document(row)) for row in facts["rows"])
    return Catalogue(facts["format"], entries, facts["left_out"])


def heard(catalogue: Catalogue, speakers: tuple[str, ...] | None) -> Catalogue:
    """What is left when only the chosen speakers of transcripts are the voice; None takes all."""
    if speakers is None:
        return catalogue
    documents = [entry.document for entry in catalogue.entries]
    items = zip(catalogue.entries, of_speakers(documents, speakers), strict=True)
    entries = [
        Entry(item) if isinstance(item, Document) else replace(entry, reason="other-speaker") for entry, item in items
    ]
    return replace(catalogue, entries=tuple(entries))


def first_words(body: str) -> str:
    """Cut at a word; an ellipsis says that there is more."""
    flat = html.unescape(BETWEEN_WORDS.sub(" ", body[:LOOKED_AT_CHARS]))
    return shortened(flat, OPENING_CHARS)


def selection(catalogues: Iterable[Catalogue], filters: Filters) -> Selection:
    """The same answer that reading the files with these filters gives."""
    kept, read = 0, 0
    left_out: Counter[str] = Counter()
    for catalogue in catalogues:
        read += catalogue.documents_read
        left_out.update(catalogue.left_out)
        for entry in catalogue.entries:
            reason = reason_against(entry, filters)
            if reason is None:
                kept += 1
            else:
                left_out[reason] += 1
    return Selection(read, kept, dict((+left_out).most_common()))


def reason_against(entry: Entry, filters: Filters) -> LeftOutReason | None:
    """Why it is left out; None keeps it."""
    if entry.reason is not None:
        return entry.reason
    if ANY in filters.statuses:
        filters = replace(filters, statuses=(entry.document.status,))
    if ANY in filters.kinds:
        filters = replace(filters, kinds=(entry.document.kind,))
    left_out = select(entry.document, filters)
    return left_out.reason if left_out else None


def matching(catalogues: Iterable[Catalogue], filters: Filters, reason: LeftOutReason | None = None) -> Iterator[Entry]:
    """Entries that are kept; or those left out for `reason`."""
    for catalogue in catalogues:
        for entry in catalogue.entries:
            if reason_against(entry, filters) == reason:
                yield entry


def offers(catalogues: Iterable[Catalogue]) -> Offers:
    authors, kinds, statuses = Counter[str](), Counter[str](), Counter[str]()
    for catalogue in catalogues:
        for entry in catalogue.entries:
            authors[entry.author] += 1
            kinds[entry.document.kind] += 1
            statuses[entry.document.status] += 1
    del authors[""]
    return Offers(dict(authors.most_common()), dict(kinds.most_common()), dict(statuses.most_common()))


def known_as(catalogues: Iterable[Catalogue], names: Iterable[str]) -> list[str]:
    """Names as the files show them: a login becomes the display name that stands beside it."""
    shown = {
        name.strip().casefold(): entry.author
        for catalogue in catalogues
        for entry in catalogue.entries
        for name in (entry.document.author, entry.document.author_name)
        if name
    }
    return list(dict.fromkeys(shown.get(name.strip().casefold(), name) for name in names))


def closest_author(catalogues: Iterable[Catalogue], filters: Filters) -> tuple[str, int] | None:
    """The author with most documents that only the choice of author leaves out; None when that is not the reason."""
    anybody = replace(filters, author=None)
    missed = Counter(
        entry.author
        for catalogue in catalogues
        for entry in catalogue.entries
        if entry.author and reason_against(entry, filters) == "other-author" and not reason_against(entry, anybody)
    )
    return missed.most_common(1)[0] if missed else None


def _document(row: Row) -> Document:
    document_id, source_name, title, opening, author, author_name, published_at, status, kind, markup, register = row
    return Document(
        document_id=DocumentId(document_id),
        title=title,
        body=opening,
        markup=markup,
        source_name=source_name,
        author=author,
        author_name=author_name,
        published_at=datetime.fromisoformat(published_at) if published_at else None,
        status=status,
        kind=kind,
        register=register,
    )
