"""A set of texts under a recipe: what was found in it, and the rows it comes to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import eq
from typing import Final, Generic, Literal, Protocol, TypeVar, overload

from pipeline.domain.documents import (
    Choice,
    DocumentId,
    Effect,
    ExampleId,
    LeftOut,
    Measure,
    Notice,
    Rule,
    Severity,
    Split,
)

NO_KEY: Final = DocumentId("")


@dataclass(frozen=True, slots=True)
class Sample:
    """One place a finding was met. before and after: a line or two of text around it, as it is and as fixed."""

    document_id: DocumentId
    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Fix:
    """One way to settle a finding. label: of its button. effect: whether it rewrites places or leaves texts out."""

    choice: Choice
    label: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Finding:
    """One cleaning warning over a whole set.

    document_ids: the documents it touches, in reading order. occurrences: places, at least one per document.
    sentence: for people. fixes: the ways to settle it, the recommended one first; none where nothing can be done.
    choice: what the recipe in force says; resolved means that it settles the finding.
    decided: somebody chose it, if only to keep everything.
    """

    rule: Rule
    severity: Severity
    document_ids: tuple[DocumentId, ...]
    occurrences: int
    sentence: str
    fixes: tuple[Fix, ...]
    samples: tuple[Sample, ...]
    choice: Choice
    automatic: bool = False
    decided: bool = False

    @property
    def documents(self) -> int:
        return len(self.document_ids)

    @property
    def resolved(self) -> bool:
        return self.choice != "keep"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to choose. A blocker that is kept stays open: nothing can be paid with it."""
        return bool(self.fixes) and not self.resolved and (not self.decided or self.severity == "blocker")

    @property
    def fix(self) -> str:
        """The recommended fix as a button says it, "" if none."""
        return self.fixes[0].label if self.fixes else ""

    @property
    def effect(self) -> Effect:
        """Of the choice in force, or of the recommended fix while everything is kept."""
        chosen = [fix for fix in self.fixes if fix.choice == self.choice] or self.fixes[:1]
        return chosen[0].effect if chosen else "none"


@dataclass(frozen=True, slots=True)
class Example:
    """One training row: prompt in, completion out. tokens: of the row as a provider bills it.

    key: the document's, unique over all sources; title: as cleaned.
    """

    example_id: ExampleId
    document_id: DocumentId
    system: str
    prompt: str
    completion: str
    split: Split
    tokens: int
    words: int
    key: DocumentId = NO_KEY
    title: str = ""


class RowHead(Protocol):
    """What is asked of rows without their words."""

    @property
    def example_id(self) -> ExampleId: ...
    @property
    def split(self) -> Split: ...
    @property
    def tokens(self) -> int: ...
    @property
    def words(self) -> int: ...


H = TypeVar("H", bound=RowHead)


@dataclass(frozen=True, eq=False, slots=True)
class Examples(Sequence[Example], Generic[H]):
    """Rows of which only the heads are in memory; a row is read when somebody looks at it."""

    heads: Sequence[H]
    read: Callable[[H], Example]

    def __len__(self) -> int:
        return len(self.heads)

    @overload
    def __getitem__(self, index: int) -> Example: ...
    @overload
    def __getitem__(self, index: slice) -> "Examples[H]": ...
    def __getitem__(self, index: int | slice) -> "Example | Examples[H]":
        if isinstance(index, slice):
            return Examples(self.heads[index], self.read)
        return self.read(self.heads[index])

    def __iter__(self) -> Iterator[Example]:
        return map(self.read, self.heads)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    def of(self, split: Split) -> "Examples[H]":
        return Examples([head for head in self.heads if head.split == split], self.read)


def heads_of(examples: Sequence[Example]) -> Sequence[RowHead]:
    """The same rows, where nobody needs their words."""
    return examples.heads if isinstance(examples, Examples) else examples


@dataclass(frozen=True, slots=True)
class FiguresJoined:
    """How many of the documents that the filters keep have figures of their page, and which were taken."""

    measure: Measure
    documents: int
    with_figures: int


@dataclass(frozen=True, slots=True)
class Topics:
    """What kept texts are about: how many have each topic, most first; a text may have several.

    by: their own tags, or words they share and general English seldom uses. of: how many texts were looked at.
    without: those that have no tag. others: tags beyond the listed ones.
    """

    by: Literal["tags", "words"]
    texts: Mapping[str, int]
    of: int
    without: int = 0
    others: int = 0

    def mostly(self, share: float) -> str | None:
        """The tag that at least such a share of all texts has; words are told of no text as its topic."""
        name, count = next(iter(self.texts.items()), ("", 0))
        return name if self.by == "tags" and count >= share * self.of else None


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything known of a set of sources under one recipe.

    documents_read = kept + sum(left_out by reason), always. tokens: all splits' rows; train_tokens: billed ones.
    content_hash: SHA-256 (hex) over the examples of all splits in order.
    by_month: kept documents per "2021-04", in order; months without any and documents without a date are not in it.
    touched: keys of the documents each finding is about.
    """

    documents_read: int
    kept: int
    left_out: tuple[LeftOut, ...]
    findings: tuple[Finding, ...]
    examples: Sequence[Example]
    notices: tuple[Notice, ...]
    content_hash: str
    first_published: date | None
    last_published: date | None
    by_month: Mapping[str, int] = field(default_factory=dict)
    touched: Mapping[Rule, tuple[DocumentId, ...]] = field(default_factory=dict)
    figures: FiguresJoined | None = None
    topics: Topics | None = None

    @property
    def left_out_counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for item in self.left_out:
            counts[item.reason] = counts.get(item.reason, 0) + 1
        return counts

    def of(self, split: Split) -> Sequence[Example]:
        if isinstance(self.examples, Examples):
            return self.examples.of(split)
        return tuple(example for example in self.examples if example.split == split)

    @property
    def tokens(self) -> int:
        return sum(example.tokens for example in heads_of(self.examples))

    @property
    def train_tokens(self) -> int:
        return sum(example.tokens for example in heads_of(self.examples) if example.split == "train")

    @property
    def words(self) -> int:
        return sum(example.words for example in heads_of(self.examples))

    @property
    def blockers(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity == "blocker" and not f.resolved)

    @property
    def needs_context_tokens(self) -> int:
        """What a base must take when long texts stay whole; 0 when every base will do."""
        whole = any(finding.choice == "bigger-base" for finding in self.findings)
        return max((example.tokens for example in self.examples), default=0) if whole else 0

    @property
    def private_only(self) -> bool:
        """Whether somebody kept personal data on the condition that only an own server sees the texts."""
        return any(finding.choice == "private-only" for finding in self.findings)
