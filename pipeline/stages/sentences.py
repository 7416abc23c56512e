"""Where the sentences of a plain text stand, and what makes two of them the same."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Followed by a full stop, these do not end a sentence; neither does a single capital letter.
ABBREVIATIONS = (
    *("Mr", "Mrs", "Ms", "Dr", "Prof", "Sr", "Jr", "St", "vs", "etc", "e.g", "i.e", "cf", "No", "Fig", "Inc", "Ltd"),
    *("Co", "U.S", "U.K", "a.m", "p.m", "approx"),
)
_ABBREVIATION = re.compile(rf"(?:^|[\s(“\"])(?:{'|'.join(map(re.escape, ABBREVIATIONS))}|[A-Z])\.$")
# The second form is a sentence glued to the one before, as Markdown's closing "_" leaves it ("sharing.Each week").
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?:[ \t]+(?=[\"'“‘(\[]?[A-Z0-9])|(?<=[a-z]{3}[.!?])(?=[A-Z][a-z]+[ ,]))")
LINE_SIGN = re.compile(r"(?:> |[-*•] |\d{1,3}\. |#{1,6} )+")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_NOT_WORD = re.compile(r"[^\w#]+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters [start, end) of a text, without white space around it; line_start: it opens its line.

    key: lower-case words with every number as "#"; sentences with equal keys say the same.
    heading: written as "## ", or a short line of its own without a full stop.
    """

    start: int
    end: int
    key: str
    words: int
    line_start: bool
    heading: bool


# A line of at most this many words, without a sentence's end, titles what follows.
HEADING_WORDS = 10


def sentences(text: str) -> Iterator[Sentence]:
    """In reading order; a line break always ends a sentence."""
    at = 0
    for line in text.split("\n"):
        yield from _of_line(line, at)
        at += len(line) + 1


def sentence_key(words: str) -> str:
    return _NOT_WORD.sub(" ", _DIGITS.sub("#", words.casefold())).strip()


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where those sentences stand, for whoever does not ask more of them."""
    at = 0
    for line in text.split("\n"):
        for start, end in _pieces(line):
            yield at + start, at + end
        at += len(line) + 1


def _pieces(line: str) -> Iterator[tuple[int, int]]:
    """Sentences of one line without the white space around them."""
    start = 0
    for end in (*_ends(line), len(line)):
        piece = line[start:end]
        words = piece.lstrip()
        first = end - len(words)
        if words := words.rstrip():
            yield first, first + len(words)
        start = end


def is_heading(line: str) -> bool:
    return line.startswith("## ") or (
        len(line.split()) <= HEADING_WORDS
        and not line.rstrip().endswith((".", "!", "…"))
        and LINE_SIGN.match(line) is None
    )


def _of_line(line: str, offset: int) -> Iterator[Sentence]:
    sign = LINE_SIGN.match(line)
    heading = is_heading(line)
    for start, end in _pieces(line):
        opens = not line[:start].strip()
        key = sentence_key(line[sign.end() if sign is not None and opens else start : end])
        yield Sentence(offset + start, offset + end, key, len(key.split()), opens, heading)


def _ends(line: str) -> Iterator[int]:
    for match in _END.finditer(line):
        stop = line[max(0, match.start() - 8) : match.start() + 1]
        if line[match.start()] != "." or not _ABBREVIATION.search(stop):
            yield match.end()
