"""How a text is built, in four numbers, and whether drafts are built as their writer's own texts are."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median, quantiles
from typing import Final, Literal

from pipeline.stages.sentences import sentences

Measure = Literal["words", "words per sentence", "sentences per paragraph", "questions"]
# The range people are shown, and inside which a draft counts as alike, leaves out a tenth at either end.
TENTHS: Final = 10
_BLANK_LINES = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class ShapeMeasure:
    """drafted: of a typical draft. low, high: what eight in ten of the writer's own texts lie between."""

    measure: Measure
    drafted: float
    low: float
    high: float

    @property
    def fits(self) -> bool:
        return self.low <= self.drafted <= self.high


def shape_of(text: str) -> Mapping[Measure, float]:
    words = len(text.split())
    sentence_count = max(1, sum(1 for _ in sentences(_BLANK_LINES.sub("\n", text))))
    paragraphs = max(1, sum(1 for part in _BLANK_LINES.split(text) if part.strip()))
    return {
        "words": words,
        "words per sentence": words / sentence_count,
        "sentences per paragraph": sentence_count / paragraphs,
        "questions": text.count("?"),
    }


TYPICAL: Final[Mapping[Measure, Callable[[Sequence[float]], float]]] = {
    "words": median,
    "words per sentence": median,
    "sentences per paragraph": median,
    "questions": mean,  # most posts ask nothing: the median would be 0 whatever the writer does
}


def compare(drafts: Sequence[str], real: Sequence[str]) -> tuple[ShapeMeasure, ...]:
    """Both must hold at least one text."""
    drafted, own = [shape_of(text) for text in drafts], [shape_of(text) for text in real]
    return tuple(
        ShapeMeasure(measure, typical([one[measure] for one in drafted]), *_range([one[measure] for one in own]))
        for measure, typical in TYPICAL.items()
    )


def _range(values: Sequence[float]) -> tuple[float, float]:
    if len(values) == 1:
        return values[0], values[0]
    tenths = quantiles(values, n=TENTHS, method="inclusive")
    return tenths[0], tenths[-1]
