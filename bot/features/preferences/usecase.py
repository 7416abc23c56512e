"""Looks at what a voice's people want of it, and changes it."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from bot.lookup import find_voice, only_steward
from pipeline.domain.preferences import Preferences
from pipeline.domain.voices import Voice
from pipeline.domain.work import AuditEntry
from pipeline.ports import Clock, Database

TARGETS_S: Final = range(1, 601)


@dataclass(frozen=True, slots=True)
class Chosen:
    voice: Voice
    preferences: Preferences


@dataclass(frozen=True, slots=True)
class ChoosePreferences:
    """changes: fields of Preferences; none only looks. Raises UnknownVoice and, where something changes, NotSteward."""

    database: Database
    clock: Clock

    async def __call__(self, team_id: str, user: str, handle: str, changes: dict[str, Any]) -> Chosen:
        async with self.database.begin() as tx:
            voice = await find_voice(tx, team_id, handle)
            before = await tx.preferences.of_voice(voice.voice_id)
            after = replace(before, **changes)
            if not changes:
                return Chosen(voice, before)
            only_steward(voice, user)
            if after != before:
                await tx.preferences.choose(voice, after)
                entry = AuditEntry(team_id, user, "voice.preferences", voice.handle, asdict(before), asdict(after))
                await tx.audit.record(entry, now=self.clock())
            return Chosen(voice, after)
