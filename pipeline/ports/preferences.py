"""What a voice's people want of it."""

from typing import Protocol

from pipeline.domain.preferences import Preferences
from pipeline.domain.voices import Voice, VoiceId


class VoicePreferences(Protocol):
    async def of_voice(self, voice_id: VoiceId) -> Preferences:
        """The usual ones until somebody chose."""
        ...

    async def choose(self, voice: Voice, preferences: Preferences) -> None: ...
