"""A voice under a new name, or under another one besides; names that it had go on meaning it."""

from dataclasses import dataclass
from typing import Literal

from bot.cards import say_voice_card
from bot.lookup import find_voice, only_steward
from pipeline.domain.voices import Voice
from pipeline.domain.work import AuditEntry
from pipeline.ports import Clock, Database

Naming = Literal["rename", "alias"]


@dataclass(frozen=True, slots=True)
class NameVoice:
    """The voice as it is called now. Raises UnknownVoice, NotSteward, VoiceTaken."""

    database: Database
    clock: Clock

    async def __call__(self, team_id: str, user: str, handle: str, name: str, naming: Naming) -> Voice:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await find_voice(tx, team_id, handle)
            only_steward(voice, user)
            if naming == "rename":
                after = await tx.voices.rename(voice, name)
                await say_voice_card(tx, after, now=now)
            else:
                await tx.voices.add_alias(voice, name)
                after = voice
            entry = AuditEntry(team_id, user, f"voice.{naming}", voice.handle, {"name": voice.handle}, {"name": name})
            await tx.audit.record(entry, now=now)
        return after
