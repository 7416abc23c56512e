"""The background and the curves that ship with the code: counts of other writers' pieces, in no order of words."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

import numpy as np

from pipeline.likeness.calibration import Curve
from pipeline.likeness.comparing import Background, Yardstick
from pipeline.likeness.style import Vocabulary, grams, is_word, mask, most_frequent, runs, tokens

TABLE: Final = "background.npz"
WORDS: Final = 800
KEPT: Final = 300
GRAMS: Final = 1500
RUNS: Final = 1000
PIECES: Final = 60  # of each writer: what eight passages of 700 words need
MOST_COUNT: Final = 255


@dataclass(frozen=True)
class Table:
    """curves: by length in words. head: where the texts are from, in sentences."""

    background: Background
    curves: Mapping[int, Curve]
    head: str


def vocabulary_of(writers: Sequence[Sequence[str]]) -> Vocabulary:
    """writers: the texts of each."""
    said = [[token for text in texts for token in tokens(text)] for texts in writers]
    kept = frozenset(most_frequent([[one for one in each if is_word(one)] for each in said], KEPT))
    masked = [mask(each, kept) for each in said]
    return Vocabulary(
        words=most_frequent(said, WORDS),
        kept=kept,
        grams=most_frequent([list(grams(each)) for each in masked], GRAMS),
        runs=most_frequent([list(runs(each)) for each in masked], RUNS),
    )


def background_of(vocabulary: Vocabulary, writers: Sequence[Sequence[str]]) -> Background:
    """The first pieces of each writer, text by text."""
    read = [np.concatenate([*map(vocabulary.pieces, texts), vocabulary.pieces("")])[:PIECES] for texts in writers]
    return Background(vocabulary, tuple(read))


def table_bytes(table: Table) -> bytes:
    """What read_table reads; the same table gives the same bytes."""
    vocabulary = table.background.vocabulary
    facts = {
        "head": table.head,
        "words": vocabulary.words,
        "kept": sorted(vocabulary.kept),
        "grams": vocabulary.grams,
        "runs": vocabulary.runs,
        "curves": {str(words): curve.weights for words, curve in table.curves.items()},
    }
    counts = [np.minimum(one, MOST_COUNT).astype(np.uint8) for one in table.background.writers]
    content = io.BytesIO()
    np.savez_compressed(
        content,
        facts=np.frombuffer(json.dumps(facts).encode(), np.uint8),
        counts=np.concatenate(counts),
        sizes=np.array([len(one) for one in counts]),
    )
    return content.getvalue()


def read_table(content: bytes) -> Table:
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        facts = json.loads(stored["facts"].tobytes())
        counts, sizes = stored["counts"].astype(np.float32), stored["sizes"]
    names = {name: tuple(facts[name]) for name in ("words", "grams", "runs")}
    writers = tuple(np.split(counts, np.cumsum(sizes)[:-1]))
    curves = {int(words): Curve(tuple(weights)) for words, weights in facts["curves"].items()}
    return Table(Background(Vocabulary(kept=frozenset(facts["kept"]), **names), writers), curves, facts["head"])


@lru_cache(maxsize=1)
def shipped() -> Table:
    return read_table(resources.files("pipeline.likeness").joinpath(TABLE).read_bytes())


@lru_cache(maxsize=8)
def yardstick(words: int) -> Yardstick:
    """Of the shipped background."""
    return Yardstick.of(shipped().background, words)
