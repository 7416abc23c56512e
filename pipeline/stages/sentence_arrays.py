"""Words and sentences of a text, found over arrays of character classes; those of pipeline.stages.sentences."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.range_hashes import Flags, Hashes, Longs, mix, range_hashes
from pipeline.stages.sentences import ABBREVIATIONS, HEADING_WORDS, LINE_SIGN

# A full stop followed by more quotation marks, or by a wider gap, ends no sentence.
_MOST_CLOSERS = 8
_MOST_BLANKS = 64
# Every astral character that is a letter or digit stands in for one of these; lone surrogates are in no real text.
_ASTRAL = 0xD800
_ASTRAL_LETTERS = 0x800
_BMP = 0x10000
_WORD, _SPACE, _ENDER, _CLOSER, _OPENER, _DIGIT, _STARTER, _LOWER = (1 << bit for bit in range(8))
_JOINERS = tuple(map(ord, ".,"))
_NEWLINE, _STOP, _HASH, _ELLIPSIS = map(ord, "\n.#…")


def codes_of(text: str) -> NDArray[np.uint16]:
    """One 16-bit number a character; astral letters stand in for rare ones."""
    wide = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = wide.astype(np.uint16)
    if int(wide.max()) >= _BMP:
        astral = np.flatnonzero(wide >= _BMP)
        codes[astral] = [
            _ASTRAL + code % _ASTRAL_LETTERS if chr(code).isalnum() else _BMP - 1 for code in wide[astral].tolist()
        ]
    return codes


@cache
def class_bits() -> NDArray[np.uint8]:
    """The classes of every 16-bit character, one bit each."""
    bits = np.zeros(_BMP, np.uint8)
    for code in range(_BMP):
        char = chr(code)
        if char.isalnum() or _ASTRAL <= code < _ASTRAL + _ASTRAL_LETTERS:
            bits[code] = _WORD | (_DIGIT if char.isdecimal() else 0)
        elif char.isspace():
            bits[code] = _SPACE
    for signs, bit in (
        ("_#", _WORD),
        (".!?…", _ENDER),
        ("\"'”’)]", _CLOSER),
        ("\"'“‘([", _OPENER),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", _STARTER),
        ("abcdefghijklmnopqrstuvwxyz", _LOWER),
    ):
        for sign in signs:
            bits[ord(sign)] |= bit
    return bits


@cache
def _values() -> Hashes:
    """A random number for every letter, the same for its two cases; every digit counts as "#"."""
    folded = np.arange(_BMP, dtype=np.uint64)
    for code in range(_BMP):
        char = chr(code)
        if char.isdecimal():
            folded[code] = _HASH
        elif len(fold := char.casefold()) == 1:
            folded[code] = ord(fold)
    return mix(folded + np.uint64(1))


@dataclass(frozen=True, slots=True)
class WordAt:
    """Numbers of the first words at or behind characters. dropped: characters that were taken out beforehand."""

    starts: Longs
    dropped: Longs

    def __call__(self, at: Longs) -> Longs:
        kept = at - np.searchsorted(self.dropped, at) if len(self.dropped) else at
        return np.searchsorted(self.starts, kept)


def word_hashes(codes: NDArray[np.uint16], bits: NDArray[np.uint8]) -> tuple[Hashes, WordAt]:
    """A hash for every word, and where words are. Of "1,000" only the first digit counts."""
    number = (bits & _DIGIT) != 0
    for joiner in _JOINERS:
        signs = np.flatnonzero(codes == joiner)
        number[signs[number[signs - 1] & number[(signs + 1) % len(number)]]] = True
    goes_on = np.zeros(len(codes), np.bool_)
    goes_on[1:] = number[1:] & number[:-1]
    dropped = np.flatnonzero(goes_on)
    if len(dropped):
        codes, bits = codes[~goes_on], bits[~goes_on]
    word = (bits & _WORD).view(np.int8)
    change = np.diff(word)
    starts, ends = np.flatnonzero(change == 1) + 1, np.flatnonzero(change == -1) + 1
    return range_hashes(_values()[codes], starts, ends), WordAt(starts, dropped)


def sentence_spans(
    text: str, codes: NDArray[np.uint16], bits: NDArray[np.uint8]
) -> tuple[Longs, Longs, Longs, Flags, Flags]:
    """Start, end, where its words begin, whether it opens its line and is a heading; for each, in order."""
    lines = _lines(text, codes, bits)
    stop, after = _ends(codes, bits)
    line = np.searchsorted(lines.first, stop, side="right") - 1
    inside = (line >= 0) & (after < lines.last[line])
    stop, after, line = stop[inside], after[inside], line[inside]
    cuts = np.bincount(line, minlength=len(lines.first)).cumsum()
    at = np.arange(len(lines.first)) + np.concatenate([[0], cuts[:-1]]) if len(lines.first) else cuts
    rows = len(lines.first) + len(stop)
    opens = np.zeros(rows, np.bool_)
    opens[at] = True
    start, says, end = (np.empty(rows, np.int64) for _ in range(3))
    start[at], says[at] = lines.first, lines.says
    start[~opens] = says[~opens] = after
    closes = np.zeros(rows, np.bool_)
    closes[np.arange(len(lines.first)) + cuts] = True
    end[closes], end[~closes] = lines.last, stop
    return start, end, np.minimum(says, end), opens, np.repeat(lines.heading, np.diff([*at, rows]))


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines with something in them: characters [first, last); says: where the words begin, behind signs as "- "."""

    first: Longs
    last: Longs
    says: Longs
    heading: Flags


