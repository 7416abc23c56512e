"""Labels that the most similar requests do not bear out: most of those carry another one.

Votes of the nearest neighbours, nobody being its own, stand for the out-of-sample probabilities of confident learning
(Northcutt, Jiang and Chuang 2021, doi 10.1613/jair.1.12125). Two requests are the nearer the more rare words and pairs
of words they share (cosine of tf-idf), so nothing has to be downloaded or learned first.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.domain.documents import DocumentId
from pipeline.stages.answers import Answer, label_key
from pipeline.stages.outlines import outlines, runs
from pipeline.stages.range_hashes import Longs

# Chosen by `python -m benchmarks.label_doubts` (docs/reference/findings-quality.md).
NEIGHBOURS: Final = 15
MOST_VOTES: Final = 0.7
FEWEST_VOTES: Final = 5  # one text with a rare word in common is an accident
# Landis and Koch 1977: votes that agree with the labels less than moderately come from words that do not tell them.
MIN_KAPPA: Final = 0.4
# A word in more of the requests than this hardly tells them apart, and to meet all its holders takes long.
COMMON_SHARE: Final = 0.1
_COMMON_AT_LEAST: Final = 50
# Of larger sets, as many requests at even steps have a vote; all are voted on.
VOTERS: Final = 20_000
_TEXTS_AT_ONCE: Final = 2_000
_PAIR: Final = 2  # words

Weights: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Doubt:
    """given: the label as written. others: what most of its neighbours are labelled, as one of them writes it."""

    key: DocumentId
    prompt: str
    given: str
    others: str


def find_doubts(answers: Sequence[Answer]) -> list[Doubt]:
    """In the order of `answers`. Labels with no more texts than have a vote are not judged: others outvote them."""
    names = [label_key(answer.words) for answer in answers]
    texts_of = Counter(names)
    number_of = {name: number for number, name in enumerate(texts_of)}
    if len(number_of) < 2 or max(texts_of.values()) <= NEIGHBOURS:
        return []
    labels = np.array([number_of[name] for name in names], np.int64)
    votes = _votes([answer.prompt for answer in answers], labels, len(number_of))
    winners, shares = votes.argmax(axis=1), votes.max(axis=1)
    if _kappa(winners[shares > 0], labels[shares > 0]) < MIN_KAPPA:
        return []
    written = {name: answer.words for name, answer in zip(names, answers, strict=True)}
    others = [written[name] for name in number_of]
    doubted = np.flatnonzero((winners != labels) & (shares >= MOST_VOTES)).tolist()
    return [
        Doubt(answers[row].key, answers[row].prompt, answers[row].words, others[int(winners[row])])
        for row in doubted
        if texts_of[names[row]] > NEIGHBOURS
    ]


def _votes(texts: Sequence[str], labels: Longs, count: int) -> Weights:
    """Row i: what share of the votes on text i each label has; nothing but zeros where too few texts are like it.

    A vote counts by likeness, and less for a label with many texts (by the root of their number), which has more
    neighbours everywhere.
    """
    weights = 1 / np.sqrt(np.maximum(1, np.bincount(labels, minlength=count)))
    step = -(-len(texts) // VOTERS)
    votes = np.zeros((len(texts), count))
    for row, likeness in enumerate(_likenesses(texts, step)):
        nearest = np.argpartition(-likeness, min(NEIGHBOURS, len(likeness) - 1))[:NEIGHBOURS]
        if np.count_nonzero(likeness[nearest]) >= FEWEST_VOTES:
            given = labels[nearest * step]
            votes[row] = np.bincount(given, likeness[nearest] * weights[given], count)
    total = votes.sum(axis=1, keepdims=True)
    np.divide(votes, total, out=votes, where=total > 0)
    return votes


def _likenesses(texts: Sequence[str], step: int) -> Iterator[Weights]:
    """Of each text in turn: how alike it is to every step-th text, but not to itself."""
    text, term, weight = _weighted(texts)
    first = np.searchsorted(text, np.arange(len(texts) + 1))
    has_vote = np.flatnonzero(text % step == 0)
    held = has_vote[np.argsort(term[has_vote], kind="stable")]
    holder, holds = text[held] // step, weight[held]
    starts = np.searchsorted(term[held], np.arange(int(term.max(initial=0)) + 2))
    for row in range(len(texts)):
        own = slice(int(first[row]), int(first[row + 1]))
        begin, end = starts[term[own]], starts[term[own] + 1]
        places = _ranges(begin, end)
        shared = holds[places] * np.repeat(weight[own], end - begin)
        likeness: Weights = np.bincount(holder[places], shared, -(-len(texts) // step)).astype(np.float64)
        if row % step == 0:
            likeness[row // step] = 0
        yield likeness


def _ranges(begin: Longs, end: Longs) -> Longs:
    """All numbers from each begin to its end, one range after the other."""
    sizes = end - begin
    offsets = np.repeat(begin - (np.cumsum(sizes) - sizes), sizes)
    return offsets + np.arange(len(offsets))


def _weighted(texts: Sequence[str]) -> tuple[Longs, Longs, Weights]:
    """Text, term and weight of the terms that several texts hold and not too many; a text's weights have length 1."""
    owners: list[Longs] = []
    hashes: list[NDArray[Any]] = []
    for at in range(0, len(texts), _TEXTS_AT_ONCE):
        for number, one in enumerate(outlines(texts[at : at + _TEXTS_AT_ONCE]), start=at):
            terms = np.unique(np.concatenate([one.hashes.astype(np.uint64), runs(one.hashes, _PAIR)]))
            owners.append(np.full(len(terms), number, np.int64))
            hashes.append(terms)
    text = np.concatenate(owners)
    _, term, holders = np.unique(np.concatenate(hashes), return_inverse=True, return_counts=True)
    telling = (holders > 1) & (holders <= max(_COMMON_AT_LEAST, COMMON_SHARE * len(texts)))
    text, term = text[telling[term]], term[telling[term]]
    weight = np.log((1 + len(texts)) / holders[term])
    length = np.sqrt(np.bincount(text, weight**2, len(texts)))
    return text, term, weight / length[text]


def _kappa(winners: Longs, labels: Longs) -> float:
    """Cohen's: how far votes and labels agree beyond chance; 1 is always, 0 as chance would."""
    if not len(labels):
        return 0.0
    count = int(max(winners.max(), labels.max())) + 1
    agreed = float((winners == labels).mean())
    shares = (np.bincount(side, minlength=count) / len(labels) for side in (winners, labels))
    by_chance = float(np.multiply(*shares).sum())
    return 0.0 if by_chance >= 1 else (agreed - by_chance) / (1 - by_chance)
