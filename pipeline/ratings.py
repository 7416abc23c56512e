"""How strong versions are, from votes between two of them: Bradley-Terry with ties, and how sure that is (pure).

Davidson 1970, "On extending the Bradley-Terry model to accommodate ties": with strengths apart by d and one number v
for all pairs, the first wins by exp(d/2), the second by exp(-d/2) and nobody by v, each over their sum.
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeVar

import numpy as np

Result = Literal["first", "second", "tie"]
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
KeyT = TypeVar("KeyT")

POINTS: Final = 400 / math.log(10)  # chess points per unit of strength: 400 are ten wins to one loss
NORMAL_95: Final = 1.959964  # standard errors on each side that hold 95 %
HALF_A_WIN: Final = 0.5  # for each side of a pair where one side never won: its strength would be infinite
RIDGE: Final = 1e-4  # a prior far wider than any vote can tell: keeps versions apart that never met
STEPS: Final = 60
SMALL: Final = 1e-10


@dataclass(frozen=True, slots=True)
class Contest:
    """One person's vote between two versions. longer: ln(words of the first / words of the second).

    group: votes that may depend on each other, such as those on one brief.
    """

    first: str
    second: str
    result: Result
    longer: float = 0.0
    group: str = ""


@dataclass(frozen=True, slots=True)
class Strength:
    """In chess points. low, high: the 95 % interval."""

    points: float
    low: float
    high: float

    @property
    def chance_above_zero(self) -> float:
        error = (self.high - self.low) / (2 * NORMAL_95)
        return 0.5 * math.erfc(-self.points / error / math.sqrt(2))


@dataclass(frozen=True, slots=True)
class Ratings:
    """strengths, covariance: in units of ln; the strengths sum to zero. length: what a text e times as long gains."""

    names: tuple[str, ...]
    strengths: Floats
    covariance: Floats
    length: Strength | None = None

    def against(self, name: str, other: str) -> Strength:
        """How far the one stands above the other."""
        apart = np.zeros(len(self.names))
        apart[self.names.index(name)], apart[self.names.index(other)] = 1.0, -1.0
        return _strength(apart, self.strengths, self.covariance)

    def against_all(self, name: str) -> Strength:
        """How far it stands above the average of all."""
        apart = np.full(len(self.names), -1 / len(self.names))
        apart[self.names.index(name)] += 1.0
        return _strength(apart, self.strengths, self.covariance)


def rate(contests: Sequence[Contest], *, by_length: bool = False) -> Ratings:
    """All versions that met, in order of their names. by_length: as if the texts had been equally long.

    Where votes of one group differ more from group to group than chance makes them, intervals are wider by as much.
    """
    names = tuple(sorted({name for one in contests for name in (one.first, one.second)}))
    rows, results, weights = _rows(contests, names)
    if not by_length:
        rows = rows[:, : len(names)]
    fitted, covariance = _fit(rows, results, weights)
    covariance = covariance * overdispersion(contests)
    length = None
    if by_length:
        only = np.zeros(len(fitted))
        only[-1] = 1.0
        length = _strength(only, fitted, covariance)
    versions = slice(0, len(names))
    return Ratings(names, fitted[versions], covariance[versions, versions], length)


def overdispersion(contests: Sequence[Contest]) -> float:
    """How many times as much votes vary between groups as independent votes would; at least 1.

    Pearson's chi-square over its degrees of freedom, of decided votes (McCullagh and Nelder 1989, 4.5).
    """
    squares: float = 0.0
    free = 0
    for versions in {(one.first, one.second) for one in contests}:
        decided = [one for one in contests if (one.first, one.second) == versions and one.result != "tie"]
        share = sum(one.result == "first" for one in decided) / max(1, len(decided))
        groups = Counter(one.group for one in decided)
        if not 0 < share < 1 or len(groups) < 2:
            continue
        won = Counter(one.group for one in decided if one.result == "first")
        squares += sum((won[group] - n * share) ** 2 / (n * share * (1 - share)) for group, n in groups.items())
        free += len(groups) - 1
    return max(1.0, squares / free) if free else 1.0


def chance_better(won: int, lost: int) -> float:
    """How likely the first is really better, nothing known before: that Beta(won + 1, lost + 1) is above a half.

    Exact, by the binomial it equals; ties say nothing about which is better.
    """
    tosses = won + lost + 1
    ways: int = sum(math.comb(tosses, heads) for heads in range(won + 1))
    return float(Fraction(ways, 2**tosses))


def agreed(choices: Mapping[KeyT, Collection[str]], *, share: float) -> int:
    """On how many of the keys at least two people voted, and at least this share of them for the same."""
    most = [max(Counter(said).values()) / len(said) for said in choices.values() if len(said) > 1]
    return sum(one >= share for one in most)


def _rows(contests: Sequence[Contest], names: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    """Who met whom (and how long), what came of it as 1, 0 or -1, and how much each counts."""
    place = {name: number for number, name in enumerate(names)}
    counted = [*((one, 1.0) for one in contests), *((one, HALF_A_WIN) for one in _halves(contests))]
    rows = np.zeros((len(counted), len(names) + 1))
    for row, (one, _) in zip(rows, counted, strict=True):
        row[place[one.first]], row[place[one.second]], row[-1] = 1.0, -1.0, one.longer
    results = np.array([{"first": 1.0, "tie": 0.0, "second": -1.0}[one.result] for one, _ in counted])
    return rows, results, np.array([weight for _, weight in counted])


def _halves(contests: Sequence[Contest]) -> list[Contest]:
    """For pairs of versions where one never won."""
    added = []
    for versions in sorted({tuple(sorted((one.first, one.second))) for one in contests}):
        first, second = versions
        met = [one for one in contests if {one.first, one.second} == set(versions)]
        winners = {one.first if one.result == "first" else one.second for one in met if one.result != "tie"}
        if len(winners) < 2:
            added += [Contest(first, second, "first"), Contest(first, second, "second")]
    return added


def _fit(rows: Floats, results: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The likeliest strengths and their covariance, by Newton's steps; the last parameter, ln v, is taken off."""
    has_ties = bool((results == 0).any())
    size = rows.shape[1] + has_ties
    theta: Floats = np.zeros(size)
    hessian: Floats = np.eye(size)
    for _ in range(STEPS):
        gradient, hessian = _slope(theta, rows, results, weights, has_ties=has_ties)
        step = np.linalg.solve(hessian, gradient)
        theta = theta + step * min(1.0, 4.0 / (np.abs(step).max() + SMALL))
        if np.abs(step).max() < SMALL:
            break
    strengths = slice(0, rows.shape[1])
    covariance: Floats = np.linalg.inv(hessian).astype(np.float64)
    return theta[strengths], covariance[strengths, strengths]


