"""A difference between two datasets as people read it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words of one kind. text holds no blanks at its ends; "\\n" and "\\n\\n" are pieces of their own."""

    kind: Literal["kept", "removed", "added"]
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """about: what somebody did to cause it: a rule, "filters", or "excluded\\n" and a key; "" for nobody's doing."""

    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One text as it was and is. pieces: around its changes; "…" stands where unchanged words are skipped."""

    title: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """rewritten: how many texts there are of which samples shows some."""

    lines: tuple[Line, ...]
    samples: tuple[Sample, ...]
    rewritten: int
