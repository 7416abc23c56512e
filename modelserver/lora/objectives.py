"""What training lowers: the surprise at the author's words, or the doubt about which answer was preferred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from modelserver.lora.encoding import Encoded, EncodedPair


@dataclass(frozen=True)
class Loss:
    """Summed over rows, not averaged, so that parts of a batch add up. right: of the rows' weight."""

    total: Any
    right: float


class Objective(Protocol):
    """A set of rows and how wrong a model is about them."""

    def __len__(self) -> int: ...

    def tokens(self, row: int) -> int:
        """All tokens that pass through the model for a row."""

    def weight(self, row: int) -> float:
        """How much a row counts: its learned tokens, or one for a pair."""

    def look_at(self, batch: Sequence[int]) -> None:
        """Find out what must be known of a whole batch before its parts are learned."""

    def loss(self, rows: Sequence[int]) -> Loss: ...


class Likeness:
    """Supervised: nats by which the model is surprised at each learned token."""

    def __init__(self, model: Any, rows: Sequence[Encoded]) -> None:
        self._model, self._rows = model, rows

    def __len__(self) -> int:
        return len(self._rows)

    def tokens(self, row: int) -> int:
        return len(self._rows[row].ids)

    def weight(self, row: int) -> float:
        return self._rows[row].learned_tokens

    def look_at(self, batch: Sequence[int]) -> None:
        """Nothing: each row is learned for itself."""

    def loss(self, rows: Sequence[int]) -> Loss:
        scores = scores_of(self._model, [self._rows[row] for row in rows])
        return Loss(-scores.log_probability.sum(), scores.right)


class Choice:
    """DPO (Rafailov et al. 2023): how far the preferred answer gained on the other since training began.

    What the model thought before training is asked once, when this is made, so no second model is kept.
    """

    def __init__(self, model: Any, rows: Sequence[EncodedPair], *, beta: float) -> None:
        self._model, self._rows, self._beta = model, rows, beta
        with torch.no_grad():
            self._before = [float(self._lead([row])[0]) for row in rows]

    def __len__(self) -> int:
        return len(self._rows)

    def tokens(self, row: int) -> int:
        return len(self._rows[row].preferred.ids) + len(self._rows[row].rejected.ids)

    def weight(self, row: int) -> float:  # noqa: ARG002  # every pair counts the same
        return 1

    def look_at(self, batch: Sequence[int]) -> None:
        """Nothing: each pair is learned for itself."""

    def loss(self, rows: Sequence[int]) -> Loss:
        lead = self._lead([self._rows[row] for row in rows])
        gained = lead - torch.tensor([self._before[row] for row in rows], device=lead.device)
        losses = -torch.nn.functional.logsigmoid(self._beta * gained)
        return Loss(losses.sum(), float((gained > 0).sum()))

    def _lead(self, pairs: Sequence[EncodedPair]) -> Any:
        """How much likelier the preferred answer is than the other, in nats."""
        texts = [pair.preferred for pair in pairs] + [pair.rejected for pair in pairs]
        preferred, rejected = scores_of(self._model, texts).log_probability.chunk(2)
        return preferred - rejected


@dataclass(frozen=True)
class Scores:
    """log_probability: one sum of nats per text, over its learned tokens. right: how many were the likeliest."""

    log_probability: Any
    right: float


def scores_of(model: Any, texts: Sequence[Encoded]) -> Scores:
    device, longest = model.device, max(len(text.ids) for text in texts)
    ids = torch.tensor([text.ids + [0] * (longest - len(text.ids)) for text in texts], device=device)
    real = torch.tensor([[1] * len(t.ids) + [0] * (longest - len(t.ids)) for t in texts], device=device)
    learned = torch.tensor([t.learned + [False] * (longest - len(t.ids)) for t in texts], device=device)
    # Words of the vocabulary are scored only where some text learns: prompts cost no logits.
    targets = learned[:, 1:].any(dim=0).nonzero().squeeze(1) + 1
    logits = model(input_ids=ids, attention_mask=real, use_cache=False, logits_to_keep=targets - 1).logits
    wanted, counted = ids[:, targets], learned[:, targets]
    each = torch.log_softmax(logits.float(), dim=-1).gather(2, wanted.unsqueeze(2)).squeeze(2)
    right = ((logits.argmax(dim=-1) == wanted) & counted).sum()
    return Scores((each * counted).sum(dim=1), float(right))
