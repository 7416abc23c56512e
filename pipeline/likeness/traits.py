"""What differs between drafts and the owner's real texts, in words that need no statistics."""

import math
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.likeness.style import is_word, tokens
from pipeline.stages.sentences import is_heading, spans

USUAL: Final = (0.1, 0.9)  # of the owner's own texts lie below and above; between is as usual
LEAST_CHANGE: Final = 0.15  # less is not worth a word
MIN_TEXTS: Final = 5
_CONTRACTION = re.compile(r"'(?:s|t|re|ve|ll|d|m)$")


@dataclass(frozen=True, slots=True)
class Trait:
    """sentence: for people, about drafts against the owner. ratio: the drafts' middle over the owner's."""

    name: str
    sentence: str
    ratio: float


@dataclass(frozen=True, slots=True)
class _Measure:
    """more, less: what stands between the percentage and "than the owner's". seldom: where the owner has none."""

    name: str
    of: Callable[[str], float]
    more: str
    less: str
    seldom: str = ""


def differing(drafts: Sequence[str], own: Sequence[str]) -> tuple[Trait, ...]:
    """Where the drafts' middle lies outside what is usual in the owner's texts; what differs most comes first."""
    if not drafts or len(own) < MIN_TEXTS:
        return ()
    found = [trait for one in MEASURES if (trait := _compared(one, drafts, own)) is not None]
    return tuple(sorted(found, key=lambda one: -abs(math.log(one.ratio)) if one.ratio else -math.inf))


def _compared(measure: _Measure, drafts: Sequence[str], own: Sequence[str]) -> Trait | None:
    usual = sorted(measure.of(text) for text in own)
    said, middle = statistics.median(measure.of(text) for text in drafts), statistics.median(usual)
    low, high = (usual[round(share * (len(usual) - 1))] for share in USUAL)
    if low <= said <= high:
        return None
    if not middle:
        return Trait(measure.name, measure.seldom, math.inf) if measure.seldom else None
    ratio = said / middle
    if abs(ratio - 1) < LEAST_CHANGE:
        return None
    return Trait(measure.name, (measure.more if ratio > 1 else measure.less).format(round(100 * abs(ratio - 1))), ratio)


def _sentence_words(text: str) -> float:
    prose = _prose(text)
    return _mean([len(prose[start:end].split()) for start, end in spans(prose)])


def _paragraph_words(text: str) -> float:
    return _mean([len(one.split()) for one in _prose(text).split("\n") if one.strip()])


def _prose(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not is_heading(line))


def _letters(text: str) -> float:
    return _mean([len(token) for token in tokens(text) if is_word(token)])


def _rate(matches: Callable[[str], bool]) -> Callable[[str], float]:
    """Of tokens, for each word."""

    def of(text: str) -> float:
        said = tokens(text)
        return sum(map(matches, said)) / max(1, sum(map(is_word, said)))

    return of


def _one_of(*signs: str) -> Callable[[str], float]:
    return _rate(frozenset(signs).__contains__)


def _mean(values: Sequence[int]) -> float:
    return statistics.fmean(values) if values else 0.0


def _is_contraction(token: str) -> bool:
    return _CONTRACTION.search(token) is not None


_THAN: Final = "than the owner's"
MEASURES: Final = (
    _Measure("sentences", _sentence_words, f"sentences {{}} % longer {_THAN}", f"sentences {{}} % shorter {_THAN}"),
    _Measure("paragraphs", _paragraph_words, f"paragraphs {{}} % longer {_THAN}", f"paragraphs {{}} % shorter {_THAN}"),
    _Measure("words", _letters, f"words {{}} % longer {_THAN}", f"words {{}} % shorter {_THAN}"),
    _Measure(
        "contractions",
        _rate(_is_contraction),
        "{} % more contractions (it's, don't) than the owner uses",
        "{} % fewer contractions (it's, don't) than the owner uses",
        "contractions (it's, don't), which the owner hardly uses",
    ),
    _Measure(
        "questions",
        _one_of("?"),
        "{} % more questions than the owner asks",
        "{} % fewer questions than the owner asks",
        "questions, which the owner hardly asks",
    ),
    _Measure(
        "exclamations",
        _one_of("!"),
        "{} % more exclamation marks than the owner sets",
        "{} % fewer exclamation marks than the owner sets",
        "exclamation marks, which the owner hardly sets",
    ),
    _Measure(
        "commas",
        _one_of(","),
        "{} % more commas than the owner sets",
        "{} % fewer commas than the owner sets",
    ),
    _Measure(
        "dashes",
        _one_of("–"),
        "{} % more dashes than the owner sets",
        "{} % fewer dashes than the owner sets",
        "dashes, which the owner hardly sets",
    ),
    _Measure(
        "I",
        _one_of("i", "i'm", "i've", "i'd", "i'll", "me", "my", "mine", "myself"),
        "{} % more of “I” and “my” than the owner says",
        "{} % less of “I” and “my” than the owner says",
        "“I” and “my”, which the owner hardly says",
    ),
    _Measure(
        "you",
        _one_of("you", "your", "you're", "you've", "you'll", "yours"),
        "{} % more of “you” than the owner says",
        "{} % less of “you” than the owner says",
        "“you”, which the owner hardly says",
    ),
)
