"""A new version tried on requests that it was never trained on, beside its untrained base."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pipeline.domain.training import VoiceModelId

# voice: the new version. few-shot: its base with real posts in the prompt. plain: its base with the request only.
Contender = Literal["voice", "few-shot", "plain"]
TryState = Literal["asked", "written", "skipped"]


@dataclass(frozen=True, slots=True)
class Try:
    """One contender's draft for one held-out request. number: of the request, from 1.

    sends: how often it was sent for, counted before anything leaves. blob: SHA-256 (hex) of the text in UTF-8.
    """

    contender: Contender
    number: int
    prompt: str
    state: TryState = "asked"
    sends: int = 0
    blob: str | None = None
    cost_microusd: int = 0
    latency_ms: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One per version. told: what came of it, as JSON values; None until every draft is there."""

    team_id: str
    voice_model_id: VoiceModelId
    started_at: datetime
    tries: tuple[Try, ...]
    told: Mapping[str, Any] | None = None

    @property
    def next(self) -> Try | None:
        """The first that is still to be written."""
        return next((one for one in self.tries if one.state == "asked"), None)

    @property
    def cost_microusd(self) -> int:
        return sum(one.cost_microusd for one in self.tries)