def _lines(text: str, codes: NDArray[np.uint16], bits: NDArray[np.uint8]) -> _Lines:
    shown = ((bits & _SPACE) == 0).view(np.int8)
    change = np.diff(shown)
    starts, ends = np.flatnonzero(change == 1) + 1, np.flatnonzero(change == -1) + 1  # runs without white space
    breaks = np.flatnonzero(codes == _NEWLINE)
    begin = breaks[:-1] + 1
    low, high = np.searchsorted(starts, begin), np.searchsorted(starts, breaks[1:])
    filled = low < high
    begin, low, high = begin[filled], low[filled], high[filled]
    first, last = starts[low], ends[high - 1]
    says = first.copy()
    ending = codes[last - 1]
    heading = (high - low <= HEADING_WORDS) & (ending != _STOP) & (ending != ord("!")) & (ending != _ELLIPSIS)
    signed = np.flatnonzero(np.isin(codes[begin], _SIGNS) | ((bits[begin] & _DIGIT) != 0))
    for row, place in zip(signed.tolist(), begin[signed].tolist(), strict=True):
        if sign := LINE_SIGN.match(text, place):
            says[row] = sign.end()
            heading[row] = text.startswith("## ", place)
    return _Lines(first, last, says, heading)


_SIGNS: Final = np.array([ord(sign) for sign in ">-*•#"], np.uint16)


def _ends(codes: NDArray[np.uint16], bits: NDArray[np.uint8]) -> tuple[Longs, Longs]:
    """Where sentences end inside lines, and where the next ones begin."""
    ender = ((bits & _ENDER) != 0).view(np.int8)
    change = np.diff(ender)
    starts, stops = np.flatnonzero(change == 1) + 1, np.flatnonzero(change == -1) + 1
    closed = _behind(bits, stops, _CLOSER, _MOST_CLOSERS)
    blank = (codes == ord(" ")) | (codes == ord("\t"))
    after = _behind(blank.view(np.uint8), closed, 1, _MOST_BLANKS)
    begins = (bits[after] & _STARTER) | ((bits[after] & _OPENER) << 2 & bits[np.minimum(after + 1, len(bits) - 1)])
    plain = (after > closed) & ((begins & _STARTER) != 0)
    glued = _glued(codes, bits, starts, stops)
    after = np.where(plain, after, stops)
    closed = np.where(plain, closed, stops)
    ends = (plain | glued) & ~((codes[starts] == _STOP) & _abbreviated(codes, bits, starts))
    return closed[ends], after[ends]


def _behind(bits: NDArray[np.uint8], at: Longs, bit: int, most: int) -> Longs:
    """Past at most `most` characters of a class."""
    at = at.copy()
    for _ in range(most):
        going = (bits[at] & bit) != 0
        if not going.any():
            break
        at[going] += 1
    return at


def _glued(codes: NDArray[np.uint16], bits: NDArray[np.uint8], starts: Longs, stops: Longs) -> Flags:
    """One sign between "sharing" and "Each week": a sentence glued to the one before."""
    found: Flags = (stops - starts == 1) & (starts > 3) & (codes[starts] != _ELLIPSIS)
    for back in (1, 2, 3):
        found &= (bits[starts - np.minimum(back, starts)] & _LOWER) != 0
    found &= ((bits[stops] & _STARTER) != 0) & ((bits[stops] & _DIGIT) == 0)
    for row in np.flatnonzero(found).tolist():
        at = int(stops[row]) + 1
        while bits[at] & _LOWER:
            at += 1
        found[row] = at > stops[row] + 1 and chr(codes[at]) in " ,"
    return found


def _abbreviated(codes: NDArray[np.uint16], bits: NDArray[np.uint8], stops: Longs) -> Flags:
    """Whether what stands before a full stop is one of the abbreviations, or one capital letter."""
    token = np.zeros(len(stops), np.uint64)
    size = np.zeros(len(stops), np.int64)
    open_ = np.ones(len(stops), np.bool_)
    for back in range(1, _LONGEST_ABBREVIATION + 2):
        at = np.maximum(stops - back, 0)
        code = codes[at]
        open_ &= ((bits[at] & _SPACE) == 0) & (code != ord("(")) & (code != ord("“")) & (code != ord('"'))
        token = np.where(open_, token << np.uint64(8) | np.minimum(code, 255), token)
        size += open_
    found: Flags = np.isin(token, _ABBREVIATED) & (size <= _LONGEST_ABBREVIATION)
    return found


def _token(abbreviation: str) -> int:
    """The characters from last to first, a byte each."""
    return int.from_bytes(abbreviation[::-1].encode("latin-1"))


_LONGEST_ABBREVIATION: Final = max(map(len, ABBREVIATIONS))
_ABBREVIATED: Final = np.array([_token(one) for one in (*ABBREVIATIONS, *map(chr, range(65, 91)))], np.uint64)
