"""Drafts on held-out requests are judged in another process: a whole dataset is read for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.preparing import ProcessPool
from pipeline import origins
from pipeline.domain.evaluations import Contender
from pipeline.evaluating import evaluated


@dataclass(frozen=True, slots=True)
class ExecutorEvaluator:
    """Satisfies bot.features.evaluation.usecase.Evaluator."""

    pool: ProcessPool

    async def evaluate(self, blobs: Sequence[bytes], drafts: Mapping[Contender, Sequence[str]]) -> dict[str, Any]:
        return await self.pool.run(partial(evaluated_of, tuple(blobs), dict(drafts)))


def evaluated_of(blobs: tuple[bytes, ...], drafts: Mapping[Contender, Sequence[str]]) -> dict[str, Any]:
    return evaluated(origins.read_version(*blobs), drafts)
