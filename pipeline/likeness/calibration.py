"""What scores mean as a probability: a logistic curve for each length, fitted on writers whom nobody compares."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LENGTHS: Final = (200, 300, 400, 700, 1000)  # words at which a curve was fitted
WEAK_BELOW: Final = 400  # words; under it two writers are often taken for one another
RIDGE: Final = 1.0
STEPS: Final = 40  # Newton's method is done after about ten
FAR: Final = 10.0  # anchored scores beyond it say no more
MOST_LOGIT: Final = 30.0

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """weights: of the intercept, then of each anchored score."""

    weights: tuple[float, ...]

    def probabilities(self, features: Matrix) -> Matrix:
        """In (0, 1), even chances before: as many texts by the owner as by others."""
        logits = self.weights[0] + np.clip(features, -FAR, FAR) @ np.array(self.weights[1:])
        return _sigmoid(logits)


def fit(features: Matrix, is_own: Matrix, weight: Matrix) -> Curve:
    """Logistic regression with a small ridge on standardised scores, by Newton's method.

    is_own: 1 for the writer's own texts, else 0. weight: of each text, so that both kinds weigh the same.
    """
    clipped = np.clip(features, -FAR, FAR)
    mean, deviation = clipped.mean(0), clipped.std(0) + 1e-9
    design = np.c_[np.ones(len(clipped)), (clipped - mean) / deviation]
    beta = np.zeros(design.shape[1])
    for _ in range(STEPS):
        told = _sigmoid(design @ beta)
        slope = design.T @ (weight * (told - is_own)) + RIDGE * beta
        bend = (design * (weight * told * (1 - told))[:, None]).T @ design + RIDGE * np.eye(len(beta))
        beta -= np.linalg.solve(bend, slope)
    weights = beta[1:] / deviation
    return Curve((float(beta[0] - weights @ mean), *map(float, weights)))


def length_for(words: int, lengths: Sequence[int] = LENGTHS) -> int | None:
    """The longest calibrated length that a text of so many words fills; None when it is too short for any."""
    return max((one for one in lengths if one <= words), default=None)


def _sigmoid(logits: Matrix) -> Matrix:
    return 1 / (1 + np.exp(-np.clip(logits, -MOST_LOGIT, MOST_LOGIT)))
