"""Carry out chosen marks: the only step that makes a new text, and only where somebody chose a fix."""

import re
from collections.abc import Iterable
from typing import get_args

from pipeline.domain.documents import Mark, Rule

# What is left of a line when all its words are taken out: a quote, heading or list sign.
_BARE_PREFIX = re.compile(r"(?:^|(?<=\n))[ \t]*(?:(?:>|#{1,6}|[-*+]|\d{1,3}\.)[ \t]*)+$")
_BRACKETS = {"(": ")", "[": "]", "“": "”", "<": ">", "‘": "’", '"': '"', "'": "'"}
_CLOSERS = ".,;:!?)]”"
# The longest line sign that is looked for; longer runs of signs are text.
_PREFIX_CHARS = 24
# Newlines between two paragraphs.
_PARAGRAPH = 2
# Dots that mark a cut in a sample.
_CUT = "…"
_RANKS = {rule: rank for rank, rule in enumerate(get_args(Rule))}


def apply_marks(text: str, marks: Iterable[Mark]) -> str:
    """`text` with every mark's replacement in place; without marks, exactly `text`.

    Overlapping marks become one: the longest says what stands there, and the shorter ones inside it are applied to
    the words it keeps, so that an address inside a link is not let through. Of two over the same characters the one
    that takes them out wins, then the one whose rule is read first: the order of `marks` says nothing. Marks that
    change nothing are ignored. White space is tidied only where something was taken out.
    """
    out: list[str] = []
    at = 0
    for mark in _resolved(text, marks):
        out.append(text[at : mark.start])
        at = mark.end
        if mark.replacement:
            out.append(mark.replacement)
        else:
            at = _close_gap(out, text, at)
    out.append(text[at:])
    return "".join(out)


def preview(text: str, mark: Mark, width: int = 80, others: Iterable[Mark] = ()) -> tuple[str, str]:
    """The surroundings of one mark as they are and as fixed, each on one line of about `width` characters.

    others: of the same rule and behind it; those that stand wholly in the surroundings are shown as fixed too.
    """
    around = max(width - (mark.end - mark.start), width // 2) // 2
    start = _word_start(text, max(0, mark.start - around), mark.start)
    end = _word_end(text, min(len(text), mark.end + around), mark.end)
    inside = [mark, *(one for one in others if mark.end <= one.start and one.end <= end)]
    local = [Mark(one.rule, one.start - start, one.end - start, one.replacement) for one in inside]
    before = text[start:end]
    after = apply_marks(before, local)
    left, right = (_CUT if start else ""), (_CUT if end < len(text) else "")
    return _one_line(before, left, right, 2 * width), _one_line(after, left, right, 2 * width)


def _word_start(text: str, at: int, last: int) -> int:
    """The next place behind white space, so that no word is cut; `at` where there is none before `last`."""
    if at == 0 or text[at - 1].isspace():
        return at
    return next((place + 1 for place in range(at, last) if text[place].isspace()), at)


def _word_end(text: str, at: int, first: int) -> int:
    """The place before it where a word ends; `at` where there is none after `first`."""
    if at == len(text) or text[at].isspace():
        return at
    return next((place for place in range(at, first, -1) if text[place - 1].isspace()), at)


def _one_line(text: str, left: str, right: str, limit: int) -> str:
    line = " ".join(text.split())
    if len(line) > limit:
        head, tail = (
            line[: _word_end(line, limit // 2, 0)],
            line[_word_start(line, len(line) - limit // 2, len(line)) :],
        )
        line = f"{head.rstrip()} {_CUT} {tail.lstrip()}"
    return f"{left}{line}{right}"


def _resolved(text: str, marks: Iterable[Mark]) -> list[Mark]:
    """Changing marks in reading order, none overlapping."""
    inside = (Mark(m.rule, max(0, m.start), min(len(text), m.end), m.replacement) for m in marks)
    changing = sorted(
        (m for m in inside if m.start < m.end and text[m.start : m.end] != m.replacement),
        key=lambda m: (m.start, -m.end, m.replacement != "", _RANKS[m.rule], m.replacement),
    )
    clusters: list[list[Mark]] = []
    reach = -1
    for mark in changing:
        if mark.start < reach:
            clusters[-1].append(mark)
        else:
            clusters.append([mark])
        reach = max(reach, mark.end)
    return [_joined(text, cluster) for cluster in clusters]


def _joined(text: str, cluster: list[Mark]) -> Mark:
    longest = max(cluster, key=lambda m: m.end - m.start)  # the first of several
    replacement = longest.replacement
    for inner in cluster:
        if replacement and inner.end - inner.start < longest.end - longest.start:
            replacement = replacement.replace(text[inner.start : inner.end], inner.replacement)
    return Mark(longest.rule, cluster[0].start, max(m.end for m in cluster), replacement)


def _close_gap(out: list[str], text: str, at: int) -> int:
    """Tidy both sides of a removal; returns where in `text` to go on."""
    left = _tail(out)
    while _empty_brackets(left, text, at):
        left, at = left[:-1].rstrip(" \t"), at + 1
    ahead = _skip(text, at, " \t")
    if ahead >= len(text) or text[ahead] == "\n":
        left = left.rstrip(" \t")
        bare = _BARE_PREFIX.search(left[-_PREFIX_CHARS:])
        left = left[: len(left) - len(bare[0])] if bare else left
        at = _skip_newlines(left, text, ahead)
    elif not left or left[-1] in " \t\n":
        at = ahead
        left = left.rstrip(" \t") if text[at] in _CLOSERS else left
    elif text[ahead] in _CLOSERS:
        at = ahead
    if at >= len(text):
        left = left.rstrip()
    out.append(left)
    return at


def _empty_brackets(left: str, text: str, at: int) -> bool:
    """Brackets that lost all their words go too, except the halves of a Markdown link, which are read later."""
    if not left or at >= len(text) or _BRACKETS.get(left[-1]) != text[at]:
        return False
    return not left.endswith("](") and not text.startswith("](", at)


def _tail(out: list[str]) -> str:
    """Take back the last characters written, which may still change."""
    left = ""
    while out and len(left) < _PREFIX_CHARS:
        piece = out.pop()
        if len(piece) > 2 * _PREFIX_CHARS:
            out.append(piece[: -2 * _PREFIX_CHARS])
            piece = piece[-2 * _PREFIX_CHARS :]
        left = piece + left
    return left


def _skip(text: str, at: int, signs: str) -> int:
    while at < len(text) and text[at] in signs:
        at += 1
    return at


def _skip_newlines(left: str, text: str, at: int) -> int:
    """Of the newlines on both sides of an emptied line only the wider gap stays, none at the very start."""
    if left and not left.endswith("\n"):
        return at
    end = _skip(text, at, " \t\n")
    after = text.count("\n", at, end)
    before = len(left) - len(left.rstrip("\n"))
    allowed = max(0, min(_PARAGRAPH, max(before, after)) - before) if left else 0
    if after <= allowed:
        return at
    last = end
    for _ in range(allowed + 1):
        last = text.rfind("\n", at, last)
    return last + 1
