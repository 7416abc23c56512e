"""Strings the stages together: tags every document, lets the recipe choose, counts what is left out and why.

Order, which decides what is counted over what:
1. filters, then documents excluded by hand
2. marks inside each document (formatting, shortcodes, garbled letters, links, addresses, secrets), found over all
   selected documents, whatever is left out later
3. documents left out, each rule looking at what the ones before it left: empty, language, quotation, series,
   near-duplicate
4. repeated passages, over the documents still in
5. cleaning: all accepted marks at once; a document without a word left counts as empty
6. too short, then too long, on the clean text and the whole row
"""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Final, Literal, TypeAlias

from pipeline import findings as words
from pipeline.domain.documents import (
    BrokenItem,
    Document,
    DocumentId,
    Filters,
    Finding,
    LeftOut,
    LeftOutReason,
    Mark,
    Notice,
    Post,
    Prepared,
    Recipe,
    Rule,
    Sample,
)
from pipeline.errors import NothingLeft
from pipeline.examples import Cleaned, Row, RowMaker, assign_splits, content_hash
from pipeline.findings import Evidence, Passage, Tagged, TagOptions, choice_of, tag
from pipeline.models.tokens import row_tokens
from pipeline.stages import choices, language, near_duplicates, quotations, repeats, select, series

Item: TypeAlias = Document | BrokenItem | Notice
Progress: TypeAlias = Callable[[int], None]

ANY: Final = "any"
BATCH_DOCUMENTS: Final = 16  # about 80 KB of HTML: pickling it costs far less than parsing it
BATCHES_IN_FLIGHT: Final = 16  # bounds memory when reading is faster than tagging
# 15 of 1,032 posts of four real blogs are shorter; those looked at only announce something that stands elsewhere.
TOO_SHORT_WORDS: Final = 50

