"""What a text consists of, as numbers: its sentences with the hash of what each says, and the hashes of its words.

Everything that compares texts with each other compares these, thousands of sentences at a time; characters are looked
at only where something was found. Sentences and their keys are those of pipeline.stages.sentences, told by tables of
character classes instead of regular expressions (docs/decisions/0013-numbers-for-texts.md).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.sentences import ABBREVIATIONS, HEADING_WORDS, LINE_SIGN, Sentence, sentence_key

Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Hashes: TypeAlias = NDArray[np.uint64]
WordHashes: TypeAlias = NDArray[np.uint32]
Flags: TypeAlias = NDArray[np.bool_]

# Characters looked at together: temporary arrays need about 60 bytes for each.
CHUNK_CHARS: Final = 80_000
# Longer lines are cut at a space, so that memory stays bounded; no author's paragraph comes near.
LINE_CHARS: Final = 1_000_000
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
_ODD = 0x9E3779B97F4A7C15  # the golden ratio's, as in splitmix64
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_BASE = 0x9FB21C651E98DF25  # odd, so that its powers have inverses modulo 2 ** 64
SHINGLE_WORDS: Final = 5
_BLOCK_TEXTS = 512


@dataclass(frozen=True, slots=True)
class Outline:
    """Row i of the first six is sentence i, in reading order: characters [start, end), `words` words from `first`.

    key: hash of what it says, 0 when it has no word. opens: it opens its line. heading: as in Sentence.
    hashes: one for each word of the text.
    """

    start: Ints
    end: Ints
    first: Ints
    words: Ints
    key: Hashes
    opens: Flags
    heading: Flags
    hashes: WordHashes

    def pack(self) -> bytes:
        arrays = [getattr(self, name) for name, _ in _COLUMNS]
        sizes = np.array([len(self.start), len(self.hashes)], np.int32)
        return b"".join([sizes.tobytes(), *(array.tobytes() for array in arrays)])

    @classmethod
    def unpack(cls, packed: bytes) -> "Outline":
        sentences, words = np.frombuffer(packed, np.int32, 2).tolist()
        columns: list[Any] = []
        at = 8
        for name, kind in _COLUMNS:
            count = words if name == "hashes" else sentences
            columns.append(np.frombuffer(packed, kind, count, at))
            at += count * np.dtype(kind).itemsize
        return cls(*columns)


_KINDS: Final = {"key": np.uint64, "opens": np.bool_, "heading": np.bool_, "hashes": np.uint32}
_COLUMNS: Final[tuple[tuple[str, Any], ...]] = tuple(
    (one.name, _KINDS.get(one.name, np.int32)) for one in fields(Outline)
)


def outline(text: str) -> Outline:
    return outlines([text])[0]


def outlines(texts: Sequence[str]) -> list[Outline]:
    """One for each text; short ones together are hardly dearer than one of them alone."""
    found: list[list[Outline]] = [[] for _ in texts]
    for chunk in _chunks(texts):
        for (number, at, _), one in zip(chunk, _of_pieces([piece for _, _, piece in chunk]), strict=True):
            found[number].append(_moved(one, at))
    return [_joined(parts) for parts in found]


def sentence_at(text: str, outline: Outline, row: int) -> Sentence:
    """One sentence of an outlined text."""
    start, end = int(outline.start[row]), int(outline.end[row])
    opens = bool(outline.opens[row])
    said = text[start:end]
    sign = LINE_SIGN.match(said) if opens and text[start - 1 : start] in ("", "\n") else None
    key = sentence_key(said[sign.end() :] if sign else said)
    return Sentence(start, end, key, int(outline.words[row]), opens, bool(outline.heading[row]))


def sentence_columns(outlines: Sequence[Outline]) -> tuple[Ints, Ints, Hashes, Ints, Flags]:
    """Of the sentences of all outlines: whose, the number in its text, key, words, heading.

    Copied block by block: an outline's arrays keep the whole record alive that they were read from.
    """
    blocks = [_block(outlines[at : at + _BLOCK_TEXTS], at) for at in range(0, len(outlines), _BLOCK_TEXTS)]
    none = _block([outline("")], 0)
    post, order, key, words, heading = (np.concatenate(column) for column in zip(none, *blocks, strict=True))
    return post, order, key, words, heading


def _block(outlines: Sequence[Outline], at: int) -> tuple[Ints, Ints, Hashes, Ints, Flags]:
    parts = list(outlines)
    sizes = np.array([len(one.key) for one in parts])
    post = np.repeat(np.arange(at, at + len(parts), dtype=np.int32), sizes)
    order = (np.arange(len(post)) - np.repeat(np.cumsum(sizes) - sizes, sizes)).astype(np.int32)
    key, words, heading = (
        np.concatenate([getattr(one, name) for one in parts]) for name in ("key", "words", "heading")
    )
    return post, order, key, words, heading


def shingles(hashes: WordHashes) -> Hashes:
    """Of every run of five words, in order."""
    return runs(hashes, SHINGLE_WORDS)


def runs(hashes: WordHashes, size: int) -> Hashes:
    """Hashes of every run of `size` words, in order."""
    count = max(0, len(hashes) - size + 1)
    wide = hashes.astype(np.uint64)
    mixed = np.zeros(count, np.uint64)
    for start in range(size):
        mixed = mixed * np.uint64(_BASE) + wide[start : start + count]
    return _mixed(mixed)


def text_key(one: Outline) -> int:
    """A hash of all the words of a text; 0 when it has none."""
    if not len(one.hashes):
        return 0
    powers, _ = _powers(len(one.hashes))
    total = (one.hashes.astype(np.uint64) * powers[: len(one.hashes)]).sum(dtype=np.uint64)
    return int(_mixed(np.array([total + np.uint64(len(one.hashes))], np.uint64))[0]) or 1


_Piece: TypeAlias = tuple[int, int, str]  # which text, at which character of it, and what stands there


def _chunks(texts: Iterable[str]) -> Iterator[list[_Piece]]:
    chunk: list[_Piece] = []
    size = 0
    for number, text in enumerate(texts):
        for at, piece in _pieces(text):
            if chunk and size + len(piece) > CHUNK_CHARS:
                yield chunk
                chunk, size = [], 0
            chunk.append((number, at, piece))
            size += len(piece)
    if chunk:
        yield chunk


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cut behind a line where a text is long: no sentence goes on there."""
    at = 0
    while len(text) - at > CHUNK_CHARS:
        end = text.rfind("\n", at, at + CHUNK_CHARS) + 1
        if not end:
            end = text.find("\n", at, at + LINE_CHARS) + 1 or text.rfind(" ", at, at + LINE_CHARS) + 1
        end = end or min(len(text), at + LINE_CHARS)
        yield at, text[at:end]
        at = end
    yield at, text[at:]


