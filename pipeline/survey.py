"""Reads, selects and tags: everything about a set of documents that does not depend on what is accepted."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, TypeVar, overload

from pipeline.batches import in_batches
from pipeline.domain.documents import (
    BrokenItem,
    Document,
    DocumentId,
    Filters,
    LeftOut,
    LeftOutReason,
    Notice,
    Post,
    Recipe,
)
from pipeline.domain.reading import Figure, Item, TableSeen
from pipeline.performance import Figures, Joined
from pipeline.ports import Progress
from pipeline.shelf import Shelf
from pipeline.stages import select
from pipeline.stages.outlines import Outline
from pipeline.tagged import Alike, Tagged
from pipeline.tagging import Marked, TagOptions, tag_batch, text_of

T = TypeVar("T")

ANY: Final = "any"
_OUTLINES_KEPT: Final = 2_000  # about 5 KB each


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything read, tagged once; deciding on it again is quick. left_out: by filter, with reading order.

    Texts are on the shelf: what is in memory of a document does not grow with its length.
    joined: how often the pages of the tagged documents were seen.
    """

    tagged: tuple[Tagged, ...]
    shelf: Shelf
    left_out: tuple[tuple[int, LeftOut], ...]
    notices: tuple[Notice, ...]
    documents_read: int
    other_authors: Mapping[str, int]
    recipe: Recipe
    joined: Joined
    _outlines: dict[DocumentId, Outline] = field(default_factory=dict)

    def fits(self, recipe: Recipe) -> bool:
        """Whether this corpus was selected and tagged as the recipe wants it."""
        return (selection(recipe.filters), recipe.excluded, TagOptions.of(recipe)) == (
            selection(self.recipe.filters),
            self.recipe.excluded,
            TagOptions.of(self.recipe),
        )

    def marked(self, tagged: Tagged) -> Marked:
        return Marked.unpack(self.shelf.read(tagged.whole))

    def outline(self, tagged: Tagged) -> Outline:
        """Read again and again by what compares texts, so the first ones are kept."""
        found = self._outlines.get(tagged.key)
        if found is None:
            found = Outline.unpack(self.shelf.read(tagged.outline))
            if len(self._outlines) < _OUTLINES_KEPT:
                self._outlines[tagged.key] = found
        return found

    def posts(self, chosen: Sequence[Tagged]) -> Sequence[Post]:
        """Their texts are read when somebody looks at one."""
        return _Each(chosen, partial(ShelvedPost, corpus=self))

    def outlines(self, chosen: Sequence[Tagged]) -> Sequence[Outline]:
        return _Each(chosen, self.outline)


def selection(filters: Filters) -> Filters:
    """What of the filters is applied while reading; who was read most is known only afterwards."""
    return replace(filters, best_percent=None)


class ShelvedPost(Post):
    """Its text stays on the shelf."""

    __slots__ = ("_corpus", "_tagged")
    _corpus: Corpus
    _tagged: Tagged

    def __init__(self, tagged: Tagged, corpus: Corpus) -> None:
        for name, value in (
            ("document_id", tagged.key),
            ("title", tagged.title),
            ("published_at", tagged.published_at),
            ("performance", corpus.joined.performance.get(tagged.key)),
            ("_tagged", tagged),
            ("_corpus", corpus),
        ):
            object.__setattr__(self, name, value)

    @property
    def text(self) -> str:
        return text_of(self._corpus.shelf.read(self._tagged.whole))


@dataclass(frozen=True, slots=True)
class _Each(Sequence[T]):
    """What `made` makes of each document, anew for whoever asks."""

    chosen: Sequence[Tagged]
    made: Callable[[Tagged], T]

    def __len__(self) -> int:
        return len(self.chosen)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            return _Each(self.chosen[index], self.made)
        return self.made(self.chosen[index])