DocumentRule: TypeAlias = Literal["empty", "language", "quotation", "series", "near-duplicate", "too-short", "too-long"]
_MARK_RULES: Final[tuple[Rule, ...]] = ("mojibake", "secret", "email", "personal-data", "link")
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_SPACES = re.compile(r"[ \t]{2,}|\t")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Target:
    """What rows are made for. system: the system message, "" for none. count_tokens: of one text."""

    system: str
    context_tokens: int
    count_tokens: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything read, tagged once; deciding on it again is quick. left_out: by filter, with reading order."""

    tagged: tuple[Tagged, ...]
    order: Mapping[DocumentId, int]
    left_out: tuple[tuple[int, LeftOut], ...]
    notices: tuple[Notice, ...]
    documents_read: int
    other_authors: Mapping[str, int]
    recipe: Recipe

    def fits(self, recipe: Recipe) -> bool:
        """Whether this corpus was selected and tagged as the recipe wants it."""
        return (recipe.filters, recipe.excluded, TagOptions.of(recipe)) == (
            self.recipe.filters,
            self.recipe.excluded,
            TagOptions.of(self.recipe),
        )


def prepare(
    items: Iterable[Item],
    recipe: Recipe,
    target: Target,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Prepared:
    """Everything known of what was read under one recipe. Raises NothingLeft when the filters keep nothing."""
    return decide(survey(items, recipe, executor=executor, progress=progress), recipe, target)


# Reading and tagging


def survey(
    items: Iterable[Item], recipe: Recipe, *, executor: Executor | None = None, progress: Progress | None = None
) -> Corpus:
    """Read, select and tag. executor: where documents are tagged; None is here. progress: documents read so far."""
    reading = _Reading(recipe, progress)
    tag_batch = partial(_tag_batch, TagOptions.of(recipe))
    tagged = tuple(_in_batches(executor, tag_batch, reading.selected(items)))
    return Corpus(
        tagged=tagged,
        order=reading.order,
        left_out=tuple(reading.left_out),
        notices=tuple(reading.notices),
        documents_read=reading.documents_read,
        other_authors=dict(reading.other_authors),
        recipe=recipe,
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

    def selected(self, items: Iterable[Item]) -> Iterator[tuple[DocumentId, Document]]:
        for item in items:
            if isinstance(item, Notice):
                self.notices.append(item)
                continue
            self.documents_read += 1
            if isinstance(item, BrokenItem):
                self._leave_out(LeftOut(item.document_id, item.source_name, item.reason, "broken"))
            elif left_out := self._unwanted(item):
                self._leave_out(left_out)
            else:
                yield self._key(item), item
            if self.progress:
                self.progress(self.documents_read)

    def _unwanted(self, document: Document) -> LeftOut | None:
        left_out = select.select(document, _without_any(self.recipe.filters, document))
        if left_out is None and document.document_id in self.recipe.excluded:
            return _left_out(document, "title-excluded")
        if left_out and left_out.reason == "other-author" and (author := document.author_name or document.author):
            self.other_authors[author] += 1
        return left_out

    def _leave_out(self, left_out: LeftOut) -> None:
        self.left_out.append((self.documents_read, left_out))

    def _key(self, document: Document) -> DocumentId:
        """Unique over all sources, whose own ids may be the same."""
        key = DocumentId(f"{document.source_name}\n{document.document_id}")
        while key in self.order:
            key = DocumentId(f"{key}\nagain")
        self.order[key] = self.documents_read
        return key


def _in_batches(
    executor: Executor | None,
    tag_batch: Callable[[Sequence[tuple[DocumentId, Document]]], list[Tagged]],
    documents: Iterable[tuple[DocumentId, Document]],
) -> Iterator[Tagged]:
    """Results in the order of the documents, with at most BATCHES_IN_FLIGHT batches under way."""
    coming = iter(documents)
    waiting: deque[Future[list[Tagged]]] = deque()
    try:
        while batch := tuple(islice(coming, BATCH_DOCUMENTS)):
            if executor is None:
                yield from tag_batch(batch)
                continue
            waiting.append(executor.submit(tag_batch, batch))
            if len(waiting) >= BATCHES_IN_FLIGHT:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        for unfinished in waiting:
            unfinished.cancel()


def _tag_batch(options: TagOptions, batch: Sequence[tuple[DocumentId, Document]]) -> list[Tagged]:
    return [tag(key, document, options) for key, document in batch]


# Deciding


def decide(corpus: Corpus, recipe: Recipe, target: Target) -> Prepared:
    """Let a recipe choose on a corpus that fits it. Raises NothingLeft when the filters kept nothing."""
    if not corpus.tagged:
        author, count = max(corpus.other_authors.items(), key=lambda pair: pair[1], default=(None, 0))
        raise NothingLeft(corpus.documents_read, author, count)
    decision = _Decision(corpus, recipe, target)
    decision.note_marks()
    decision.leave_out_posts()
    decision.note_repeats()
    decision.clean()
    return decision.prepared()


class _Decision:
    """A recipe at work: what remains, what was left out, what was found."""

    def __init__(self, corpus: Corpus, recipe: Recipe, target: Target) -> None:
        self.corpus = corpus
        self.recipe = recipe
        self.target = target
        self.remaining = list(corpus.tagged)
        self.left_out = list(corpus.left_out)
        self.findings: dict[Rule, Finding] = {}
        self.repeated: Mapping[DocumentId, list[Mark]] = {}
        self.same_text: list[set[DocumentId]] = []
        self.rows: list[Row] = []
        self.noun = "post" if all(_is_post(tagged.document) for tagged in corpus.tagged) else "text"

    def note_marks(self) -> None:
        """Rules that point at places inside one document, over all selected documents."""
        stripped = {t.key: t.plain.tags + t.plain.comments for t in self.remaining}
        self._note_places("markup", stripped, [words.markup_sample(t) for t in self._first(stripped)])
        codes = {t.key: len(t.shortcodes) for t in self.remaining}
        self._note_places(
            "shortcode", codes, words.mark_samples([(t, t.document.body, t.shortcodes) for t in self.remaining])
        )
        for rule in _MARK_RULES:
            marked = [(t, t.plain.text, words.of_rule(rule, t.marks)) for t in self.remaining]
            places = {t.key: len(words.places(rule, t)) for t in self.remaining}
            self._note_places(rule, places, words.mark_samples(marked))

    def leave_out_posts(self) -> None:
        self._leave_out("empty", [t.key for t in self.remaining if not self._clean_text(t)])
        self._leave_out("language", language.find_foreign(self._posts()))
        self._leave_out("quotation", quotations.find_quoted(self._posts()))
        found = sorted(series.find_series(self._posts()), key=lambda one: -len(one.document_ids))
        patterns = [Passage(one.pattern, len(one.document_ids)) for one in found]
        self._leave_out("series", [key for one in found for key in one.document_ids], passages=patterns)
        copies = near_duplicates.find_near_duplicates(self._posts())
        self.same_text = [{group.keep, *group.leave_out} for group in copies]
        self._leave_out("near-duplicate", [key for group in copies for key in group.leave_out])

    def note_repeats(self) -> None:
        found = repeats.find_repeats(self._posts())
        by_document: dict[DocumentId, list[Mark]] = {}
        for passage in found:
            for key, marks in passage.marks.items():
                by_document.setdefault(key, []).extend(marks)
        self.repeated = by_document
        samples = words.mark_samples([(t, t.plain.text, by_document.get(t.key, ())) for t in self.remaining])
        passages = [Passage(one.text, len(one.document_ids)) for one in found]
        places = {key: len(marks) for key, marks in by_document.items()}
        self._note_places("repeated-passage", places, samples, passages=passages)

    def clean(self) -> None:
        """Apply what was accepted, make the rows, and drop those that do not fit."""
        texts = {t.key: self._clean_text(t) for t in self.remaining}
        self._leave_out("empty", [key for key, text in texts.items() if not text])
        short = [key for key, text in texts.items() if text and len(text.split()) < TOO_SHORT_WORDS]
        self._leave_out("too-short", short, limit=TOO_SHORT_WORDS)
        rows = self._maker().rows([self._cleaned(t, texts[t.key]) for t in self.remaining])
        limit = self.target.context_tokens
        self._leave_out("too-long", [row.cleaned.key for row in rows if row.tokens > limit], limit=limit)
        kept = {t.key for t in self.remaining}
        self.rows = [row for row in rows if row.cleaned.key in kept]
        self._note_identical_prompts()

    def prepared(self) -> Prepared:
        splits = assign_splits({row.cleaned.key: row.cleaned.topic for row in self.rows}, self.same_text)
        examples = self._maker().examples(self.rows, splits)
        train_rows = sum(example.split == "train" for example in examples)
        if few := words.few_examples(len(examples), train_rows, self.noun):
            self.findings[few.rule] = few
        days = [t.document.published_at.date() for t in self.remaining if t.document.published_at]
        prepared = Prepared(
            documents_read=self.corpus.documents_read,
            kept=len(examples),
            left_out=tuple(left_out for _, left_out in sorted(self.left_out, key=lambda pair: pair[0])),
            findings=tuple(self.findings[rule] for rule in words.RULES if rule in self.findings),
            examples=examples,
            notices=self.corpus.notices,
            content_hash=content_hash(examples),
            first_published=min(days, default=None),
            last_published=max(days, default=None),
        )
        assert prepared.documents_read == prepared.kept + len(prepared.left_out)
        return prepared

    def _posts(self) -> list[Post]:
        return [Post(t.key, t.title, t.plain.text, t.document.published_at) for t in self.remaining]

    def _maker(self) -> RowMaker:
        return RowMaker(
            self.target.system, self.recipe.prompt_style, partial(row_tokens, count=self.target.count_tokens)
        )

    def _cleaned(self, tagged: Tagged, text: str) -> Cleaned:
        return Cleaned(
            key=tagged.key,
            document_id=tagged.document.document_id,
            title=_tidy(self._fixed(tagged.title, tagged.title_marks)),
            text=text,
            kind=tagged.document.kind,
            markup=tagged.document.markup,
            register=tagged.document.register,
            prompt=tagged.document.prompt,
        )

    def _clean_text(self, tagged: Tagged) -> str:
        return _tidy(self._fixed(tagged.plain.text, [*tagged.marks, *self.repeated.get(tagged.key, ())]))

    def _fixed(self, text: str, marks: Iterable[Mark]) -> str:
        return choices.apply_marks(text, [mark for mark in marks if choice_of(self.recipe, mark.rule) == "fix"])

    def _first(self, places: Mapping[DocumentId, int]) -> list[Tagged]:
        return list(islice((t for t in self.remaining if places.get(t.key)), words.MAX_SAMPLES))

    def _note_places(
        self,
        rule: Rule,
        places: Mapping[DocumentId, int],
        samples: Sequence[Sample],
        passages: Sequence[Passage] = (),
    ) -> None:
        """A finding for a rule that points at places; places: how many in each document."""
        touched = [tagged for tagged in self.remaining if places.get(tagged.key)]
        self._note(rule, touched, sum(places.values()), samples=tuple(samples), passages=tuple(passages))

    def _leave_out(
        self, rule: DocumentRule, keys: Iterable[DocumentId], passages: Sequence[Passage] = (), limit: int = 0
    ) -> None:
        """A finding for a rule that is about whole documents; they go when the recipe says so."""
        leaving = set(keys)
        touched = [tagged for tagged in self.remaining if tagged.key in leaving]
        samples = tuple(words.opening(tagged) for tagged in touched[: words.MAX_SAMPLES])
        self._note(rule, touched, len(touched), samples=samples, passages=tuple(passages), limit=limit)
        if choice_of(self.recipe, rule) == "fix":
            self.left_out += [(self.corpus.order[t.key], _left_out(t.document, rule)) for t in touched]
            self.remaining = [tagged for tagged in self.remaining if tagged.key not in leaving]

    def _note(
        self,
        rule: Rule,
        touched: Sequence[Tagged],
        occurrences: int,
        *,
        samples: tuple[Sample, ...] = (),
        passages: tuple[Passage, ...] = (),
        limit: int = 0,
    ) -> None:
        if not touched:
            return
        document_ids = tuple(tagged.document.document_id for tagged in touched)
        of_documents = len(self.remaining)
        evidence = Evidence(rule, document_ids, occurrences, of_documents, self.noun, samples, passages, limit)
        self.findings[rule] = words.finding(evidence, choice_of(self.recipe, rule))

    def _note_identical_prompts(self) -> None:
        asked = Counter(row.prompt for row in self.rows)
        shared = {row.cleaned.key: 1 for row in self.rows if asked[row.prompt] > 1}
        passages = [Passage(prompt, number) for prompt, number in asked.most_common(words.MAX_SAMPLES) if number > 1]
        self._note_places("identical-prompts", shared, (), passages)


def _left_out(document: Document, reason: LeftOutReason) -> LeftOut:
    return LeftOut(document.document_id, document.source_name, document.title, reason)


def _without_any(filters: Filters, document: Document) -> Filters:
    """ "any" among the statuses or kinds takes whatever the document has."""
    statuses = (document.status,) if ANY in filters.statuses else filters.statuses
    kinds = (document.kind,) if ANY in filters.kinds else filters.kinds
    return replace(filters, statuses=statuses, kinds=kinds)


def _is_post(document: Document) -> bool:
    return document.kind == "post" and document.register == "written" and document.markup != "text"


def _tidy(text: str) -> str:
    """What taking words out leaves behind: doubled spaces, empty lines, stray control characters."""
    text = _UNWANTED.sub("", text)
    text = _SPACES.sub(" ", text)
    text = "\n".join(line.strip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip()
