"""Untrained drafts, what judges took for the owner's, and reasons to train whatever they say."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pipeline.domain.baselines import (
    Baseline,
    BaselineId,
    BaselineOverride,
    BaselineState,
    Guess,
    NewBaseline,
    Pair,
    PairId,
)
from pipeline.domain.voices import Dataset


class Baselines(Protocol):
    async def start(self, new: NewBaseline, *, now: datetime) -> Baseline | None:
        """Holds the money with it; None when the month's limit would be passed."""
        ...

    async def by_id(self, baseline_id: BaselineId) -> Baseline:
        """Locked against change by others when this transaction may write."""
        ...

    async def newest(self, dataset: Dataset) -> Baseline | None:
        """Of any dataset with the same rows."""
        ...

    async def end(
        self, baseline: Baseline, state: BaselineState, *, bill_microusd: int | None = None, failure: str | None = None
    ) -> bool:
        """Compare-and-set from the state that was read. bill_microusd: settles the money that was held."""
        ...


class BaselinePairs(Protocol):
    async def fill(self, baseline: Baseline, prompts: Sequence[str]) -> None:
        """One pair per request; those that are there already stay as they are."""
        ...

    async def baseline_of(self, pair_id: PairId) -> BaselineId: ...

    async def update(self, pair: Pair) -> None:
        """Write all fields of the value. Fenced by the work item of the same transaction."""
        ...


class Judgements(Protocol):
    async def give(self, baseline: Baseline, judge: str, number: int, guess: Guess, *, at: datetime) -> None:
        """The newest answer stands."""
        ...


class BaselineOverrides(Protocol):
    async def give(self, dataset: Dataset, *, by: str, reason: str, at: datetime) -> bool:
        """False when somebody was first."""
        ...

    async def of_dataset(self, dataset: Dataset) -> BaselineOverride | None:
        """Of any dataset with the same rows."""
        ...
