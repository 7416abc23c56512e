"""Writing as it is read, marked, chosen and turned into training rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NewType

DocumentId = NewType("DocumentId", str)
ExampleId = NewType("ExampleId", str)

Markup = Literal["wordpress", "html", "markdown", "text"]
Register = Literal["written", "spoken"]
Severity = Literal["info", "warning", "blocker"]
Split = Literal["train", "validation", "test"]
Measure = Literal["views", "clicks"]
PromptStyle = Literal["mixed", "title", "brief"]
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
    "label-doubt",
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
    "label-doubt",
    "broken-json",
]
# Rules about whole documents, whose fix leaves them out; the reason that is then counted has the same name.
DocumentRule = Literal[
    "empty",
    "broken-json",
    "label-conflict",
    "label-doubt",
    "own-draft",
    "language",
    "quotation",
    "series",
    "near-duplicate",
    "too-short",
    "too-long",
    "guest-post",
    "link-list",
    "stale",
    "capitals",
    "mostly-code",
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
