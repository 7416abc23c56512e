"""How near a text stands to one writer, among others: nine scores, the same for whoever is compared."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.likeness.style import PIECE_WORDS, Counts, Vocabulary

CHUNKS: Final = 8  # of each other writer, at one length
MIN_CHUNKS: Final = 3  # of a writer, to know how far their own texts are apart
MOST_OWN: Final = 40  # passages of the owner that are compared with the rest of the owner's
FLOOR: Final = 0.1  # of a square root of shares: no feature is steadier than counting allows (Anscombe: 1 / 4n)

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Background:
    """Other writers, as pieces. They are whom a text could be by, if it is not the owner's."""

    vocabulary: Vocabulary
    writers: tuple[Counts, ...]


@dataclass(frozen=True)
class Posts:
    """One writer's texts as pieces. of: which text each piece is from."""

    pieces: Counts
    of: NDArray[np.int64]

    @classmethod
    def read(cls, texts: Sequence[str], vocabulary: Vocabulary) -> "Posts":
        read = [vocabulary.pieces(text) for text in texts]
        of = np.repeat(np.arange(len(read)), [len(pieces) for pieces in read])
        return cls(np.concatenate([*read, vocabulary.pieces("")]), of)

    @property
    def words(self) -> int:
        return len(self.pieces) * PIECE_WORDS


def steady(counts: Counts, words: float) -> Matrix:
    """Square roots of shares: a frequent feature then varies no more than a rare one (Anscombe 1948)."""
    return np.sqrt(counts.astype(np.float64) / words)


def chunks(pieces: Counts, words: int, most: int) -> Matrix:
    """(chunks, features): passages of so many words that follow one another, at most so many."""
    size = words // PIECE_WORDS
    number = min(most, len(pieces) // size)
    return steady(pieces[: number * size].reshape(number, size, pieces.shape[1]).sum(1), words)


@dataclass(frozen=True)
class Yardstick:
    """The other writers at one length: where the middle is, and how far each feature of one writer wanders."""

    vocabulary: Vocabulary
    words: int
    middle: Matrix
    scale: Matrix
    means: Matrix
    passages: tuple[Matrix, ...]

    @classmethod
    def of(cls, background: Background, words: int) -> "Yardstick":
        cut = [chunks(one, words, CHUNKS) for one in background.writers]
        passages = tuple(one for one in cut if len(one) >= MIN_CHUNKS)
        means = np.array([one.mean(0) for one in passages])
        within = np.mean([one.var(0, ddof=1) for one in passages], axis=0) + FLOOR / words
        return cls(background.vocabulary, words, means.mean(0), 1 / np.sqrt(within), means, passages)

    def scores(self, texts: Matrix, writer: Matrix, means: Matrix | None = None) -> Matrix:
        """(texts, 9), higher is nearer. writer: one row for all texts, or one for each. means: of the other writers.

        For each kind of feature: the cosine from the middle (Cosine Delta, Smith and Aldridge 2011, Evert et al. 2017);
        the distance in steps that one writer's own texts wander; and that distance less the nearest other writer's
        (Koppel and Winter 2014, impostors).
        """
        others = self.means if means is None else means
        columns: list[Matrix] = []
        for at in self.vocabulary.channels:
            text, own, other = ((one[..., at] - self.middle[at]) * self.scale[at] for one in (texts, writer, others))
            own = np.broadcast_to(own, text.shape)
            lengths = np.sqrt((text**2).sum(1) * (own**2).sum(1)) + 1e-9
            away = ((text - own) ** 2).mean(1)
            from_others = ((text**2).sum(1)[:, None] - 2 * text @ other.T + (other**2).sum(1)) / text.shape[1]
            columns += [(text * own).sum(1) / lengths, -away, from_others.min(1) - away]
        return np.array(columns).T


@dataclass(frozen=True)
class Anchored:
    """One writer's scores between two anchors: 0 is what other writers' passages get, 1 what the writer's own get.

    own: of passages of the writer, each compared with the texts that it is not from.
    """

    yardstick: Yardstick
    writer: Matrix
    zero: Matrix
    one: Matrix
    own: Matrix

    @classmethod
    def of(cls, posts: Posts, yardstick: Yardstick) -> "Anchored":
        total, words = posts.pieces.sum(0), posts.words
        writer = steady(total, words)
        passages, without = _own(posts, yardstick.words)
        own = yardstick.scores(passages, without)
        others = np.concatenate(
            [
                yardstick.scores(passage, writer, np.delete(yardstick.means, number, axis=0))
                for number, passage in enumerate(yardstick.passages)
            ]
        )
        zero, one = others.mean(0), own.mean(0)
        anchored = cls(yardstick, writer, zero, one, own)
        return cls(yardstick, writer, zero, one, anchored.between(own))

    def between(self, scores: Matrix) -> Matrix:
        return (scores - self.zero) / np.maximum(self.one - self.zero, 1e-9)

    def features(self, texts: Matrix) -> Matrix:
        """Of texts of the yardstick's length that the writer's posts do not hold."""
        return self.between(self.yardstick.scores(texts, self.writer))


def _own(posts: Posts, words: int) -> tuple[Matrix, Matrix]:
    """Passages, and the writer without the texts that each is from."""
    size = words // PIECE_WORDS
    number = len(posts.pieces) // size
    every = max(1, math.ceil(number / MOST_OWN))
    total = posts.pieces.sum(0)
    passages, without = [], []
    for start in range(0, number * size, size * every):
        rows = slice(start, start + size)
        same = np.isin(posts.of, posts.of[rows])
        rest = len(posts.pieces) - int(same.sum())
        if rest:
            passages.append(steady(posts.pieces[rows].sum(0), words))
            without.append(steady(total - posts.pieces[same].sum(0), rest * PIECE_WORDS))
    return np.array(passages), np.array(without)
