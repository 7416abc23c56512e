"""Writing as it is read, marked, chosen and turned into training rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import eq
from typing import Generic, Literal, NewType, Protocol, TypeVar, overload

DocumentId = NewType("DocumentId", str)
ExampleId = NewType("ExampleId", str)

Markup = Literal["wordpress", "html", "markdown", "text"]
Register = Literal["written", "spoken"]
Severity = Literal["info", "warning", "blocker"]
Split = Literal["train", "validation", "test"]
Measure = Literal["views", "clicks"]
PromptStyle = Literal["mixed", "title", "brief"]
# In the order people read them.
# In the order people read them.
Rule = Literal[
    "markup",
    "shortcode",
    "footnote",
    "code",
    "mojibake",
    "empty",
    "secret",
    "email",
    "personal-data",
    "own-draft",
    "language",
    "quotation",
    "guest-post",
    "link-list",
    "stale",
    "capitals",
    "mostly-code",
    "series",
    "near-duplicate",
    "link",
    "repeated-passage",
    "bio",
    "call-to-action",
    "too-short",
    "too-long",
    "broken-json",
    "label-conflict",
    "label-spelling",
    "imbalance",
    "prompt-frame",
    "identical-prompts",
    "title-prompts",
    "coverage",
    "few-examples",
    "many-examples",
]
# "fix" is what a rule recommends and Accept all takes; "keep" changes nothing; the others are a rule's alternatives.
Choice = Literal["fix", "keep", "signature", "leave-out", "private-only", "split", "bigger-base", "cap", "brackets"]
Effect = Literal["rewrite", "leave-out", "none"]
# Why a document is not in the dataset: a filter's name, a reader's complaint, or the rule whose fix left it out.
LeftOutReason = Literal[
    "other-author",
    "other-kind",
    "not-published",
    "older",
    "newer",
    "title-excluded",
    "excluded",
    "other-speaker",
    "less-read",
    "origin",
    "broken",
    "language",
    "series",
    "near-duplicate",
    "too-long",
    "too-short",
    "empty",
    "personal-data",
    "secret",
    "quotation",
    "own-draft",
    "guest-post",
    "link-list",
    "stale",
    "capitals",
    "mostly-code",
    "label-conflict",
    "broken-json",
]


@dataclass(frozen=True, slots=True)
class Document:
    """One piece of writing as a reader found it; nothing of it is changed later.

    document_id: the source's own (WXR post_id, path inside a zip, row number); unique within one source.
    body: untouched, written in `markup`. "wordpress" is HTML whose blank lines are paragraphs (wpautop).
    author: the author's login or name as the source gives it; author_name: the display name where known.
    published_at: aware UTC, or None where the source has no date.
    status, kind: WordPress words ("publish", "draft", "post", "page", ...); other formats say "publish", "post".
    prompt: the user's words, only for sources that already are prompt/completion rows.
    """

    document_id: DocumentId
    title: str
    body: str
    markup: Markup
    source_name: str
    author: str | None = None
    author_name: str | None = None
    published_at: datetime | None = None
    status: str = "publish"
    kind: str = "post"
    url: str | None = None
    tags: tuple[str, ...] = ()
    register: Register = "written"
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class BrokenItem:
    """An item that a reader met and could not turn into a Document; it counts as read and left out."""

    document_id: DocumentId
    source_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a whole file that a person should look at.

    kind: "sheet" is a table of a workbook that was left out, "no-pages" a table of figures without page addresses;
    their details are sentences. "broken" is one of the first items that could not be read, its detail says why.
    """

    kind: Literal["encoding", "title-rule", "repaired-xml", "sheet", "no-pages", "broken"]
    source_name: str
    detail: str
    sample: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents belong to the voice. author matches login or display name, case-blind; None takes all.

    also_by: further names of the same person, once an author is chosen.
    since, until: inclusive days in UTC; documents without a date pass. exclude_title: regular expressions.
    best_percent: of the documents whose page figures are known, so many percent that were read most; all others pass.
    """

    author: str | None = None
    since: date | None = None
    until: date | None = None
    statuses: tuple[str, ...] = ("publish",)
    kinds: tuple[str, ...] = ("post",)
    exclude_titles: tuple[str, ...] = ()
    best_percent: int | None = None
    also_by: tuple[str, ...] = ()

    @property
    def authors(self) -> tuple[str, ...]:
        """All names that are taken; empty takes everybody."""
        return () if self.author is None else (self.author, *self.also_by)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One document that is not in the dataset, and why."""

    document_id: DocumentId
    source_name: str
    title: str
    reason: LeftOutReason


@dataclass(frozen=True, slots=True)
class Mark:
    """A rule's opinion about characters [start, end) of one text: its fix would put `replacement` there.

    Offsets count characters of the layer that was marked: the body as read for "shortcode", the body without its
    shortcodes for "footnote", the plain text for every other rule. Marks never change a text; choices decide what
    becomes of them.
    """

    rule: Rule
    start: int
    end: int
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class PlainText:
    """A body without markup: paragraphs parted by one blank line, "## " headings, "- " and "1. " list items.

    tags, comments: how many HTML tags and block comments were taken out.
    anchors: marks of rule "link" over the words of each link (replacement = the same words), so links are counted.
    code: marks of rule "code" over each block of shown code, or where it was taken out (replacement = its words).
    """

    text: str
    tags: int = 0
    comments: int = 0
    anchors: tuple[Mark, ...] = ()
    code: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """What corpus-wide stages see of a document: its plain text, before any choice is applied.

    performance: views or clicks, where a file of figures knows the page; comparable within one set.
    """

    document_id: DocumentId
    title: str
    text: str
    published_at: datetime | None = None
    performance: float | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """The ordered choices made for a dataset; the same recipe on the same sources gives the same hash.

    choices: what becomes of each rule's marks and documents; rules not named take their default
    (markup, shortcode, footnote, code, mojibake and empty are fixed, all others kept until somebody decides).
    excluded: single documents that somebody left out, by key ("file name, line end, id") or by id alone; of a text that
    was split at its headings also a part, by its key ("..., line end, part 2").
    """

    filters: Filters = field(default_factory=Filters)
    choices: Mapping[Rule, Choice] = field(default_factory=dict)
    prompt_style: PromptStyle = "mixed"
    excluded: tuple[DocumentId, ...] = ()


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
    key: DocumentId = DocumentId("")
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
