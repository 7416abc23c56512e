"""Posts that are lists of links: somebody else's headlines with little between them."""

from collections import Counter
from itertools import accumulate, islice, takewhile
from typing import Final, NamedTuple

from pipeline.domain.documents import Mark

# Of all words inside links, and of all lines mostly made of them.
LINKED_WORDS_SHARE: Final = 0.4
LINKED_LINES_SHARE: Final = 0.5  # together with
LEAST_WORDS_SHARE: Final = 0.2  # below it the lines between the links are a post of their own
# So are as many words outside links: an anniversary with its ten best posts had 285, the longest real list 200.
MOST_OWN_WORDS: Final = 250
MIN_LINKED_LINES: Final = 5
_MOSTLY: Final = 0.5


class Shares(NamedTuple):
    """words, lines: how much is links. linked_lines: lines mostly made of them. own_words: outside links."""

    words: float
    lines: float
    linked_lines: int
    own_words: int


def linked_shares(text: str, links: list[Mark]) -> Shares:
    spans = sorted((mark.start, mark.end) for mark in links)
    lines = linked_lines = words = linked = 0
    at = 0
    first = 0  # of the spans that may reach the line
    longest = list(accumulate((end for _, end in spans), max))
    for line in text.split("\n"):
        end = at + len(line)
        while first < len(spans) and longest[first] <= at:
            first += 1
        near = takewhile(lambda span: span[0] < end, islice(spans, first, None))  # noqa: B023 (used up at once)
        inside = sum(min(e, end) - max(s, at) for s, e in near if at < e)
        if line.strip():
            size = len(line.split())
            lines += 1
            words += size
            linked += round(size * min(1.0, inside / len(line)))
            linked_lines += inside > _MOSTLY * len(line.strip())
        at = end + 1
    return Shares(linked / max(1, words), linked_lines / max(1, lines), linked_lines, words - linked)


def _mostly_linked(text: str, links: list[Mark]) -> int:
    """How many lines are mostly links, without a look at the lines that have no link."""
    inside: Counter[tuple[int, int]] = Counter()
    for mark in links:
        start = text.rfind("\n", 0, mark.start) + 1
        while start < mark.end:
            newline = text.find("\n", start)
            end = newline if newline >= 0 else len(text)
            inside[start, end] += max(0, min(mark.end, end) - max(mark.start, start))
            start = end + 1
    return sum(within > _MOSTLY * len(text[start:end].strip()) for (start, end), within in inside.items())


def is_link_list(text: str, links: list[Mark]) -> bool:
    if len(links) < MIN_LINKED_LINES or _mostly_linked(text, links) < MIN_LINKED_LINES:
        return False
    found = linked_shares(text, links)
    mostly_lines = found.lines >= LINKED_LINES_SHARE and found.words >= LEAST_WORDS_SHARE
    return found.linked_lines >= MIN_LINKED_LINES and (
        found.words >= LINKED_WORDS_SHARE or (mostly_lines and found.own_words <= MOST_OWN_WORDS)
    )