def _moved(one: Outline, by: int) -> Outline:
    if not by:
        return one
    shift = np.int32(by)
    return Outline(
        one.start + shift, one.end + shift, one.first, one.words, one.key, one.opens, one.heading, one.hashes
    )


def _joined(parts: Sequence[Outline]) -> Outline:
    if len(parts) == 1:
        return parts[0]
    before = np.cumsum([0, *(len(part.hashes) for part in parts[:-1])]).astype(np.int32)
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name, _ in _COLUMNS}
    columns["first"] = np.concatenate([part.first + at for part, at in zip(parts, before, strict=True)])
    return Outline(**columns)


def _of_pieces(pieces: Sequence[str]) -> list[Outline]:
    """All pieces as one text, with a line end around each, and taken apart again."""
    whole = "\n" + "\n".join(pieces) + "\n"
    codes = _codes(whole)
    bits = _classes()[codes]
    hashes, word_at = _words(codes, bits)
    start, end, says, opens, heading = _sentences(whole, codes, bits)
    first, last = word_at(says), word_at(end)
    table = _Table(start, end, first, last - first, _range_hashes(hashes, first, last), opens, heading)
    offsets = np.cumsum([1, *(len(piece) + 1 for piece in pieces)])
    rows, word_rows = np.searchsorted(start, offsets), word_at(offsets)
    short = (hashes >> np.uint64(32)).astype(np.uint32)
    return [
        table.cut(
            int(rows[i]), int(rows[i + 1]), int(offsets[i]), int(word_rows[i]), short[word_rows[i] : word_rows[i + 1]]
        )
        for i in range(len(pieces))
    ]


@dataclass(frozen=True, slots=True)
class _Table:
    """Sentences of several texts."""

    start: Longs
    end: Longs
    first: Longs
    words: Longs
    key: Hashes
    opens: Flags
    heading: Flags

    def cut(self, low: int, high: int, at: int, word: int, hashes: WordHashes) -> Outline:
        """Rows [low, high), counted from character `at` and word `word`."""
        return Outline(
            (self.start[low:high] - at).astype(np.int32),
            (self.end[low:high] - at).astype(np.int32),
            (self.first[low:high] - word).astype(np.int32),
            self.words[low:high].astype(np.int32),
            self.key[low:high],
            self.opens[low:high],
            self.heading[low:high],
            hashes,
        )


# Characters


def _codes(text: str) -> NDArray[np.uint16]:
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
def _classes() -> NDArray[np.uint8]:
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
    return _mixed(folded + np.uint64(1))


def _mixed(values: Hashes) -> Hashes:
    """splitmix64's finish: every bit of the answer hangs on every bit given."""
    with np.errstate(over="ignore"):
        values = values * np.uint64(_ODD)
        values = (values ^ (values >> np.uint64(30))) * np.uint64(_MIX_1)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(_MIX_2)
        return values ^ (values >> np.uint64(31))


_POWERS: list[tuple[Hashes, Hashes]] = []


def _powers(count: int) -> tuple[Hashes, Hashes]:
    """Powers of the base and of its inverse, at least `count`; kept, up to the largest ever needed."""
    if not _POWERS or len(_POWERS[0][0]) < count:
        size = max(count, 2 * CHUNK_CHARS)
        both = []
        for base in (_BASE, pow(_BASE, -1, 1 << 64)):
            factors = np.full(size, base, np.uint64)
            factors[0] = 1
            both.append(np.cumprod(factors))
        _POWERS[:] = [(both[0], both[1])]
    return _POWERS[0]


def _range_hashes(values: Hashes, first: Longs, last: Longs) -> Hashes:
    """A hash of values [first, last) for each pair, in the order they stand; 0 for an empty range.

    A polynomial of the values, from differences of one running sum.
    """
    powers, inverse = _powers(len(values) + 1)
    sums = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values * powers[: len(values)], out=sums[1:])
    found = _mixed((sums[last] - sums[first]) * inverse[first] + (last - first).astype(np.uint64))
    found[found == 0] = 1
    found[first == last] = 0
    return found


# Words


@dataclass(frozen=True, slots=True)
class _WordAt:
    """Numbers of the first words at or behind characters. dropped: characters that were taken out beforehand."""

    starts: Longs
    dropped: Longs

    def __call__(self, at: Longs) -> Longs:
        kept = at - np.searchsorted(self.dropped, at) if len(self.dropped) else at
        return np.searchsorted(self.starts, kept)


def _words(codes: NDArray[np.uint16], bits: NDArray[np.uint8]) -> tuple[Hashes, _WordAt]:
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
    return _range_hashes(_values()[codes], starts, ends), _WordAt(starts, dropped)


# Sentences


def _sentences(
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
