"""A new version tried on requests that it was never trained on, beside its untrained base."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pipeline.domain.paid import Paid
from pipeline.domain.training import VoiceModelId
from pipeline.domain.voices import VoiceId

# voice: the new version. few-shot: its base with real posts in the prompt. plain: its base with the request only.
Contender = Literal["voice", "few-shot", "plain"]
TryState = Literal["asked", "written", "skipped"]


@dataclass(frozen=True, slots=True)
class Try(Paid):
    """One contender's draft for one held-out request. number: of the request, from 1.

    blob: SHA-256 (hex) of the text in UTF-8. send_microusd: the most that one send can cost.
    """

    contender: Contender
    number: int
    prompt: str
    state: TryState = "asked"
    blob: str | None = None
    latency_ms: int = 0
    completion_tokens: int = 0
    send_microusd: int = 0

    @property
    def key(self) -> tuple[Contender, int]:
        return self.contender, self.number


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One per version. month: whose budgets pay; asked_by: who asked for the training, and pays with it.

    told: what came of it, as JSON values; None until every draft is there, and for ever where it was given up.
    actual_microusd: what was paid; None as long as the money is held.
    """

    team_id: str
    voice_model_id: VoiceModelId
    voice_id: VoiceId
    started_at: datetime
    month: str
    asked_by: str
    held_microusd: int
    tries: tuple[Try, ...]
    told: Mapping[str, Any] | None = None
    actual_microusd: int | None = None

    @property
    def has_ended(self) -> bool:
        return self.actual_microusd is not None

    @property
    def next(self) -> Try | None:
        """The first that is still to be written."""
        return next((one for one in self.tries if one.state == "asked"), None)

    @property
    def cost_microusd(self) -> int:
        """Of what came."""
        return sum(one.cost_microusd for one in self.tries)

    @property
    def bill_microusd(self) -> int:
        return sum(one.at_most_microusd(one.send_microusd) for one in self.tries)
