"""What a text consists of, as numbers: its sentences with the hash of what each says, and the hashes of its words.

Everything that compares texts with each other compares these, thousands of sentences at a time; characters are looked
at only where something was found. Sentences and their keys are those of pipeline.stages.sentences, told by tables of
character classes instead of regular expressions (docs/decisions/0013-numbers-for-texts.md).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, TypeAlias

import numpy as np

from pipeline.stages.range_hashes import BASE, Flags, Hashes, Ints, Longs, WordHashes, mix, powers_of, range_hashes
from pipeline.stages.sentence_arrays import class_bits, codes_of, sentence_spans, word_hashes
from pipeline.stages.sentences import LINE_SIGN, Sentence, sentence_key

# Characters looked at together: temporary arrays need about 60 bytes for each.
CHUNK_CHARS: Final = 80_000
# Longer lines are cut at a space, so that memory stays bounded; no author's paragraph comes near.
LINE_CHARS: Final = 1_000_000

SHINGLE_WORDS: Final = 5
BLOCK_TEXTS: Final = 512  # of which sentences are looked at together


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


@dataclass(frozen=True, slots=True)
class Sentences:
    """Row by row sentences of neighbouring texts. post: whose; order: the number in its text."""

    post: Ints
    order: Ints
    key: Hashes
    words: Ints
    heading: Flags


def sentence_blocks(outlines: Sequence[Outline]) -> Iterator[Sentences]:
    """The sentences of all texts, some texts at a time; an outline is read once."""
    for at in range(0, len(outlines), BLOCK_TEXTS):
        yield _block(outlines[at : at + BLOCK_TEXTS], at)


def _block(outlines: Sequence[Outline], at: int) -> Sentences:
    parts = list(outlines)
    sizes = np.array([len(one.key) for one in parts])
    post = np.repeat(np.arange(at, at + len(parts), dtype=np.int32), sizes)
    order = (np.arange(len(post)) - np.repeat(np.cumsum(sizes) - sizes, sizes)).astype(np.int32)
    key, words, heading = (
        np.concatenate([getattr(one, name) for one in parts]) for name in ("key", "words", "heading")
    )
    return Sentences(post, order, key, words, heading)


def shingles(hashes: WordHashes) -> Hashes:
    """Of every run of five words, in order."""
    return runs(hashes, SHINGLE_WORDS)


def runs(hashes: WordHashes, size: int) -> Hashes:
    """Hashes of every run of `size` words, in order."""
    count = max(0, len(hashes) - size + 1)
    wide = hashes.astype(np.uint64)
    mixed = np.zeros(count, np.uint64)
    for start in range(size):
        mixed = mixed * np.uint64(BASE) + wide[start : start + count]
    return mix(mixed)


def text_key(one: Outline) -> int:
    """A hash of all the words of a text; 0 when it has none."""
    if not len(one.hashes):
        return 0
    powers, _ = powers_of(len(one.hashes))
    total = (one.hashes.astype(np.uint64) * powers[: len(one.hashes)]).sum(dtype=np.uint64)
    return int(mix(np.array([total + np.uint64(len(one.hashes))], np.uint64))[0]) or 1


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
    codes = codes_of(whole)
    bits = class_bits()[codes]
    hashes, word_at = word_hashes(codes, bits)
    start, end, says, opens, heading = sentence_spans(whole, codes, bits)
    first, last = word_at(says), word_at(end)
    table = _Table(start, end, first, last - first, range_hashes(hashes, first, last), opens, heading)
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


# Words


# Sentences
