"""Whether likeness tells writers apart and its number is a probability: .venv/bin/python -m benchmarks.likeness.

Real writers of the shared corpora. Nothing of a judged text's writer is in the background, nothing of the owner's is
in the curve that makes a probability of the scores, and no judged post is among those that describe the owner.
"""

import argparse
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.findings import SHARED
from benchmarks.tables import say, table, write_json
from benchmarks.writers import writers
from pipeline.likeness.calibration import LENGTHS, Curve, Matrix, fit
from pipeline.likeness.comparing import Anchored, Background, Posts, Yardstick, chunks
from pipeline.likeness.judging import MIN_OWN_WORDS, anchored_at
from pipeline.likeness.style import PIECE_WORDS, Vocabulary
from pipeline.likeness.table import PIECES, Table, background_of, table_bytes, vocabulary_of
from pipeline.ngram import NgramModel
from pipeline.prompts import stable_hash

FOLDS: Final = 4  # of the owner's posts, and of the writers: each is judged once, by what the other folds say
OWN_OF_A_POST: Final = 2  # passages
OWN_OF_A_FOLD: Final = 16
OTHERS: Final = 4  # passages of each other writer, for each fold
BINS: Final = 10  # of equal width, for the calibration error (Naeini et al. 2015)
IMITATED: Final = 5  # owners whom models imitate
IMITATIONS: Final = 6
IMITATED_WORDS: Final = 700
MOST_OF_A_TARGET: Final = 20  # that a writer's own passages count in the fit, however many there are
SHARE_ALIKE: Final = "founders/"  # CC BY-SA: measured with, not shipped
HEAD: Final = (
    "Counts of frequent words, of masked characters and of masked tokens in pieces of 100 words, from 18F's blog "
    "(CC0), digital.gov (CC0), Ben Balter's blog (CC BY 3.0), Creative Commons Labs (CC BY 4.0), The Federalist "
    "(public domain), G. K. Chesterton's Tremendous Trifles (public domain in the USA) and Metamuse (CC BY 4.0)."
)


@dataclass(frozen=True)
class Corpus:
    """Every writer's texts as pieces."""

    vocabulary: Vocabulary
    posts: Mapping[str, Posts]

    @classmethod
    def of(cls, texts: Mapping[str, Sequence[str]]) -> "Corpus":
        vocabulary = vocabulary_of(list(texts.values()))
        return cls(vocabulary, {name: Posts.read(read, vocabulary) for name, read in texts.items()})

    def background(self, without: Callable[[str], bool]) -> Background:
        kept = tuple(posts.pieces[:PIECES] for name, posts in self.posts.items() if not without(name))
        return Background(self.vocabulary, kept)


@dataclass(frozen=True)
class Trial:
    """One passage against one owner."""

    owner: str
    writer: str
    features: tuple[float, ...]

    @property
    def is_own(self) -> bool:
        return self.owner == self.writer

    @property
    def is_same_subject(self) -> bool:
        """Whether both wrote for one house about the same things."""
        return self.owner.split("/")[0] == self.writer.split("/")[0]


def trials(corpus: Corpus, words: int) -> list[Trial]:
    cut = {name: passages(posts, words) for name, posts in corpus.posts.items()}
    return [trial for owner in corpus.posts for trial in against(corpus, owner, words, cut)]


def against(corpus: Corpus, owner: str, words: int, cut: Mapping[str, Matrix]) -> Iterator[Trial]:
    """cut: passages of everybody."""
    posts = corpus.posts[owner]
    if posts.words < MIN_OWN_WORDS:
        return
    folds = np.array([stable_hash("likeness fold", f"{owner}\n{one}") % FOLDS for one in posts.of])
    for group in range(FOLDS):
        at = Yardstick.of(corpus.background(lambda name, g=group: name == owner or group_of(name) == g), words)  # type: ignore[misc]  # the default binds the loop's value
        for fold in range(FOLDS):
            known = Posts(posts.pieces[folds != fold], posts.of[folds != fold])
            anchored = anchored_at(known, at) if known.words >= MIN_OWN_WORDS else None
            if anchored is None:
                continue
            if group == fold:
                held_out = Posts(posts.pieces[folds == fold], posts.of[folds == fold])
                yield from judged(owner, owner, anchored, passages(held_out, words, OWN_OF_A_POST)[:OWN_OF_A_FOLD])
            for name, theirs in cut.items():
                if name != owner and group_of(name) == group:
                    yield from judged(owner, name, anchored, theirs[fold::FOLDS][:OTHERS])


