"""Lines on pages become paragraphs again: what runs along every page goes, words cut at a line's end are joined."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# Headers and footers stand in the outer lines; on alternating pages they are often two different ones.
OUTER_LINES = 2
RUNNING_SHARE = 0.4
FEWEST_PAGES = 3
# Lines of one paragraph stand at one distance; a paragraph begins after half as much again, or with an indent.
GAP_RATIO = 1.3
INDENT_POINTS = 6.0
# The last line of a paragraph is usually shorter than this share of a full line.
SHORT_SHARE = 0.8
NUMBER = re.compile(r"\d+")
PAGE_NUMBER = re.compile(r"(?:page\s+)?[-–—|\[]?\s*(\d{1,4})\s*[-–—|\]]?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
# Of a preface; a chapter's number is written large, or in capitals.
ROMAN = re.compile(r"[ivxl]{1,7}")
BULLET = re.compile(r"(?:[•◦▪‣·*–—-]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+\S")
SENTENCE_END = re.compile(r"[.?!:…][\"”’')\]\d]*$")
CUT_WORD = re.compile(r"([^\W\d_]+)[-\u00ad]$")
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


@dataclass(frozen=True, slots=True)
class Line:
    """x, y: where the line begins, in points from the page's lower left; None when the page does not say."""

    text: str
    x: float | None = None
    y: float | None = None


def joined(pages: Sequence[Sequence[Line]]) -> list[str]:
    lines = [line for page in without_running(pages) for line in page] or [line for page in pages for line in page]
    if not lines:
        return []
    layout = _layout(lines)
    words = Counter(word for line in lines for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", line.text.lower()))
    paragraphs = [[_clean(lines[0].text)]]
    for before, line in pairwise(lines):
        text = _clean(line.text)
        if _begins(before, line, layout):
            paragraphs.append([text])
        else:
            paragraphs[-1][-1:] = _joined(paragraphs[-1][-1], text, words)
    whole = (" ".join(parts).replace("\u00ad", "") for parts in paragraphs)
    return [paragraph for paragraph in whole if paragraph]


def without_running(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Pages without headers, footers and page numbers."""
    seen = Counter(key for page in pages for key in {_key(page[at].text) for at in _outer(page)})
    enough = max(FEWEST_PAGES, RUNNING_SHARE * len(pages))
    kept: list[list[Line]] = []
    for number, page in enumerate(pages, 1):
        outer = _outer(page)
        running = {at for at in outer if seen[_key(page[at].text)] >= enough}
        running |= {at for at in outer & {0, len(page) - 1} if _is_page_number(page[at].text, number)}
        kept.append([line for at, line in enumerate(page) if at not in running])
    return kept


def _outer(page: Sequence[Line]) -> set[int]:
    return {at for at in range(len(page)) if at < OUTER_LINES or at >= len(page) - OUTER_LINES}


def _key(text: str) -> str:
    return NUMBER.sub("#", " ".join(text.casefold().split()))


def _is_page_number(text: str, number: int) -> bool:
    found = PAGE_NUMBER.fullmatch(text.strip())
    return (found is not None and int(found[1]) == number) or ROMAN.fullmatch(text.strip()) is not None


@dataclass(frozen=True, slots=True)
class Layout:
    """full: characters of a full line. gap: points from one line to the next; parted: some gaps are larger."""

    full: int
    gap: float
    parted: bool


def _layout(lines: Sequence[Line]) -> Layout:
    lengths = sorted(len(line.text) for line in lines)
    gaps = sorted(gap for gap in map(_gap, lines, lines[1:]) if gap > 0)
    usual = gaps[len(gaps) // 4] if gaps else 0.0
    parted = any(gap > GAP_RATIO * usual for gap in gaps)
    return Layout(lengths[int(0.9 * (len(lengths) - 1))], usual, parted)


def _gap(before: Line, line: Line) -> float:
    """0 where the next line stands beside or above: another column or page."""
    return max(0.0, before.y - line.y) if before.y is not None and line.y is not None else 0.0


def _begins(before: Line, line: Line, layout: Layout) -> bool:
    gap = _gap(before, line)
    ended = SENTENCE_END.search(before.text.strip()) is not None
    short = len(before.text.strip()) < SHORT_SHARE * layout.full
    indented = before.x is not None and line.x is not None and INDENT_POINTS < line.x - before.x < 10 * INDENT_POINTS
    if BULLET.match(line.text.strip()):
        return True
    if gap > GAP_RATIO * layout.gap:
        return True
    if ended and (indented or (short and (gap == 0 or not layout.parted))):
        return True
    heading = 2 * len(before.text.strip()) < layout.full and not ended and line.text.strip()[:1].isupper()
    return heading and gap > 0 and not layout.parted


def _joined(before: str, line: str, words: Counter[str]) -> tuple[str, ...]:
    """The last line and the next, as two or, where a word was cut, as one."""
    cut = CUT_WORD.search(before)
    rest = re.match(r"[^\W\d_]+", line)
    if not cut or not rest or not line[:1].islower():
        return before, line
    hyphenated, whole = f"{cut[1]}-{rest[0]}".lower(), f"{cut[1]}{rest[0]}".lower()
    keeps = before.endswith("-") and words[hyphenated] > words[whole]
    return (before + line if keeps else before[:-1] + line,)


def _clean(text: str) -> str:
    return " ".join(text.replace("\x00", "").translate(LIGATURES).split())
