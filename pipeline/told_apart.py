"""Whether judges could tell an untrained model's drafts from the owner's posts, and how sure that is (pure)."""

from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import Final

from pipeline.blind import real_side
from pipeline.domain.baselines import Baseline, Judgement

# Training may be worth it when the drafts were told apart so often that judges who toss a coin would do as well in at
# most one try of twenty: 6 of 6, or 10 of 12. With 12 answers, drafts that people see through four times in five pass
# that mark in 56 of 100 tries, so "may not be worth it" is the weaker of the two sentences and a reason overrides it.
MOST_BY_CHANCE: Final = Fraction(1, 20)


@dataclass(frozen=True, slots=True)
class ToldApart:
    """Answers of all judges. right: the owner's post was found; fooled: the draft was taken for it; unsure: neither."""

    right: int
    fooled: int
    unsure: int

    @property
    def answers(self) -> int:
        return self.right + self.fooled + self.unsure

    @property
    def by_chance(self) -> Fraction:
        """How likely a coin does at least as well. "Can't tell" counts as not told apart."""
        ways = sum(comb(self.answers, hits) for hits in range(self.right, self.answers + 1))
        return Fraction(ways, 2**self.answers)

    @property
    def is_worth_training(self) -> bool:
        return self.answers > 0 and self.by_chance <= MOST_BY_CHANCE


def told_apart(baseline: Baseline) -> ToldApart:
    return ToldApart(*(sum(kind_of(baseline, one) == kind for one in baseline.judgements) for kind in KINDS))


KINDS: Final = ("right", "fooled", "unsure")


def kind_of(baseline: Baseline, one: Judgement) -> str:
    """One of KINDS."""
    if one.guess == "unsure":
        return "unsure"
    return "right" if one.guess == real_side(baseline.baseline_id, one.judge, one.number) else "fooled"
