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
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Final, Literal, TypeAlias

from pipeline import findings as words
from pipeline import samples as samples_of
from pipeline.domain.documents import (
    Document,
    DocumentId,
    Finding,
    LeftOutReason,
    Mark,
    Post,
    Prepared,
    Recipe,
    Rule,
    Sample,
)
from pipeline.domain.reading import Item
from pipeline.errors import NothingLeft
from pipeline.examples import Row, RowMaker, assign_splits, content_hash
from pipeline.findings import choice_of, effect_of
from pipeline.models.tokens import row_tokens
from pipeline.ports import Progress
from pipeline.prompts import Cleaned, stable_hash
from pipeline.stages import choices, edges, language, near_duplicates, quotations, repeats, series
from pipeline.survey import Corpus, left_out_for, survey
from pipeline.tagging import Flag, Tagged, of_rule, places
from pipeline.wording import Evidence, Passage

# 15 of 1,032 posts of four real blogs are shorter; those looked at only announce something that stands elsewhere.
TOO_SHORT_WORDS: Final = 50
SIGNED_ONE_IN: Final = 10  # often enough to be learned as a signature, seldom enough not to end every draft

DocumentRule: TypeAlias = Literal[
    "empty",
    "language",
    "quotation",
    "series",
    "near-duplicate",
    "too-short",
    "too-long",
    "guest-post",
    "link-list",
    "stale",
]
# Rules that point at places and may also leave the whole document out, and the reason that is then counted.
LEFT_OUT_FOR_MARKS: Final[Mapping[Rule, LeftOutReason]] = {
    "secret": "secret",
    "email": "personal-data",
    "personal-data": "personal-data",
}
EDGE_RULES: Final[tuple[Rule, ...]] = ("bio", "call-to-action")
VERSION_LIVES: Final = timedelta(days=365)  # software blogs announce about once a year
KINDS: Final[Mapping[str, str]] = {
    "[email]": "e-mail address",
    "[phone]": "phone number",
    "[health]": "health note",
    "[iban]": "bank account",
    "[card]": "payment card",
    "[ssn]": "social security number",
    "[address]": "home address",
}
_MARK_RULES: Final[tuple[Rule, ...]] = ("mojibake", "secret", "email", "personal-data", "link")
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_CONTROL = bytes([*range(0x09), *range(0x0B, 0x20), 0x7F])
_SPACES = re.compile(r"[ \t]{2,}|\t")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Target:
    """What rows are made for. system: the system message, "" for none. count_tokens: of one text."""

    system: str
    context_tokens: int
    count_tokens: Callable[[str], int]


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


