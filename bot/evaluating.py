"""Drafts on held-out requests are judged in another process: a whole dataset is read for it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from bot.measuring import Answers
from bot.preparing import ProcessPool
from pipeline import origins
from pipeline.domain.evaluations import Contender
from pipeline.domain.voices import Purpose
from pipeline.evaluating import evaluated
from pipeline.few_shot import trials
from pipeline.purpose_metrics import Pair, measured


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
    """Every contender is measured on the requests that all of them answered: only so are they compared."""
    real = {one.prompt: one.text for one in trials(origins.read_version(*blobs))}
    shared = [request for request in real if answers and all(request in of for of in answers.values())]
    by = {
        who: [asdict(metric) for metric in measured(purpose, [Pair(real[request], of[request]) for request in shared])]
        for who, of in answers.items()
    }
    return {"by": by, "requests": len(shared)} if shared else {}