def survey(
    items: Iterable[Item], recipe: Recipe, *, executor: Executor | None = None, progress: Progress | None = None
) -> Corpus:
    """Read, select and tag. executor: where documents are tagged; None is here. progress: documents read so far."""
    reading = _Reading(recipe, progress)
    shelf = Shelf()
    batches = in_batches(executor, partial(tag_batch, TagOptions.of(recipe)), reading.selected(items))
    alike = Alike()
    tagged = tuple(
        alike.one(tagged)._replace(number=reading.order[tagged.key])
        for batch in batches
        for tagged in batch.shelved(shelf)
    )
    documents = ((one.key, Marked.unpack(shelf.read(one.whole)).document) for one in tagged)
    return Corpus(
        tagged=tagged,
        shelf=shelf,
        left_out=tuple(reading.left_out),
        notices=tuple(reading.notices),
        documents_read=reading.documents_read,
        other_authors=dict(reading.other_authors),
        recipe=recipe,
        joined=reading.figures.joined((key, replace(document, body="")) for key, document in documents),
    )


@dataclass(slots=True)
class _Reading:
    """What is remembered while items stream by."""

    recipe: Recipe
    progress: Progress | None
    documents_read: int = 0
    order: dict[DocumentId, int] = field(default_factory=dict)
    left_out: list[tuple[int, LeftOut]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    other_authors: Counter[str] = field(default_factory=Counter)
    figures: Figures = field(default_factory=Figures)

    def selected(self, items: Iterable[Item]) -> Iterator[tuple[DocumentId, Document]]:
        for item in items:
            if isinstance(item, Notice | Figure | TableSeen):
                self._note(item)
                continue
            self.documents_read += 1
            if isinstance(item, BrokenItem):
                self._leave_out(LeftOut(item.document_id, item.source_name, item.reason, "broken"))
            elif isinstance(item, LeftOut):
                self._leave_out(item)
            elif left_out := self._unwanted(item):
                self._leave_out(left_out)
            elif {key := self._key(item), item.document_id} & set(self.recipe.excluded):
                self._leave_out(left_out_for(item, "excluded"))
            else:
                yield key, item
            if self.progress:
                self.progress(self.documents_read)

    def _note(self, told: Notice | Figure | TableSeen) -> None:
        """What is said of a file besides its texts."""
        match told:
            case Notice():
                self.notices.append(told)
            case Figure():
                self.figures.add(told)

    def _unwanted(self, document: Document) -> LeftOut | None:
        left_out = select.select(document, _without_any(self.recipe.filters, document))
        if left_out and left_out.reason == "other-author" and self._only_by_its_author(document):
            self.other_authors[document.author_name or document.author or ""] += 1
        return left_out

    def _only_by_its_author(self, document: Document) -> bool:
        """Whether it would be in, were everybody's writing taken."""
        anybody = replace(self.recipe.filters, author=None)
        named = bool(document.author_name or document.author)
        return named and select.select(document, _without_any(anybody, document)) is None

    def _leave_out(self, left_out: LeftOut) -> None:
        self.left_out.append((self.documents_read, left_out))

    def _key(self, document: Document) -> DocumentId:
        """Unique over all sources, whose own ids may be the same."""
        key = DocumentId(f"{document.source_name}\n{document.document_id}")
        while key in self.order:
            key = DocumentId(f"{key}\nagain")
        self.order[key] = self.documents_read
        return key


def left_out_for(document: Document | Tagged, reason: LeftOutReason) -> LeftOut:
    title = document.raw_title if isinstance(document, Tagged) else document.title
    return LeftOut(document.document_id, document.source_name, title, reason)


def _without_any(filters: Filters, document: Document) -> Filters:
    """ "any" among the statuses or kinds takes whatever the document has."""
    statuses = (document.status,) if ANY in filters.statuses else filters.statuses
    kinds = (document.kind,) if ANY in filters.kinds else filters.kinds
    return replace(filters, statuses=statuses, kinds=kinds)
