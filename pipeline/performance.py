"""Figures of pages joined to the documents on them: how often each was read, where that is known."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import Final, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from pipeline.domain.documents import Document, DocumentId, Measure
from pipeline.domain.prepared import FiguresJoined
from pipeline.domain.reading import Figure

Key: TypeAlias = DocumentId

# What a slug carries in some places and not in others.
_DATED: Final = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[-_/]+")
_PAGE_SUFFIX: Final = re.compile(r"\.(?:html?|php|aspx?|mdx?|markdown|txt)$")
# Last parts of an address that name the way a page is shown, not the page.
_VIEWS_OF_PAGES: Final = frozenset({"amp", "index.html", "index.htm", "index.php", "feed", "print"})
# Lists of posts; their last part may be a post's slug by chance.
_LISTS: Final = frozenset({"tag", "tags", "category", "categories", "author", "authors", "topic", "topics", "search"})
_APOSTROPHES: Final = re.compile("['’]")
_NO_WORD: Final = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Joined:
    """performance: views or clicks by document. documents: all that figures were looked for; 0 without figures."""

    measure: Measure = "views"
    performance: Mapping[Key, float] = field(default_factory=dict)
    documents: int = 0

    def told(self) -> FiguresJoined | None:
        """None without figures."""
        return FiguresJoined(self.measure, self.documents, len(self.performance)) if self.documents else None

    def best(self, percent: int) -> frozenset[Key]:
        """So many percent of the documents with figures, rounded up; the earlier read wins a tie."""
        ranked = sorted(self.performance, key=lambda key: -self.performance[key])
        return frozenset(ranked[: math.ceil(len(ranked) * percent / 100)])


@dataclass(slots=True)
class Figures:
    """Figures as they stream by; pages that differ in host, scheme, case or a last slash are one and are added up."""

    pages: dict[Measure, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, figure: Figure) -> None:
        if path := page_path(figure.page):
            self.pages[figure.measure][path] += figure.value  # type: ignore[assignment]  # a Counter of floats

    def joined(self, documents: Iterable[tuple[Key, Document]]) -> Joined:
        """By the measure that knows most of them: views and clicks cannot be compared with each other."""
        if not self.pages:
            return Joined()
        wanted = list(documents)
        found = {measure: _join(wanted, pages) for measure, pages in self.pages.items()}
        measure = max(found, key=lambda one: len(found[one]))
        return Joined(measure, found[measure], len(wanted))


def _join(documents: Sequence[tuple[Key, Document]], pages: Mapping[str, float]) -> dict[Key, float]:
    """A path as it stands first; else a slug that only one page has."""
    by_slug: dict[str, list[str]] = defaultdict(list)
    for path in pages:
        if not _LISTS.intersection(path.split("/")[:-1]):
            by_slug[slug_of(path)].append(path)
    joined: dict[Key, float] = {}
    for key, document in documents:
        for path in islice(_paths(document, pages, by_slug), 1):
            joined[key] = pages[path]
    return joined


def _paths(document: Document, pages: Mapping[str, float], by_slug: Mapping[str, Sequence[str]]) -> Iterator[str]:
    path = page_path(document.url or "")
    if path and path in pages:
        yield path
    for slug in (slug_of(path), _file_slug(document), _title_slug(document.title)):
        same = by_slug.get(slug, ()) if slug else ()
        if len(same) == 1:
            yield same[0]


def page_path(address: str) -> str:
    """ "https://www.Example.org/2014/03/Hello%20World/?utm=1#top" -> "2014/03/hello world"; "" for the home page.

    WordPress' own "?p=12" is all that such an address has.
    """
    try:
        parts = urlsplit(address.strip() if "://" in address or address.startswith("/") else f"/{address.strip()}")
    except ValueError:
        return ""
    names = [part for part in unquote(parts.path).casefold().split("/") if part]
    while names and names[-1] in _VIEWS_OF_PAGES:
        names.pop()
    if not names and (numbers := parse_qs(parts.query).get("p")):
        return f"?p={numbers[0]}"
    return "/".join(names)


def slug_of(path: str) -> str:
    """The last part, without a date or a suffix that only some places write."""
    name = path.rsplit("/", 1)[-1]
    return _PAGE_SUFFIX.sub("", _DATED.sub("", name))


def _file_slug(document: Document) -> str:
    """Of a text that is a file of its own, as static sites have them: "posts/2014-03-12-hello.md" -> "hello"."""
    name = PurePosixPath(document.document_id.partition("#")[0])
    if not _PAGE_SUFFIX.search(name.name.casefold()):
        return ""
    stem = name.parent.name if name.stem.casefold() == "index" else name.name
    return slug_of(stem.casefold())


def _title_slug(title: str) -> str:
    return _NO_WORD.sub("-", _APOSTROPHES.sub("", title.casefold())).strip("-")
