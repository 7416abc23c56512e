"""Drafts on held-out requests are judged in another process: a whole dataset is read for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.measuring import Answers
from bot.preparing import ProcessPool
from pipeline import origins
from pipeline.domain.evaluations import Contender
from pipeline.domain.voices import Purpose
from pipeline.evaluating import evaluated
from pipeline.few_shot import trials
from pipeline.purpose_metrics import compared


@dataclass(frozen=True, slots=True)
class ExecutorEvaluator:
    """Satisfies bot.features.evaluation.usecase.Evaluator."""

    pool: ProcessPool

    async def evaluate(self, blobs: Sequence[bytes], drafts: Mapping[Contender, Sequence[str]]) -> dict[str, Any]:
        return await self.pool.run(partial(evaluated_of, tuple(blobs), dict(drafts)))


def evaluated_of(blobs: tuple[bytes, ...], drafts: Mapping[Contender, Sequence[str]]) -> dict[str, Any]:
    return evaluated(origins.read_version(*blobs), drafts)


@dataclass(frozen=True, slots=True)
class ExecutorMeter:
    """Satisfies bot.measuring.Meter."""

    pool: ProcessPool

    async def measure(self, blobs: Sequence[bytes], purpose: Purpose, answers: Answers) -> dict[str, Any]:
        return await self.pool.run(partial(measured_of, tuple(blobs), purpose, answers))


def measured_of(blobs: tuple[bytes, ...], purpose: Purpose, answers: Answers) -> dict[str, Any]:
    return compared({one.prompt: one.text for one in trials(origins.read_version(*blobs))}, purpose, answers)
