"""Strengths from votes: the arithmetic, known rankings found again, and intervals that mean what they say."""

import math
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ratings import POINTS, Contest, Result, agreed, chance_better, overdispersion, rate

RESULTS: tuple[Result, ...] = ("first", "second", "tie")
TIES = 2.0  # v of the simulated votes: about a third are ties


def votes(won: int, lost: int, ties: int = 0) -> list[Contest]:
    said: dict[Result, int] = {"first": won, "second": lost, "tie": ties}
    return [Contest("one", "other", result) for result, number in said.items() for _ in range(number)]


def simulated(
    chance: np.random.Generator, apart: float, *, briefs: int, voters: int, by_brief: float = 0.0
) -> list[Contest]:
    """by_brief: how much briefs differ, in units of strength; votes on one brief then depend on each other."""
    found = []
    for brief in range(briefs):
        here = apart + chance.normal(0, by_brief)
        weights = np.array([math.exp(here / 2), math.exp(-here / 2), TIES])
        for said in chance.choice(len(RESULTS), size=voters, p=weights / weights.sum()):
            found.append(Contest("one", "other", RESULTS[said], group=str(brief)))
    return found


def test_nineteen_to_eight_is_150_points_and_probably_real() -> None:
    """ln(19 / 8) is 0.865, its error the root of 1/19 + 1/8; ties between the two change neither."""
    found = rate(votes(19, 8, 6)).against("one", "other")
    assert found.points == pytest.approx(POINTS * math.log(19 / 8), abs=0.1)
    assert (round(found.low), round(found.high)) == (7, 294)
    assert round(100 * chance_better(19, 8)) == 98


def test_thirteen_to_twelve_is_a_coin_toss() -> None:
    assert round(100 * chance_better(13, 12)) == 58
    assert rate(votes(13, 12)).against("one", "other").low < 0


@given(st.integers(0, 40), st.integers(0, 40))
def test_one_more_win_never_makes_it_less_likely(won: int, lost: int) -> None:
    assert chance_better(won, lost) < chance_better(won + 1, lost)
    assert chance_better(won, lost) + chance_better(lost, won) == pytest.approx(1)


@settings(deadline=None)  # its time is the machine's
@given(st.integers(0, 15), st.integers(0, 15), st.integers(0, 6))
def test_seen_from_the_other_side_it_is_the_same(won: int, lost: int, ties: int) -> None:
    if won + lost + ties == 0:
        return
    ratings, turned = rate(votes(won, lost, ties)), rate(votes(lost, won, ties))
    mine, theirs = ratings.against("one", "other"), turned.against("other", "one")
    assert mine.points == pytest.approx(theirs.points, abs=1e-3)
    assert mine.low == pytest.approx(theirs.low, abs=1e-3)


def test_a_version_that_never_lost_has_a_finite_strength_and_a_wide_interval() -> None:
    found = rate(votes(8, 0)).against("one", "other")
    assert 300 < found.points < 600
    assert found.high - found.low > 900


def test_simulated_votes_give_the_known_ranking_back() -> None:
    """In each of ten tournaments; of their forty intervals at most four may miss the true strength."""
    strengths, missed = {"v1": -0.9, "v2": 0.1, "v3": 0.8, "plain": -1.4}, 0
    middle = sum(strengths.values()) / len(strengths)
    for seed in range(10):
        ratings = rate(tournament(np.random.default_rng(seed), strengths))
        found = {name: ratings.against_all(name) for name in strengths}
        assert sorted(strengths, key=lambda name: found[name].points) == ["plain", "v1", "v2", "v3"]
        missed += sum(not one.low < POINTS * (strengths[name] - middle) < one.high for name, one in found.items())
    assert missed <= 4


def tournament(chance: np.random.Generator, strengths: dict[str, float]) -> list[Contest]:
    """Everybody meets everybody on twenty briefs before ten voters."""
    met = []
    for first, second in combinations(sorted(strengths), 2):
        one = simulated(chance, strengths[first] - strengths[second], briefs=20, voters=10)
        met += [Contest(first, second, each.result, group=each.group) for each in one]
    return met


def coverage(simulate: Callable[[np.random.Generator, float], list[Contest]], *, grouped: bool = True) -> float:
    """In how many of 200 duels the interval holds the true strength, which is drawn anew each time."""
    chance, held = np.random.default_rng(11), 0
    for _ in range(200):
        apart = float(chance.normal(0, 0.8))
        met = simulate(chance, apart)
        if not grouped:
            met = [Contest(one.first, one.second, one.result) for one in met]
        found = rate(met).against("one", "other")
        held += found.low <= POINTS * apart <= found.high
    return held / 200


def test_95_percent_intervals_hold_the_truth_in_95_of_100_duels() -> None:
    assert 0.93 <= coverage(lambda chance, apart: simulated(chance, apart, briefs=6, voters=6)) <= 0.99


def test_where_briefs_differ_intervals_stay_honest_only_because_they_are_widened() -> None:
    def differing(chance: np.random.Generator, apart: float) -> list[Contest]:
        return simulated(chance, apart, briefs=6, voters=8, by_brief=1.5)

    assert coverage(differing) >= 0.90
    assert coverage(differing, grouped=False) <= 0.86


def test_a_chance_of_80_percent_comes_true_in_80_of_100_cases() -> None:
    """By tenths of the chance told, over 1,500 duels of which the stronger side is known."""
    chance = np.random.default_rng(3)
    told: dict[int, list[bool]] = {}
    for _ in range(1_500):
        apart = float(chance.normal(0, 0.8))
        met = simulated(chance, apart, briefs=6, voters=4)
        better = chance_better(*(sum(one.result == side for one in met) for side in ("first", "second")))
        told.setdefault(min(9, int(better * 10)), []).append(apart > 0)
    for tenth, came_true in told.items():
        error = 0.5 / math.sqrt(len(came_true))
        assert abs(sum(came_true) / len(came_true) - (tenth + 0.5) / 10) < 0.05 + 2 * error, tenth


def test_when_only_length_decides_versions_of_even_length_are_even() -> None:
    chance, met = np.random.default_rng(9), []
    for brief in range(40):
        longer = 0.4 + float(chance.normal(0, 0.3))  # the first is mostly longer, and only that wins votes
        for one in simulated(chance, 3.0 * longer, briefs=1, voters=5):
            met.append(Contest("one", "other", one.result, longer, group=str(brief)))
    raw, even = rate(met).against("one", "other"), rate(met, by_length=True)
    assert raw.low > 0
    assert even.against("one", "other").low < 0 < even.against("one", "other").high
    assert even.length is not None
    assert even.length.low < POINTS * 3.0 < even.length.high


def test_votes_that_agree_within_briefs_and_not_between_them_count_for_less() -> None:
    split = [Contest("one", "other", "first" if brief < 3 else "second", group=str(brief)) for brief in range(6)] * 6
    mixed = [Contest("one", "other", "first" if n % 2 else "second", group=str(n // 6)) for n in range(36)]
    assert overdispersion(split) == pytest.approx(36 / 5)
    assert overdispersion(mixed) == 1


def test_agreement_counts_briefs_with_a_clear_majority() -> None:
    said = {1: ["one", "one", "other"], 2: ["one", "other"], 3: ["bad"], 4: ["equal"] * 4}
    assert agreed(said, share=2 / 3) == 2
