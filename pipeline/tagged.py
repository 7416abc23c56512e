"""What is remembered of a document while its text waits on a shelf."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from pipeline.domain.documents import DocumentId, Mark, Markup, Register, Rule
from pipeline.shelf import Place

Flag = Literal["stale", "version", "link-list", "guest-post", "capitals", "mostly-code"]

# Lines at a text's ends; where many texts share them the rule for repeated passages decides.
EDGE_RULES: Final[tuple[Rule, ...]] = ("bio", "call-to-action")
# Rules that point at places inside one document.
PLACED: Final[tuple[Rule, ...]] = (
    *("markup", "shortcode", "footnote", "code", "mojibake", "secret", "email", "personal-data", "link"),
)


class Tagged(NamedTuple):
    """One document of 100,000: what is in here is in memory for each, so equal values are one object (`Alike`).

    number: which of everything read it was, from 1. places, in_text: for each of PLACED, how many places there are,
    and how many of them in the text itself. ends: marks of EDGE_RULES, packed.
    kinds: what would stand in place of personal data, with its rule, and how often.
    language: ISO 639-1 or None. quoted: mostly somebody else's words. may_be_empty: after what marks take out.
    answer: for a short answer to a given request, a hash of both; the rules for prose do not look at it.
    at, size, outline_size: where it is on the shelf, its outline behind it.
    """

    key: DocumentId
    document_id: DocumentId
    source_name: str
    raw_title: str
    title: str
    published_at: datetime | None
    kind: str
    markup: Markup
    register: Register
    places: tuple[int, ...]
    in_text: tuple[int, ...]
    ends: bytes
    kinds: tuple[tuple[Rule, str, int], ...]
    flags: tuple[Flag, ...]
    language: str | None
    quoted: bool
    may_be_empty: bool
    answer: int | None
    at: int
    size: int
    outline_size: int
    tags: tuple[str, ...] = ()
    number: int = 0

    @property
    def is_post(self) -> bool:
        """What people call a post; a page, a transcript or a text file they call a text."""
        return self.kind == "post" and self.register == "written" and self.markup != "text"

    @property
    def whole(self) -> Place:
        return Place(self.at, self.size)

    @property
    def outline(self) -> Place:
        return Place(self.at + self.size, self.outline_size)

    def count(self, rule: Rule) -> int:
        return self.places[PLACED.index(rule)]

    def count_in_text(self, rule: Rule) -> int:
        return self.in_text[PLACED.index(rule)]

    def at_ends(self, rule: Rule) -> list[Mark]:
        """Marks of one of EDGE_RULES."""
        wanted = EDGE_RULES.index(rule)
        rows = np.frombuffer(self.ends, np.int32).reshape(-1, 3).tolist() if self.ends else ()
        return [Mark(rule, start, end) for of, start, end in rows if of == wanted]


def packed_ends(marks: Iterable[Mark]) -> bytes:
    """Of marks that put nothing in place of what they take out."""
    ends = [(EDGE_RULES.index(mark.rule), mark.start, mark.end) for mark in marks if mark.rule in EDGE_RULES]
    return np.array(ends, np.int32).tobytes()


class Alike(dict[Any, Any]):
    """One object for equal values: of 100,000 documents most have the same kind, counts and flags."""

    def one(self, tagged: Tagged) -> Tagged:
        title = tagged.raw_title if tagged.title == tagged.raw_title else tagged.title
        values = {name: getattr(tagged, name) for name in _SHARED}
        values["tags"] = tuple(self.setdefault(tag, tag) for tag in tagged.tags)
        return tagged._replace(title=title, **{name: self.setdefault(value, value) for name, value in values.items()})


_SHARED: Final = ("source_name", "kind", "places", "in_text", "ends", "kinds", "flags", "language")
