"""Several texts in one plain file, parted by headings that follow one pattern."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

# Fewer headings of one kind are as likely an accident.
FEWEST_CHAPTERS = 3
# Sections under capital headings are chapters only when they are texts of their own; shorter ones are parts of one.
CAPITALS_MEDIAN_WORDS = 200
NUMBERED_MEDIAN_WORDS = 50
HEADING_CHARS = 100
ALONE = re.compile(rf"(?:\A|(?<=\n\n))[ \t]*(\S[^\n]{{0,{HEADING_CHARS}}})\n(?=[ \t]*\n)")
ROMAN = re.compile(
    r"(?:(?:chapter|essay|part|letter|no)\.?\s+)?([ivxlc]+)(?:[.:)]|\s*[-–—]|$|(?=\s+[A-Z]))\s*(.*)", re.IGNORECASE
)
ARABIC = re.compile(r"(?:(?:chapter|essay|part|letter|no)\.?\s+(\d{1,3})[.:)]?|(\d{1,3})[.)])\s*(.*)", re.IGNORECASE)
ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(frozen=True, slots=True)
class Heading:
    """number: 0 for headings without one. start, end: of the heading's line in the text."""

    number: int
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chapters:
    """kind: "numbered headings" or "capital headings". before: the text above the first heading."""

    kind: str
    before: str
    parts: tuple[tuple[Heading, str], ...]


def find_chapters(text: str) -> Chapters | None:
    """None when the text is one text. text: with "\\n" line ends and no blanks on empty lines."""
    lines = [(match[1].strip(), match.start(1), match.end(1)) for match in ALONE.finditer(text)]
    for read in (_roman, _arabic):
        found = _counting_up(lines, read)
        chapters = _cut(text, found, "numbered headings", NUMBERED_MEDIAN_WORDS)
        if chapters:
            return chapters
    capitals = [Heading(0, line, start, end) for line, start, end in lines if _is_capitals(line)]
    return _cut(text, capitals, "capital headings", CAPITALS_MEDIAN_WORDS)


def _counting_up(lines: Sequence[tuple[str, int, int]], read: Callable[[str], tuple[int, str] | None]) -> list[Heading]:
    """Headings numbered 1, 2, 3 …; whatever breaks the count is text. A count that begins again replaces a contents
    list that got no further."""
    best: list[Heading] = []
    current: list[Heading] = []
    for line, start, end in lines:
        numbered = read(line)
        if numbered is None:
            continue
        number, title = numbered
        if number == 1 and len(current) < FEWEST_CHAPTERS:
            current = []
        if number == len(current) + 1:
            current.append(Heading(number, title or line, start, end))
        best = max(best, current, key=len)
    return best


def _roman(line: str) -> tuple[int, str] | None:
    found = ROMAN.fullmatch(line)
    if not found:
        return None
    values = [ROMAN_VALUES[letter] for letter in found[1].lower()]
    following = [*values[1:], 0]
    number = sum(-value if value < after else value for value, after in zip(values, following, strict=True))
    return number, found[2].strip()


def _arabic(line: str) -> tuple[int, str] | None:
    found = ARABIC.fullmatch(line)
    return (int(found[1] or found[2]), found[3].strip()) if found else None


def _is_capitals(line: str) -> bool:
    letters = [letter for letter in line if letter.isalpha()]
    return len(letters) >= 3 and line.isupper() and not line.endswith((".", ",", ";", ":", "!"))


def _cut(text: str, headings: Sequence[Heading], kind: str, median_words: int) -> Chapters | None:
    if len(headings) < FEWEST_CHAPTERS:
        return None
    ends = [heading.start for heading in headings[1:]] + [len(text)]
    parts = tuple((heading, text[heading.end : end].strip()) for heading, end in zip(headings, ends, strict=True))
    if median(len(body.split()) for _, body in parts) < median_words:
        return None
    return Chapters(kind, text[: headings[0].start].strip(), parts)