def group_of(name: str) -> int:
    return stable_hash("likeness group", name) % FOLDS


def passages(posts: Posts, words: int, most: int = 3) -> Matrix:
    """Some of each text, none across two."""
    cut = [chunks(posts.pieces[posts.of == one], words, most) for one in np.unique(posts.of)]
    return np.concatenate([*cut, np.zeros((0, posts.pieces.shape[1]))])


def judged(owner: str, writer: str, anchored: Anchored, texts: Matrix) -> Iterator[Trial]:
    for row in anchored.features(texts) if len(texts) else ():
        yield Trial(owner, writer, tuple(row.tolist()))


def weights(found: Sequence[Trial]) -> Matrix:
    """As many own as others', of every owner; nobody counts more for having written more."""
    own = {name: sum(one.is_own for one in found if one.owner == name) for name in {one.owner for one in found}}
    all_ = {name: sum(one.owner == name for one in found) for name in own}
    most = {name: min(number, MOST_OF_A_TARGET) for name, number in own.items()}
    return np.array(
        [most[one.owner] / max(1, own[one.owner] if one.is_own else all_[one.owner] - own[one.owner]) for one in found]
    )


def fitted(found: Sequence[Trial]) -> Curve:
    is_own = np.array([float(one.is_own) for one in found])
    return fit(np.array([one.features for one in found]), is_own, weights(found))


def told(found: Sequence[Trial]) -> Matrix:
    """Each owner's by a curve that saw neither their texts nor texts judged against them."""
    probabilities = np.zeros(len(found))
    for owner in {one.owner for one in found}:
        curve = fitted([one for one in found if owner not in (one.owner, one.writer)])
        mine = [number for number, one in enumerate(found) if one.owner == owner]
        probabilities[mine] = curve.probabilities(np.array([found[number].features for number in mine]))
    return probabilities


@dataclass(frozen=True)
class Score:
    """auc: mean over owners, and the worst. ece: expected calibration error, half own and half others'."""

    words: int
    owners: int
    own: int
    others: int
    auc: float
    worst: float
    ece: float
    brier: float

    @classmethod
    def of(cls, words: int, found: Sequence[Trial], probabilities: Matrix) -> "Score":
        aucs = list(filter(None, (auc(found, probabilities, owner) for owner in {one.owner for one in found})))
        is_own = np.array([float(one.is_own) for one in found])
        weight = weights(found)
        own = sum(one.is_own for one in found)
        brier = float(np.average((probabilities - is_own) ** 2, weights=weight))
        error = calibration_error(probabilities, is_own, weight)
        return cls(words, len(aucs), own, len(found) - own, statistics.fmean(aucs), min(aucs), error, brier)

    def row(self, name: str) -> list[object]:
        counts = (self.owners, self.own, self.others)
        return [
            f"{self.words:,}",
            name,
            *counts,
            *(f"{one:.3f}" for one in (self.auc, self.worst, self.ece, self.brier)),
        ]


def auc(found: Sequence[Trial], probabilities: Matrix, owner: str) -> float | None:
    """How often an own passage gets more than another's; None where there are under two of a kind."""
    pairs = [(p, one.is_own) for p, one in zip(probabilities, found, strict=True) if one.owner == owner]
    own, others = [p for p, mine in pairs if mine], sorted(p for p, mine in pairs if not mine)
    if min(len(own), len(others)) < 2:
        return None
    return statistics.fmean((bisect_left(others, p) + bisect_right(others, p)) / 2 / len(others) for p in own)


def calibration_error(probabilities: Matrix, is_own: Matrix, weight: Matrix) -> float:
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    total = 0.0
    for number in range(BINS):
        share = weight * (bins == number)
        total += abs(float((share * (probabilities - is_own)).sum()))
    return total / float(weight.sum())


