"""Pausing a voice, going on with it, and retiring one of its versions: by its steward or its owner."""

from dataclasses import dataclass

from bot.cards import say_voice_card
from bot.lookup import find_voice, only_steward
from pipeline.domain.voices import Voice, VoiceState
from pipeline.domain.work import AuditEntry
from pipeline.errors import VoiceNotReady
from pipeline.ports import Clock, Database


@dataclass(frozen=True, slots=True)
class ChangeStanding:
    """From this commit on a paused voice writes nothing, also half-way. A closed one stays closed.

    Raises UnknownVoice, NotSteward, VoiceNotReady.
    """

    database: Database
    clock: Clock

    async def __call__(self, team_id: str, user: str, handle: str, state: VoiceState) -> Voice:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await find_voice(tx, team_id, handle)
            only_steward(voice, user)
            if voice.state == "closed":
                raise VoiceNotReady(voice.handle, voice.state)
            if voice.state != state:
                await tx.voices.set_state(voice.voice_id, state, by=user, at=now)
                before, after = {"state": voice.state}, {"state": state}
                entry = AuditEntry(team_id, user, f"voice.{state}", voice.handle, before, after)
                await tx.audit.record(entry, now=now)
                await say_voice_card(tx, await tx.voices.by_id(voice.voice_id), now=now)
        return voice


@dataclass(frozen=True, slots=True)
class RetireVersion:
    """It is no longer drafted with; what was said about its drafts stays.

    Raises UnknownVoice, NotSteward, VoiceNotReady when there is no such version.
    """

    database: Database
    clock: Clock

    async def __call__(self, team_id: str, user: str, handle: str, version: int) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await find_voice(tx, team_id, handle)
            only_steward(voice, user)
            models = {model.version: model for model in await tx.voice_models.of_voice(voice.voice_id)}
            if version not in models:
                raise VoiceNotReady(f"{voice.handle}@v{version}", "there is no such version")
            model = models[version]
            await tx.voice_models.set_state(model.voice_model_id, "retired")
            before, after = {"state": model.state}, {"state": "retired"}
            entry = AuditEntry(team_id, user, "version.retired", f"{voice.handle}@v{version}", before, after)
            await tx.audit.record(entry, now=now)
            await say_voice_card(tx, voice, now=now)
