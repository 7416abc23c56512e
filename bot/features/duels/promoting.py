"""Which version writes for the voice's name: promoted after a win or for a reason, kept on trial, retired."""

from dataclasses import dataclass
from typing import Final

from bot.cards import say_voice_card, voice_thread
from bot.duel_gate import gate_of
from bot.features.duels.closing import end, tell
from bot.readiness import only_writing
from bot.rights import only_editors, only_judging
from bot.versions import in_force, name_of
from pipeline.domain.duels import DuelId
from pipeline.domain.training import VoiceModel, VoiceModelId
from pipeline.domain.voices import Voice
from pipeline.domain.work import AuditEntry, Saying
from pipeline.errors import DuelClosed, PromotionBlocked, VersionRetired
from pipeline.ports import Clock, Database, Transaction

PROMOTED: Final = "duels.promoted"
RETIRED: Final = "duels.retired"


@dataclass(frozen=True, slots=True)
class Promotion:
    """reason: why, although it has not beaten everything; "" where it has."""

    team_id: str
    user: str
    model_id: VoiceModelId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CheckPromotion:
    """Before the form for a reason is shown. Raises NotAnEditor, VersionRetired, DuelClosed."""

    database: Database

    async def __call__(self, asked: Promotion) -> None:
        async with self.database.read() as tx:
            await promotable(tx, asked)


@dataclass(frozen=True, slots=True)
class Promote:
    """From now on the voice's name alone means this version; an older one is how one rolls back.

    Raises NotAnEditor, VersionRetired, PromotionBlocked, VoiceNotReady, ConsentMissing, ConsentWithdrawn.
    """

    database: Database
    clock: Clock

    async def __call__(self, asked: Promotion) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            voice, model = await promotable(tx, asked)
            await only_writing(tx, voice, now)
            gate = await gate_of(tx, voice, model)
            if not gate.is_open and not asked.reason and model.promoted_at is None:
                raise PromotionBlocked(name_of(voice, model), gate.unbeaten)
            before = in_force(await tx.voice_models.of_voice(voice.voice_id))
            if before is not None and before.state == "promoted" and before.version == model.version:
                return
            await tx.voice_models.promote(model, by=asked.user, reason=asked.reason, at=now)
            await say_voice_card(tx, voice, now=now)
            facts = {
                "handle": voice.handle,
                "version": model.version,
                "by": asked.user,
                "reason": asked.reason,
                "before": before.version if before is not None and before.version != model.version else None,
            }
            key = f"voice-model:{model.voice_model_id}:promoted:{now.timestamp():.6f}"
            await tx.outbox.say(Saying(key, PROMOTED, facts, voice_thread(voice)))
            after = {"version": model.version, "reason": asked.reason, "gate": gate.is_open}
            entry = AuditEntry(
                voice.team_id, asked.user, "version.promoted", voice.handle, {"version": facts["before"]}, after
            )
            await tx.audit.record(entry, now=now)
            for duel in await tx.duels.of_voice(voice.voice_id):
                if duel.state == "closed" and model.voice_model_id in (duel.facts.one, duel.facts.other):
                    await tell(tx, duel, voice, now=now)


@dataclass(frozen=True, slots=True)
class Retire:
    """It drafts no more; duels with it end and keep their votes. Raises NotAnEditor, VersionRetired, DuelClosed."""

    database: Database
    clock: Clock

    async def __call__(self, asked: Promotion) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            voice, model = await ours(tx, asked)
            await only_judging(tx, voice, asked.user)
            await tx.voice_models.set_state(model.voice_model_id, "retired")
            standing = in_force(await tx.voice_models.of_voice(voice.voice_id))
            facts = {
                "handle": voice.handle,
                "version": model.version,
                "by": asked.user,
                "now": standing.version if standing else None,
            }
            await tx.outbox.say(
                Saying(f"voice-model:{model.voice_model_id}:retired", RETIRED, facts, voice_thread(voice))
            )
            await say_voice_card(tx, voice, now=now)
            after = {"version": model.version, "now": facts["now"]}
            await tx.audit.record(
                AuditEntry(voice.team_id, asked.user, "version.retired", voice.handle, after=after), now=now
            )
            for duel in await tx.duels.of_voice(voice.voice_id):
                if model.voice_model_id not in (duel.facts.one, duel.facts.other):
                    continue
                if duel.state in ("open", "short"):
                    await end(tx, duel, "gone", by=asked.user, now=now)
                elif duel.state == "closed":
                    await tell(tx, duel, voice, now=now)


@dataclass(frozen=True, slots=True)
class KeepOnTrial:
    """Nothing changes, and the result stops asking. Raises NotAnEditor, DuelClosed."""

    database: Database
    clock: Clock

    async def __call__(self, duel_id: DuelId, team_id: str, user: str) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            duel = await tx.duels.by_id(duel_id)
            if duel.facts.team_id != team_id or duel.state != "closed":
                raise DuelClosed
            voice = await tx.voices.by_id(duel.facts.voice_id)
            await only_judging(tx, voice, user)
            await tell(tx, duel, voice, now=now, kept_by=user)
            await tx.audit.record(AuditEntry(team_id, user, "version.kept_on_trial", duel.key), now=now)


async def promotable(tx: Transaction, asked: Promotion) -> tuple[Voice, VoiceModel]:
    voice, model = await ours(tx, asked)
    await only_editors(tx, voice, asked.user)
    return voice, model


async def ours(tx: Transaction, asked: Promotion) -> tuple[Voice, VoiceModel]:
    model = await tx.voice_models.by_id(asked.model_id)
    voice = await tx.voices.by_id(model.voice_id)
    if voice.team_id != asked.team_id:
        raise DuelClosed
    if model.state == "retired":
        raise VersionRetired(name_of(voice, model))
    return voice, model
