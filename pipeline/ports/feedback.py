"""Feedback that went into rounds, the owner's word on contested drafts, and what emoji mean in a workspace."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from pipeline.domain.feedback import Decision, RoundFeedback
from pipeline.domain.voices import RoundId, VoiceId


class RoundFeedbacks(Protocol):
    async def take(self, feedback: RoundFeedback) -> None:
        """Of a round that is still open it is renewed."""
        ...

    async def of_round(self, round_id: RoundId) -> RoundFeedback | None: ...

    async def of_voice(self, voice_id: VoiceId) -> list[RoundFeedback]:
        """Oldest round first."""
        ...


class Decisions(Protocol):
    async def give(self, decision: Decision) -> None:
        """In place of the one before."""
        ...

    async def of_voice(self, voice_id: VoiceId) -> list[Decision]: ...


class EmojiMaps(Protocol):
    async def of_team(self, team_id: str) -> Mapping[str, str] | None:
        """Emoji name -> name of a meaning; None where nobody changed anything."""
        ...

    async def put(self, team_id: str, meanings: Mapping[str, str], *, by: str, at: datetime) -> None: ...
