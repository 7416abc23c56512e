"""One training run: batches in an order the seed decides, an adapter and a state kept after each epoch."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch

from modelserver.engine import Report, Resumed, Step, TrainingPlan
from modelserver.lora.keeping import keep_adapter, keep_state, restore_state
from modelserver.lora.objectives import Objective
from modelserver.lora.planning import parts
from modelserver.lora.sharing import Share
from modelserver.records import Metrics

# Ten times what full training takes: Schulman et al. 2025, "LoRA without regret"; TRL's examples have the same.
LEARNING_RATES: Final = {"supervised": 2e-4, "dpo": 2e-5, "kto": 2e-5}
WARM_UP: Final = 0.05  # of the steps; the rate then falls in a line to a tenth
LAST_RATE: Final = 0.1
LONGEST_GRADIENT: Final = 1.0
MAX_REPORTS: Final = 100  # steps that are told in one run; the others only train
GLIMPSE_ROWS: Final = 8  # of the validation rows, measured between the ends of epochs
STATE_EVERY_S: Final = 120.0  # of work that a kill can lose


@dataclass(frozen=True)
class Work:
    """What is trained on what. report: only the leading process reports."""

    base: str
    model: Any
    rows: Objective
    held_out: Objective | None
    plan: TrainingPlan
    folder: Path
    report: Callable[[Report], None]
    share: Share

    @property
    def batches(self) -> int:
        return -(-len(self.rows) // self.plan.batch_size)

    @property
    def steps(self) -> int:
        return self.batches * self.plan.n_epochs

    @property
    def learning_rate(self) -> float:
        return LEARNING_RATES[self.plan.method] * self.plan.learning_rate_multiplier


class Run:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._numbers = [number for number in work.model.parameters() if number.requires_grad]
        self._optimiser = torch.optim.AdamW(self._numbers, lr=work.learning_rate, weight_decay=0.0)
        self._kept_at = time.monotonic()

    def run(self) -> int:
        """The tokens trained in the whole run, what an earlier process did included."""
        work, tokens = self._work, 0
        stride = max(1, work.steps // MAX_REPORTS)
        done = restore_state(work.model, self._optimiser, work.folder)
        if done and work.share.leads:
            work.report(Resumed(done))
        for step, batch in enumerate(self._order(), start=1):
            tokens += sum(map(work.rows.tokens, batch))
            if step <= done:
                continue
            loss, accuracy = self._learn(step, batch)
            ends_epoch = step % work.batches == 0
            kept = self._keep(step, ends_epoch=ends_epoch)
            if ends_epoch or step % stride == 0:
                metrics = self._measured(Metrics(step=step, train_loss=loss, train_mean_token_accuracy=accuracy))
                if work.share.leads:
                    work.report(Step(metrics, work.steps, kept, tokens))
        return tokens

    def _order(self) -> list[list[int]]:
        """The rows of each step."""
        batches = []
        for epoch in range(self._work.plan.n_epochs):
            rows = list(range(len(self._work.rows)))
            random.Random(f"{self._work.plan.seed}/{epoch}").shuffle(rows)
            size = self._work.plan.batch_size
            batches += [rows[first : first + size] for first in range(0, len(rows), size)]
        return batches

    def _learn(self, step: int, batch: Sequence[int]) -> tuple[float, float]:
        """One step; the loss and accuracy that the model had on the batch before it."""
        work = self._work
        work.rows.look_at(batch)
        weight = sum(map(work.rows.weight, batch))
        total = right = 0.0
        work.model.train()
        for part in parts(work.rows, work.share.of(batch), work.model.device):
            loss = work.rows.loss(part)
            (loss.total / weight).backward()
            total, right = total + float(loss.total.detach()), right + loss.right
        work.share.sum_gradients(self._numbers)
        torch.nn.utils.clip_grad_norm_(self._numbers, LONGEST_GRADIENT)
        for group in self._optimiser.param_groups:
            group["lr"] = work.learning_rate * _pace(step, work.steps)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        total, right = work.share.sum(total, right)
        return round(total / weight, 5), round(right / weight, 5)

    def _measured(self, metrics: Metrics) -> Metrics:
        """With the validation rows: all of them at the end of an epoch."""
        held_out = self._work.held_out
        if held_out is None:
            return metrics
        full = metrics.step % self._work.batches == 0
        loss, accuracy = self._loss(held_out, range(len(held_out))[: None if full else GLIMPSE_ROWS])
        measured = {"valid_loss": loss, "valid_mean_token_accuracy": accuracy}
        if full:
            measured |= {"full_valid_loss": loss, "full_valid_mean_token_accuracy": accuracy}
        return metrics.model_copy(update=measured)

    def _loss(self, objective: Objective, rows: Sequence[int]) -> tuple[float, float]:
        objective.look_at(rows)
        weight, total, right = sum(map(objective.weight, rows)), 0.0, 0.0
        self._work.model.eval()
        with torch.inference_mode():
            for part in parts(objective, self._work.share.of(rows), self._work.model.device):
                loss = objective.loss(part)
                total, right = total + float(loss.total), right + loss.right
        total, right = self._work.share.sum(total, right)
        return round(total / weight, 5), round(right / weight, 5)

    def _keep(self, step: int, *, ends_epoch: bool) -> str | None:
        """The adapter stands before the state that names its step, so a resumed run never lacks one."""
        work, name = self._work, None
        if not work.share.leads:
            return None
        if ends_epoch:
            name = str(step)
            keep_adapter(work.model, work.folder, name, base=work.base)
        if ends_epoch or time.monotonic() - self._kept_at > STATE_EVERY_S:
            keep_state(work.model, self._optimiser, work.folder, step=step)
            self._kept_at = time.monotonic()
        return name


def _pace(step: int, steps: int) -> float:
    """The share of the learning rate at a step from 1."""
    warm = max(1, round(WARM_UP * steps))
    if step <= warm:
        return step / warm
    return 1 - (1 - LAST_RATE) * (step - warm) / max(1, steps - warm)
