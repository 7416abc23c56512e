"""What was withdrawn after a model was trained on it: found, told once to the steward and the owner, left out next."""

from dataclasses import dataclass
from typing import Final

from bot.cards import say_voice_card
from bot.emoji_meanings import meanings_in_force
from bot.features.rounds.usecase import PreviewRound
from bot.owners import told_for_owner
from bot.versions import and_what_came_of_them, name_of
from pipeline.domain.feedback import RoundFeedback, UsedRow
from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Voice
from pipeline.domain.work import AuditEntry, Place, Saying
from pipeline.ports import Clock, Database, Transaction
from pipeline.retractions import retracted
from pipeline.verdicts import read_meanings

FORGOTTEN: Final = "rounds.forgotten"


@dataclass(frozen=True, slots=True)
class TraceWithdrawals:
    """Called by the clock. The key of the message says it once per draft and version."""

    database: Database
    preview: PreviewRound
    clock: Clock

    async def __call__(self) -> None:
        async with self.database.read() as tx:
            teams = await tx.voices.teams()
            voices = [voice for team in teams for voice in await tx.voices.of_team(team)]
        for voice in voices:
            await self.trace(voice)

    async def trace(self, voice: Voice) -> None:
        async with self.database.begin() as tx:
            taken = await tx.round_feedbacks.of_voice(voice.voice_id)
            if not taken:
                return
            now = dict(await meanings_in_force(tx, voice.team_id))
            for feedback in taken:  # emoji mean what they meant in that round; others what they mean now
                judged = await self.preview.judged(tx, voice, now | read_meanings(feedback.meanings))
                models = await trained_on(tx, voice, feedback)
                for row in retracted(feedback.used, judged):
                    for model in models:
                        await self.tell(tx, voice, row, model)

    async def tell(self, tx: Transaction, voice: Voice, row: UsedRow, model: VoiceModel) -> None:
        key = f"forgotten:{row.draft_id}:{model.voice_model_id}"
        if await tx.outbox.facts(voice.team_id, f"{key}:{voice.steward}") is not None:
            return
        draft = f"d-{row.draft_id:04d}"
        facts = {
            "draft": draft,
            "row": row.row,
            "name": name_of(voice, model),
            "version": model.version,
            "model_id": model.voice_model_id,
            "voice_id": voice.voice_id,
        }
        for user in dict.fromkeys([voice.steward, *told_for_owner(self.preview.people, voice)]):
            direct = Place(voice.team_id, user_id=user)
            await tx.outbox.say(Saying(f"{key}:{user}", FORGOTTEN, facts, direct))
        await tx.voice_models.learned_from_withdrawn(model.voice_model_id, at=self.clock())
        await say_voice_card(tx, voice, now=self.clock())
        after = {"version": model.version, "row": row.row}
        entry = AuditEntry(voice.team_id, "understudy", "model.trained_on_withdrawn", draft, after=after)
        await tx.audit.record(entry, now=self.clock())


async def trained_on(tx: Transaction, voice: Voice, feedback: RoundFeedback) -> list[VoiceModel]:
    """Versions trained in the round that took this feedback in, and those that went on from them; not retired."""
    models, found = await tx.voice_models.of_voice(voice.voice_id), []
    for model in models:
        if model.tuning_job_id is not None:
            job = await tx.tuning_jobs.by_id(model.tuning_job_id)
            if job.round_id == feedback.round_id:
                found.append(model.version)
    know = and_what_came_of_them(models, found)
    return [model for model in models if model.version in know and model.state != "retired"]