def _slope(theta: Floats, rows: Floats, results: Floats, weights: Floats, *, has_ties: bool) -> tuple[Floats, Floats]:
    """The gradient of the log likelihood and the negative of its second derivatives."""
    apart = rows @ theta[: rows.shape[1]]
    tie = np.exp(theta[-1]) if has_ties else 0.0
    first, second = np.exp(apart / 2), np.exp(-apart / 2)
    total = first + second + tie
    lead, tied = (first - second) / total / 2, tie / total
    design = np.hstack([rows, np.ones((len(rows), 1))]) if has_ties else rows
    bends = (first + second) / total / 4 - lead**2
    hessian = (rows * (weights * bends)[:, None]).T @ rows
    gradient = rows.T @ (weights * (results / 2 - lead))
    if has_ties:
        cross = rows.T @ (weights * -lead * tied)
        own = float(weights @ (tied * (1 - tied)))
        hessian = np.block([[hessian, cross[:, None]], [cross[None, :], np.array([[own]])]])
        gradient = np.append(gradient, float(weights @ ((results == 0) - tied)))
    return gradient - RIDGE * theta, hessian + RIDGE * np.eye(design.shape[1])


def _strength(apart: Floats, strengths: Floats, covariance: Floats) -> Strength:
    points = POINTS * float(apart @ strengths)
    error = POINTS * math.sqrt(max(0.0, float(apart @ covariance @ apart)))
    return Strength(points, points - NORMAL_95 * error, points + NORMAL_95 * error)
