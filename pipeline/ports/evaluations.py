"""Versions tried on held-out requests."""

from typing import Protocol

from pipeline.domain.evaluations import Evaluation
from pipeline.domain.training import VoiceModelId


class Evaluations(Protocol):
    async def start(self, new: Evaluation) -> Evaluation | None:
        """Holds its money in the budgets of who pays; None when one of them would be passed.

        The one that is there already stays.
        """
        ...

    async def of_model(self, voice_model_id: VoiceModelId) -> Evaluation | None: ...

    async def update(self, evaluation: Evaluation) -> None:
        """Tries and what they came to. Fenced by the work item of the same transaction."""
        ...

    async def end(self, evaluation: Evaluation) -> bool:
        """Turns the hold into its bill, once; False when that was done before."""
        ...