def scored(words: int, found: Sequence[Trial]) -> tuple[Score, Score]:
    """Among all writers, and among those of one subject only."""
    probabilities = told(found)
    same = [number for number, one in enumerate(found) if one.is_same_subject]
    contested = {found[number].owner for number in same if not found[number].is_own}
    same = [number for number in same if found[number].owner in contested]
    return Score.of(words, found, probabilities), Score.of(words, [found[n] for n in same], probabilities[same])


def imitations(texts: Mapping[str, Sequence[str]], corpus: Corpus, curve: Curve) -> Iterator[list[object]]:
    """What models get that learnt from the owner, from somebody else, or from everybody else; beside real posts."""
    longest = sorted(corpus.posts, key=lambda name: -corpus.posts[name].words)[:IMITATED]
    for owner in longest:
        train, held_out = texts[owner][::2], texts[owner][1::2]
        at = Yardstick.of(corpus.background(lambda name, o=owner: name == o), IMITATED_WORDS)  # type: ignore[misc]  # the default binds the loop's value
        anchored = Anchored.of(Posts.read(train, corpus.vocabulary), at)
        other = next(name for name in longest if name.split("/")[0] != owner.split("/")[0])
        everybody = [text for name, read in texts.items() if name != owner for text in read[:4]]

        def median(said: Sequence[str], near: Anchored = anchored) -> str:
            read = (corpus.vocabulary.pieces(text) for text in said)
            cut = [chunks(pieces, IMITATED_WORDS, 1) for pieces in read if len(pieces) * PIECE_WORDS >= IMITATED_WORDS]
            if not cut:
                return "–"
            return f"{np.median(curve.probabilities(near.features(np.concatenate(cut)))):.2f} ({len(cut)})"

        models = (train, texts[other], everybody)
        yield [owner, median(held_out), *(median(list(written(one))) for one in models), median(texts[other])]


def written(texts: Sequence[str]) -> Iterator[str]:
    """By a model of pairs and triples of words that learnt these texts."""
    model = NgramModel.train([("", text) for text in texts])
    for seed in range(IMITATIONS):
        said = [model.generate("", max_tokens=2 * IMITATED_WORDS, seed=seed * 10 + part).text for part in range(4)]
        yield "\n\n".join(said)


def make_table(texts: Mapping[str, Sequence[str]], curves: Mapping[int, Curve]) -> Table:
    vocabulary = vocabulary_of(list(texts.values()))
    shipped = [read for name, read in texts.items() if not name.startswith(SHARE_ALIKE)]
    return Table(background_of(vocabulary, shipped), dict(curves), HEAD)


COLUMNS: Final = ("words", "others", "owners", "own passages", "others' passages", "AUC", "worst owner", "ECE", "Brier")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.likeness", description=__doc__)
    parser.add_argument("--corpora", type=Path, default=SHARED, metavar="FOLDER")
    parser.add_argument("--lengths", type=int, nargs="+", default=LENGTHS, metavar="WORDS")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the table that ships, made anew")
    given = parser.parse_args(argv)
    if not (given.corpora / "authors").exists():
        say(f"No corpora in {given.corpora}.\n")
        return 0
    texts = writers(given.corpora)
    corpus = Corpus.of(texts)
    rows, facts, curves = [], {}, {}
    for words in given.lengths:
        found = trials(corpus, words)
        everybody, same = scored(words, found)
        rows += [everybody.row("all"), same.row("same subject only")]
        facts[words] = {"auc": everybody.auc, "ece": everybody.ece, "same_auc": same.auc, "same_ece": same.ece}
        curves[words] = fitted(found)
    say(table(COLUMNS, rows))
    if IMITATED_WORDS in curves:
        head = (
            "owner",
            "own held-out posts",
            "model of the owner",
            "model of another",
            "model of everybody else",
            "another",
        )
        say(table(head, list(imitations(texts, corpus, curves[IMITATED_WORDS]))))
    write_json(given.json, facts)
    if given.write:
        given.write.write_bytes(table_bytes(make_table(texts, curves)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
