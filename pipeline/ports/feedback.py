"""Feedback that went into rounds."""

from typing import Protocol

from pipeline.domain.feedback import RoundFeedback
from pipeline.domain.voices import RoundId, VoiceId


class RoundFeedbacks(Protocol):
    async def take(self, feedback: RoundFeedback) -> None:
        """Of a round that is still open it is renewed."""
        ...

    async def of_round(self, round_id: RoundId) -> RoundFeedback | None: ...

    async def of_voice(self, voice_id: VoiceId) -> list[RoundFeedback]:
        """Oldest round first."""
        ...
