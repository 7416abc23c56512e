"""Whether a draft is ruder, gladder, gloomier or more partisan than its owner ever is: offline, against the owner only.

Rude words are those of better-profanity's list, sentiment is VADER's (Hutto and Gilbert 2014), and lean counts phrases
that one party's speeches in the US Congress had far more often than the other's (Gentzkow and Shapiro 2010, table I,
without those that are about no politics). A word list knows no irony, and the last one nothing but the United States.
"""

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Final, Literal

from pipeline.rude_words import rude_words
from pipeline.stages.sentences import spans

Measure = Literal["rude words", "sentiment", "lean"]
MEASURES: Final[tuple[Measure, ...]] = ("rude words", "sentiment", "lean")
MOST_TEXTS: Final = 100  # of the owner's, that are read for it: a draft waits meanwhile
MIN_PASSAGES: Final = 10  # of the owner's; the range of fewer says little
SLACK: Final[Mapping[Measure, float]] = {"rude words": 0.0, "sentiment": 0.1, "lean": 1.0}
PER_WORDS: Final = 1_000

_LEFT: Final = (
    *(
        "private accounts",
        "tax breaks",
        "oil companies",
        "nuclear option",
        "war in iraq",
        "middle class",
        "budget cuts",
    ),
    *("civil rights", "minimum wage", "privatization plan", "wildlife refuge", "workers rights", "arctic refuge"),
    *("american workers", "living in poverty", "senate republicans", "republican leader", "cut funding", "poor people"),
    *("privatize social security", "congressional black caucus", "veterans health care", "budget deficit"),
)
_RIGHT: Final = (
    *("death tax", "illegal aliens", "illegal immigration", "war on terror", "tax relief", "embryonic stem cell"),
    *("boy scouts", "oil for food", "global war", "medical liability", "federal spending", "tax increase"),
    *(
        "government spending",
        "personal accounts",
        "saddam hussein",
        "private property",
        "border security",
        "human life",
    ),
    *("human embryos", "increase taxes", "democratic leader", "adult stem cell", "partial birth abortion"),
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class ToneRange:
    """What the owner's own passages have, least to most. words: of each passage; a longer text varies less."""

    words: int
    least: Mapping[Measure, float]
    most: Mapping[Measure, float]


@dataclass(frozen=True, slots=True)
class OutOfTone:
    """A measure of a draft outside the owner's range. Rude words and lean are for each 1,000 words, sentiment -1 to 1.

    lean: above zero is the right of US politics, below it the left.
    """

    measure: Measure
    value: float
    least: float
    most: float

    @property
    def sentence(self) -> str:
        higher = self.value > self.most
        match self.measure:
            case "rude words":
                return "ruder than anything the owner wrote"
            case "sentiment":
                return "gladder than the owner ever sounds" if higher else "gloomier than the owner ever sounds"
            case "lean":
                side = "right" if higher else "left"
                return f"more phrases of the political {side} (USA) than the owner ever uses"


def tone_range(own: Iterable[str], words: int) -> ToneRange | None:
    """Of the owner's real texts, in passages about as long as a draft; None when there are too few."""
    found = [tone(passage) for text in islice(own, MOST_TEXTS) for passage in _passages(text, words)]
    if len(found) < MIN_PASSAGES:
        return None
    least = {one: min(each[one] for each in found) for one in MEASURES}
    most = {one: max(each[one] for each in found) for one in MEASURES}
    return ToneRange(words, least, most)


def out_of_tone(text: str, usual: ToneRange) -> tuple[OutOfTone, ...]:
    """What people are told before a draft is shown; a lower rate of rude words is no fault."""
    said = tone(text)
    outside = [
        OutOfTone(one, said[one], usual.least[one], usual.most[one])
        for one in MEASURES
        if not usual.least[one] - SLACK[one] <= said[one] <= usual.most[one] + SLACK[one]
    ]
    return tuple(one for one in outside if one.measure != "rude words" or one.value > one.most)


def tone(text: str) -> dict[Measure, float]:
    said = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    line = f" {' '.join(said)} "
    each = PER_WORDS / max(1, len(said))
    lean = sum(line.count(f" {one} ") for one in _RIGHT) - sum(line.count(f" {one} ") for one in _LEFT)
    rude = sum(word in rude_words() for word in said)
    return {"rude words": rude * each, "sentiment": _sentiment(text), "lean": lean * each}


@lru_cache(maxsize=1)
def _vader() -> Any:
    """Untyped. Imported where it is used: it brings requests along, which takes every process a third of a second."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def _sentiment(text: str) -> float:
    """The mean over sentences: VADER was made for short texts, of long ones it only says "very"."""
    said = [text[start:end] for start, end in spans(text)]
    return statistics.fmean(_vader().polarity_scores(one)["compound"] for one in said) if said else 0.0


def _passages(text: str, words: int) -> list[str]:
    """As long as a draft, by whole sentences; a rest of less than half as many words joins the one before."""
    passages: list[list[str]] = [[]]
    for start, end in spans(text):
        if _length(passages[-1]) >= words:
            passages.append([])
        passages[-1].append(text[start:end])
    if len(passages) > 1 and 2 * _length(passages[-1]) < words:
        rest = passages.pop()
        passages[-1] += rest
    return [" ".join(one) for one in passages if 2 * _length(one) >= words]


def _length(sentences: Sequence[str]) -> int:
    return sum(len(one.split()) for one in sentences)
