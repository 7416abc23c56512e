"""KTO (Ethayarajh et al. 2024): single answers that were liked or not, where no pairs are at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from modelserver.engine import Refused
from modelserver.lora.encoding import Encoded, EncodedJudgement
from modelserver.lora.objectives import Loss, scores_of
from modelserver.lora.planning import parts


class Verdict:
    """How far liked answers gained and others lost, beyond what the model drifted altogether.

    The drift is asked, as the paper does it, of answers to other requests: each row's request with the next row's
    answer, so what the model thought of them before training can be kept as numbers, and no second model is needed.
    Both kinds weigh the same in sum, however many there are of each.
    """

    def __init__(self, model: Any, rows: Sequence[EncodedJudgement], *, beta: float) -> None:
        self._model, self._rows, self._beta = model, rows, beta
        liked = sum(row.liked for row in rows)
        if liked in (0, len(rows)):
            raise Refused("Every label within the context is the same.", code="invalid_training_file")
        self._weights = {True: len(rows) / (2 * liked), False: len(rows) / (2 * (len(rows) - liked))}
        self._drift = 0.0
        with torch.no_grad():
            self._before = [float(self._thought([row.answer])[0]) for row in rows]
            self._strange_before = [float(self._thought([row.strange])[0]) for row in rows]

    def __len__(self) -> int:
        return len(self._rows)

    def tokens(self, row: int) -> int:
        return len(self._rows[row].answer.ids) + len(self._rows[row].strange.ids)

    def weight(self, row: int) -> float:
        return self._weights[self._rows[row].liked]

    def look_at(self, batch: Sequence[int]) -> None:
        """The drift, in nats; never below zero, as it estimates a divergence."""
        gained = 0.0
        self._model.eval()
        with torch.no_grad():
            for part in parts(self, batch, self._model.device):
                now = self._thought([self._rows[row].strange for row in part])
                gained += float(now.sum()) - sum(self._strange_before[row] for row in part)
        self._drift = max(0.0, gained / len(batch))

    def loss(self, rows: Sequence[int]) -> Loss:
        now = self._thought([self._rows[row].answer for row in rows])
        gained = now - torch.tensor([self._before[row] for row in rows], device=now.device)
        signs = torch.tensor([1.0 if self._rows[row].liked else -1.0 for row in rows], device=now.device)
        weights = torch.tensor([self.weight(row) for row in rows], device=now.device)
        losses = weights * (1 - torch.sigmoid(self._beta * signs * (gained - self._drift)))
        return Loss(losses.sum(), float(weights[signs * gained > 0].sum()))

    def _thought(self, texts: Sequence[Encoded]) -> Any:
        return scores_of(self._model, texts).log_probability
