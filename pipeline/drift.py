"""Whether a new version writes longer, shorter, or always the same, compared with the one before (pure)."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from pipeline.stages.sentences import sentence_key

LENGTH_CHANGE: Final = 0.2  # of the version before; less comes of six drafts by chance
SAMENESS_RISE: Final = 0.05  # more of the drafts' runs of words in common
RUN_WORDS: Final = 4


@dataclass(frozen=True, slots=True)
class Shape:
    """words: the middle of the drafts. sameness: of two drafts' runs of four words, the share in common, 0 to 1."""

    words: float
    sameness: float

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Shape":
        runs = [_runs(text) for text in texts]
        shared = [len(one & other) / max(1, min(len(one), len(other))) for one, other in combinations(runs, 2)]
        words = statistics.median(len(text.split()) for text in texts) if texts else 0.0
        return cls(words, statistics.fmean(shared) if shared else 0.0)


def drifted(before: Shape, after: Shape) -> tuple[str, ...]:
    """Sentences for people, about the newer one."""
    told = []
    if before.words and abs(change := after.words / before.words - 1) >= LENGTH_CHANGE:
        told.append(f"drafts are {abs(change):.0%} {'longer' if change > 0 else 'shorter'}".replace("%", " %"))
    if after.sameness - before.sameness >= SAMENESS_RISE:
        told.append(
            f"drafts are more like one another: {after.sameness:.0%} of their phrases come twice, "
            f"{before.sameness:.0%} before".replace("%", " %")
        )
    return tuple(told)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = sentence_key(text).split()
    return set(zip(*(words[at:] for at in range(RUN_WORDS)), strict=False))
