"""How far past estimates were off, and a range that has learned from it."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from pipeline.domain.spending import OwnError, PastRun, Range

LAST_RUNS: Final = 5  # enough to show a habit, few enough that an old price list is forgotten


def own_error(runs: Sequence[PastRun]) -> OwnError | None:
    """Of the newest LAST_RUNS that were estimated at more than nothing; runs: newest first."""
    off = [
        Fraction(run.actual_microusd - run.estimate_microusd, run.estimate_microusd)
        for run in runs
        if run.estimate_microusd > 0
    ][:LAST_RUNS]
    return OwnError(len(off), min(off), max(off)) if off else None


def widened(amounts: Range, error: OwnError | None) -> Range:
    """The range, reaching as far below and above as bills came out; it never becomes narrower."""
    if error is None:
        return amounts
    fewer, more = 1 + min(Fraction(0), error.lowest), 1 + max(Fraction(0), error.highest)
    return Range(
        low_microusd=int(amounts.low_microusd * fewer),
        expected_microusd=amounts.expected_microusd,
        high_microusd=-int(-amounts.high_microusd * more // 1),
    )
