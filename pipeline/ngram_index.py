"""Where every context occurs in the texts that an n-gram model knows, and what followed it."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.ngram_tokens import tokenize

ID_BITS: Final = 21  # up to two million different tokens in one sort key
BEGIN: Final = 0
END: Final = 1


@dataclass(frozen=True)
class Followers:
    """What came after a context. total: how often it occurred; weights: counts, which may favour a topic or taste."""

    weights: dict[int, float]
    total: float
    likeliest: int


class NgramIndex:
    """One sorted index for every order up to `order`.

    stream: token ids, each text between BEGIN and END; vocabulary[BEGIN] and [END] stand for no text.
    positions: of the stream, by the tokens that start there. lengths: in tokens, by text; text_of: by position.
    taste: by token, how many times likelier it is than the texts alone make it.
    """

    def __init__(
        self, vocabulary: Sequence[str], stream: Sequence[int], order: int, taste: Mapping[str, float]
    ) -> None:
        if not all(0 < factor < math.inf for factor in taste.values()):
            raise ValueError("a taste is made of factors above 0")
        self.order, self.vocabulary, self.stream = order, list(vocabulary), list(stream)
        self.ids = {token: index for index, token in enumerate(self.vocabulary) if index > END}
        self.factors = {self.ids[token]: factor for token, factor in taste.items() if token in self.ids}
        self.positions, self._keys = _sorted_index(self.stream, order)
        self._spans = _spans(self.stream)
        self.lengths = [end - start - 2 for start, end in self._spans]
        self.text_of = [text for text, (start, end) in enumerate(self._spans) for _ in range(start, end)]
        self._seen: dict[tuple[int, ...], Followers | None] = {}

    def texts(self) -> list[str]:
        tokens = self.vocabulary.__getitem__
        return ["".join(map(tokens, self.stream[start + 1 : end - 1])) for start, end in self._spans]

    def unigrams(self) -> dict[int, float]:
        return self.tasted(Counter(token for token in self.stream if token != BEGIN))

    def tasted(self, counts: Mapping[int, float]) -> dict[int, float]:
        """Counts with the taste in them."""
        return {token: count * self.factors.get(token, 1.0) for token, count in counts.items()}

    def places(self, context: Sequence[int]) -> tuple[int, int]:
        """Where the occurrences of a context (1 to order - 1 tokens) lie in `positions`."""
        packed = 0
        for token in context:
            packed = (packed << ID_BITS) | token
        shift = ID_BITS * (self.order - len(context))
        low = bisect_left(self._keys, packed << shift)
        return low, bisect_left(self._keys, (packed + 1) << shift, low)

    def followers(self, context: tuple[int, ...]) -> Followers | None:
        """Exact counts of what followed a context; None when it never occurred."""
        if context not in self._seen:
            low, high = self.places(context)
            shift, mask = ID_BITS * (self.order - len(context) - 1), (1 << ID_BITS) - 1
            counts = Counter((key >> shift) & mask for key in self._keys[low:high])
            weights = self.tasted(counts)
            likeliest = max(weights, key=weights.__getitem__) if weights else END
            total = sum(weights.values()) if self.factors else high - low
            self._seen[context] = Followers(weights, total, likeliest) if weights else None
        return self._seen[context]


def learn(text: str, vocabulary: dict[str, int], stream: list[int]) -> None:
    """Append one text to a stream, its new tokens to the vocabulary."""
    stream.append(BEGIN)
    stream.extend(vocabulary.setdefault(token, len(vocabulary)) for token in tokenize(text.strip()))
    stream.append(END)


def _spans(stream: Sequence[int]) -> list[tuple[int, int]]:
    """From BEGIN to behind END, by text."""
    starts = [index for index, token in enumerate(stream) if token == BEGIN]
    return list(zip(starts, [*starts[1:], len(stream)], strict=False))


def _sorted_index(stream: Sequence[int], order: int) -> tuple[list[int], list[int]]:
    """Positions of the stream ordered by the `order` tokens that start there, and those tokens packed in one int."""
    keys = [0] * len(stream)
    top, key = ID_BITS * (order - 1), 0
    for position in range(len(stream) - 1, -1, -1):
        key = (stream[position] << top) | (key >> ID_BITS)
        keys[position] = key
    positions = sorted(range(len(stream)), key=keys.__getitem__)
    return positions, [keys[position] for position in positions]
