"""A text as counts of what writers do without thinking: little words and signs, and the skeleton around big words."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

PIECE_WORDS: Final = 100  # texts are counted in pieces of so many words; every length that is judged is a multiple
GRAMS: Final = (3, 4, 5)  # characters; Stamatatos 2017 (text distortion) found 3 to 5 best
RUNS: Final = (2, 3)  # tokens
BIG_WORD: Final = "*"
NUMBER: Final = "#"
SPREAD: Final = 0.4  # of the writers use a feature, for it to be one: else it is somebody's subject

Counts: TypeAlias = NDArray[np.float32]

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\n\n|\d+|\.\.\.|[.,;:!?()\"%$&/–-]|'")
# A model and a keyboard spell the same sign in other ways; that is no style.
_SIGNS: Final = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "—": "–", "…": "..."})


def tokens(text: str) -> list[str]:
    """Words in small letters, numbers, signs, and an empty line as one token."""
    plain = text.lower().translate(_SIGNS).replace(" - ", " – ").replace("--", "–")
    return _TOKEN.findall(plain)


def is_word(token: str) -> bool:
    return token[0].isalpha()


@dataclass(frozen=True)
class Vocabulary:
    """Which features are counted, most frequent first. kept: words that no subject hides in; the others are masked.

    words: Burrows' most frequent words with signs. grams: runs of characters of the masked text. runs: of its tokens.
    """

    words: tuple[str, ...]
    kept: frozenset[str]
    grams: tuple[str, ...]
    runs: tuple[str, ...]

    @cached_property
    def channels(self) -> tuple[slice, ...]:
        """Where each kind of feature stands in a row of counts."""
        ends = np.cumsum([0, len(self.words), len(self.grams), len(self.runs)])
        return tuple(slice(int(a), int(b)) for a, b in pairwise(ends))

    @cached_property
    def _places(self) -> tuple[Mapping[str, int], ...]:
        pairs = zip(self.channels, (self.words, self.grams, self.runs), strict=True)
        return tuple({name: at.start + number for number, name in enumerate(names)} for at, names in pairs)

    def pieces(self, text: str) -> Counts:
        """(pieces, features): counts in each PIECE_WORDS words; a rest that fills no piece is left away."""
        rows = [self._row(piece) for piece in _cut(tokens(text))]
        return np.array(rows, np.float32).reshape(len(rows), self.channels[-1].stop)

    def _row(self, piece: Sequence[str]) -> NDArray[np.float32]:
        row = np.zeros(self.channels[-1].stop, np.float32)
        masked = mask(piece, self.kept)
        for places, said in zip(self._places, (piece, grams(masked), runs(masked)), strict=True):
            for name, number in Counter(said).items():
                if (place := places.get(name)) is not None:
                    row[place] = number
        return row


def _cut(said: Sequence[str]) -> Iterator[list[str]]:
    piece: list[str] = []
    words = 0
    for token in said:
        piece.append(token)
        words += is_word(token)
        if words == PIECE_WORDS:
            yield piece
            piece, words = [], 0


def mask(said: Sequence[str], kept: frozenset[str]) -> list[str]:
    return [_masked(token, kept) for token in said]


def _masked(token: str, kept: frozenset[str]) -> str:
    if token.isdigit():
        return NUMBER
    return BIG_WORD if is_word(token) and token not in kept else token


def grams(masked: Sequence[str]) -> Iterator[str]:
    line = " ".join(masked)
    return (line[at : at + size] for size in GRAMS for at in range(len(line) - size + 1))


def runs(masked: Sequence[str]) -> Iterator[str]:
    return (" ".join(masked[at : at + size]) for size in RUNS for at in range(len(masked) - size + 1))


def most_frequent(writers: Sequence[Sequence[str]], number: int) -> tuple[str, ...]:
    """Features by their mean share over writers, so that nobody counts more for having written more."""
    shares: defaultdict[str, float] = defaultdict(float)
    used_by: Counter[str] = Counter()
    for said in writers:
        counts = Counter(said)
        for name, times in counts.items():
            shares[name] += times / len(said)
        used_by.update(counts.keys())
    spread = SPREAD * len(writers)
    ordered = sorted(shares, key=lambda name: (-shares[name], name))
    return tuple([name for name in ordered if used_by[name] >= spread][:number])
