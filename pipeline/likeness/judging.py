"""The probability that a text is its owner's own writing, with what the owner's real texts get beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np

from pipeline.likeness.calibration import WEAK_BELOW, length_for
from pipeline.likeness.comparing import Anchored, Posts, Yardstick, chunks
from pipeline.likeness.style import PIECE_WORDS
from pipeline.likeness.table import shipped, yardstick

MIN_OWN_WORDS: Final = 5_000  # fewer say too little about a writer; measured with that many and more
MIN_PASSAGES: Final = 3
# The 500 most frequent English words and signs are over half of any English text, and a few hundredths of a German one.
LEAST_KNOWN: Final = 0.45
RANGE: Final = (10, 90)  # percentiles of the owner's own passages

Why = Literal["text too short", "too few texts", "not English"]


@dataclass(frozen=True, slots=True)
class NotMeasured:
    why: Why


@dataclass(frozen=True, slots=True)
class Likeness:
    """probability: that the owner wrote it, 0 to 1, had it been as likely as not before. words: of it that were judged.

    own_low, own, own_high: what real passages of the owner's of the same length get: 10th, 50th, 90th percentile.
    """

    probability: float
    words: int
    own_low: float
    own: float
    own_high: float

    @property
    def is_weak(self) -> bool:
        """A short text says little, whatever the number."""
        return self.words < WEAK_BELOW


@dataclass(frozen=True)
class Writer:
    """An owner, by texts that no judged text is among."""

    posts: Posts

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Writer | NotMeasured":
        posts = Posts.read(texts, shipped().background.vocabulary)
        if posts.words < MIN_OWN_WORDS:
            return NotMeasured("too few texts")
        return cls(posts) if _is_english(posts) else NotMeasured("not English")

    def judge(self, text: str) -> Likeness | NotMeasured:
        """The text's beginning, as far as it fills a calibrated length."""
        pieces = shipped().background.vocabulary.pieces(text)
        words = length_for(len(pieces) * PIECE_WORDS, tuple(shipped().curves))
        if words is None or self.at(words) is None:
            return NotMeasured("text too short")
        anchored, own = self._lengths[words]
        told = shipped().curves[words].probabilities(anchored.features(chunks(pieces, words, most=1)))
        low, middle, high = (float(one) for one in np.percentile(own, (RANGE[0], 50, RANGE[1])))
        return Likeness(float(told[0]), words, low, middle, high)

    def at(self, words: int) -> Anchored | None:
        """None when the owner has too few passages of this length."""
        found = self._lengths.get(words)
        return found[0] if found else None

    @cached_property
    def _lengths(self) -> dict[int, tuple[Anchored, Sequence[float]]]:
        """By length: the owner between anchors, and what the owner's own passages get."""
        known: dict[int, tuple[Anchored, Sequence[float]]] = {}
        for words, curve in shipped().curves.items():
            anchored = anchored_at(self.posts, yardstick(words))
            if anchored is not None:
                known[words] = (anchored, curve.probabilities(anchored.own).tolist())
        return known


def anchored_at(posts: Posts, at: Yardstick) -> Anchored | None:
    if posts.words < MIN_PASSAGES * at.words or len(np.unique(posts.of)) < MIN_PASSAGES:
        return None
    return Anchored.of(posts, at)


def _is_english(posts: Posts) -> bool:
    known = posts.pieces[:, shipped().background.vocabulary.channels[0]].sum()
    return float(known) >= LEAST_KNOWN * posts.words
