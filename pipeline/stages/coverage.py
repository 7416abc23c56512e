"""How a set is spread over months, topics and ways of speaking."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.domain.prepared import Topics
from pipeline.wording import counted

# A voice of half a year has no gaps worth telling.
MIN_MONTHS: Final = 6
# From a third of the months on, the model knows the writer of some times only.
EMPTY_SHARE: Final = 1 / 3
# Half of the texts from so few of the months.
CROWDED_SHARE: Final = 0.1
# With so many texts on one topic the model has hardly seen the writer on any other.
ONE_TOPIC_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Months:
    """months: from the first text to the last. empty: those without any. half_from: so many hold half of the texts."""

    months: int
    empty: int
    half_from: int

    @property
    def is_uneven(self) -> bool:
        if self.months < MIN_MONTHS:
            return False
        return self.empty >= EMPTY_SHARE * self.months or self.half_from <= CROWDED_SHARE * self.months


def months_of(by_month: Mapping[str, int]) -> Months:
    """by_month: texts per "2021-04"."""
    if not by_month:
        return Months(0, 0, 0)
    numbers = [int(month[:4]) * 12 + int(month[5:7]) for month in by_month]
    months = max(numbers) - min(numbers) + 1
    wanted, half_from = sum(by_month.values()) / 2, 0
    for count in sorted(by_month.values(), reverse=True):
        if wanted <= 0:
            break
        wanted -= count
        half_from += 1
    return Months(months, months - len(by_month), half_from)


def told(by_month: Mapping[str, int], topics: Topics | None, noun: str, *, spoken: int, written: int) -> list[str]:
    """What a person should know of how a set is spread; empty where it is even. noun: "post" or "text"."""
    lines = []
    months = months_of(by_month)
    if months.is_uneven:
        lines.append(f"{months.empty} of {months.months} months have no {noun}")
        lines.append(f"half come from {counted(months.half_from, 'month')}")
    if topics and (topic := topics.mostly(ONE_TOPIC_SHARE)):
        lines.append(f"{topics.texts[topic]:,} of {counted(topics.of, noun)} are tagged “{topic}”")
    if spoken and written:
        lines.append(f"{counted(spoken, noun)} spoken, {written:,} written")
    return lines