def decide(corpus: Corpus, recipe: Recipe, target: Target) -> Prepared:
    """Let a recipe choose on a corpus that fits it. Raises NothingLeft when the filters kept nothing."""
    if not corpus.tagged:
        author, count = max(corpus.other_authors.items(), key=lambda pair: pair[1], default=(None, 0))
        raise NothingLeft(corpus.documents_read, author, count)
    decision = _Decision(corpus, recipe, target)
    decision.leave_out_less_read()
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
        self.touched: dict[Rule, tuple[DocumentId, ...]] = {}
        self.repeated: Mapping[DocumentId, list[Mark]] = {}
        self.same_text: list[set[DocumentId]] = []
        self.rows: list[Row] = []
        self.noun = "post" if all(_is_post(tagged.document) for tagged in corpus.tagged) else "text"

    def note_marks(self) -> None:
        """Rules that point at places inside one document, over all selected documents."""
        stripped = {t.key: t.plain.tags + t.plain.comments for t in self.remaining}
        self._note_places("markup", stripped, [samples_of.markup_sample(t) for t in self._first(stripped)])
        codes = {t.key: len(t.shortcodes) for t in self.remaining}
        self._note_places(
            "shortcode", codes, samples_of.mark_samples([(t, t.document.body, t.shortcodes) for t in self.remaining])
        )
        for rule in _MARK_RULES:
            marked = [(t, t.plain.text, of_rule(rule, t.marks)) for t in self.remaining]
            found = {t.key: places(rule, t) for t in self.remaining}
            counts = {key: len(marks) for key, marks in found.items()}
            self._note_places(rule, counts, samples_of.mark_samples(marked), kinds=kinds_of(rule, found.values()))

    def leave_out_less_read(self) -> None:
        """What has no figures stays: not known is not little."""
        joined, percent = self.corpus.joined, self.recipe.filters.best_percent
        if percent is not None:
            worse = joined.performance.keys() - joined.best(percent)
            self._go([t for t in self.remaining if t.key in worse], "less-read")

    def leave_out_posts(self) -> None:
        for rule, reason in LEFT_OUT_FOR_MARKS.items():
            if effect_of(self.recipe, rule) == "leave-out":
                self._go([t for t in self.remaining if places(rule, t)], reason)
        self._leave_out("empty", [t.key for t in self.remaining if not self._clean_text(t)])
        self._leave_out("language", language.find_foreign(self._posts()))
        self._leave_out("quotation", quotations.find_quoted(self._posts()))
        self._leave_out("guest-post", self._flagged("guest-post"))
        self._leave_out("link-list", self._flagged("link-list"))
        self._leave_out("stale", [*self._flagged("stale"), *self._old_versions()])
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
        samples = samples_of.mark_samples([(t, t.plain.text, by_document.get(t.key, ())) for t in self.remaining])
        passages = [Passage(one.text, len(one.document_ids)) for one in found]
        places = {key: len(marks) for key, marks in by_document.items()}
        self._note_places("repeated-passage", places, samples, passages=passages)
        for rule in EDGE_RULES:
            found_at = {t.key: of_rule(rule, self._marks_of(t)) for t in self.remaining}
            marked = [(t, t.plain.text, found_at[t.key]) for t in self.remaining]
            counts = {key: len(marks) for key, marks in found_at.items()}
            self._note_places(rule, counts, samples_of.mark_samples(marked))

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
            figures=self.corpus.joined.told(),
            by_month=dict(sorted(Counter(f"{day:%Y-%m}" for day in days).items())),
            touched=self.touched,
        )
        assert prepared.documents_read == prepared.kept + len(prepared.left_out)
        return prepared

    def _posts(self) -> list[Post]:
        read = self.corpus.joined.performance
        return [
            Post(t.key, t.title, t.plain.text, t.document.published_at, performance=read.get(t.key))
            for t in self.remaining
        ]

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
        signed = choice_of(self.recipe, "repeated-passage") == "signature" and keeps_signature(tagged.key)
        repeated = () if signed else self.repeated.get(tagged.key, ())
        return _tidy(self._fixed(tagged.plain.text, [*self._marks_of(tagged), *repeated]))

    def _marks_of(self, tagged: Tagged) -> Sequence[Mark]:
        """Without the lines at its ends that many texts share: the rule for repeated passages decides on those."""
        repeated = self.repeated.get(tagged.key)
        if not repeated:
            return tagged.marks
        at_ends = [mark for mark in tagged.marks if mark.rule in EDGE_RULES]
        own = edges.without(at_ends, repeated)
        return [mark for mark in tagged.marks if mark.rule not in EDGE_RULES or mark in own]

    def _flagged(self, flag: Flag) -> list[DocumentId]:
        return [tagged.key for tagged in self.remaining if flag in tagged.flags]

    def _old_versions(self) -> list[DocumentId]:
        """Announcements of a version that were a year old when the newest text appeared."""
        days = {t.key: t.document.published_at for t in self.remaining if t.document.published_at}
        newest = max(days.values(), default=None)
        return [
            key for key in self._flagged("version") if newest and key in days and newest - days[key] > VERSION_LIVES
        ]

    def _fixed(self, text: str, marks: Iterable[Mark]) -> str:
        return choices.apply_marks(text, [mark for mark in marks if effect_of(self.recipe, mark.rule) == "rewrite"])

    def _first(self, places: Mapping[DocumentId, int]) -> list[Tagged]:
        return list(islice((t for t in self.remaining if places.get(t.key)), words.MAX_SAMPLES))

    def _note_places(
        self,
        rule: Rule,
        places: Mapping[DocumentId, int],
        samples: Sequence[Sample],
        passages: Sequence[Passage] = (),
        kinds: tuple[tuple[str, int], ...] = (),
    ) -> None:
        """A finding for a rule that points at places; places: how many in each document."""
        touched = [tagged for tagged in self.remaining if places.get(tagged.key)]
        occurrences = sum(places.values())
        self._note(rule, touched, occurrences, samples=tuple(samples), passages=tuple(passages), kinds=kinds)

    def _leave_out(
        self, rule: DocumentRule, keys: Iterable[DocumentId], passages: Sequence[Passage] = (), limit: int = 0
    ) -> None:
        """A finding for a rule that is about whole documents; they go when the recipe says so."""
        leaving = set(keys)
        touched = [tagged for tagged in self.remaining if tagged.key in leaving]
        samples = tuple(samples_of.opening(tagged) for tagged in touched[: words.MAX_SAMPLES])
        self._note(rule, touched, len(touched), samples=samples, passages=tuple(passages), limit=limit)
        if effect_of(self.recipe, rule) == "leave-out":
            self._go(touched, rule)

    def _go(self, touched: Sequence[Tagged], reason: LeftOutReason) -> None:
        leaving = {tagged.key for tagged in touched}
        self.left_out += [(self.corpus.order[t.key], left_out_for(t.document, reason)) for t in touched]
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
        kinds: tuple[tuple[str, int], ...] = (),
    ) -> None:
        if not touched:
            return
        self.touched[rule] = tuple(tagged.key for tagged in touched)
        document_ids = tuple(tagged.document.document_id for tagged in touched)
        of_documents = len(self.remaining)
        evidence = Evidence(rule, document_ids, occurrences, of_documents, self.noun, samples, passages, limit, kinds)
        self.findings[rule] = words.finding(evidence, self.recipe)

    def _note_identical_prompts(self) -> None:
        asked = Counter(row.prompt for row in self.rows)
        shared = {row.cleaned.key: 1 for row in self.rows if asked[row.prompt] > 1}
        passages = [Passage(prompt, number) for prompt, number in asked.most_common(words.MAX_SAMPLES) if number > 1]
        self._note_places("identical-prompts", shared, (), passages)


def kinds_of(rule: Rule, found: Iterable[Sequence[Mark]]) -> tuple[tuple[str, int], ...]:
    """What stands in place of personal data says what it was; most frequent first."""
    if rule not in ("email", "personal-data"):
        return ()
    return tuple(Counter(KINDS.get(mark.replacement, "place") for marks in found for mark in marks).most_common())


def keeps_signature(key: DocumentId) -> bool:
    """One document in ten, always the same ones."""
    return stable_hash("signature", key) % SIGNED_ONE_IN == 0


def _is_post(document: Document) -> bool:
    return document.kind == "post" and document.register == "written" and document.markup != "text"


def _tidy(text: str) -> str:
    """What taking words out leaves behind: doubled spaces, empty lines, stray control characters."""
    try:
        unwanted = len(text.encode().translate(None, _CONTROL)) != len(text.encode())
    except UnicodeEncodeError:  # half of a surrogate pair
        unwanted = True
    text = _UNWANTED.sub("", text) if unwanted else text
    text = _SPACES.sub(" ", text) if "  " in text or "\t" in text else text
    text = "\n".join(map(str.strip, text.split("\n")))
    return _BLANK_LINES.sub("\n\n", text).strip() if "\n\n\n" in text else text.strip()
