"""Which word of the vocabulary comes next."""

from __future__ import annotations

from typing import Any

import torch

from modelserver.engine import Sampling


class Picker:
    """Equal seeds pick equal words from equal scores. Temperature 0 takes the likeliest."""

    def __init__(self, sampling: Sampling) -> None:
        self._sampling = sampling
        self._chance = torch.Generator().manual_seed(sampling.seed)

    def pick(self, scores: Any) -> int:
        if self._sampling.temperature == 0:
            return int(scores.argmax())
        likely = torch.softmax(scores / self._sampling.temperature, dim=-1)
        if self._sampling.top_p < 1:
            likely = _nucleus(likely, self._sampling.top_p)
        return int(torch.multinomial(likely, 1, generator=self._chance))


def _nucleus(likely: Any, top_p: float) -> Any:
    """Only the likeliest words that together reach top_p (Holtzman et al. 2020); always at least one."""
    ordered, places = likely.sort(descending=True)
    ordered[ordered.cumsum(0) - ordered >= top_p] = 0
    return torch.zeros_like(likely).scatter_(0, places, ordered)
