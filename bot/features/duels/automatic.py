"""After training and its trial: the new version meets the one in force, paid from what the approval left over."""

from dataclasses import dataclass
from typing import Final

from bot.cards import voice_thread
from bot.features.duels.usecase import BRIEFS, MIN_BRIEFS, DuelWish, FillDuelForm, Pairing, Side, StartDuel
from bot.slack.failures import sentence_for
from pipeline.domain.training import TuningJobId, VoiceModel, VoiceModelId
from pipeline.domain.work import Saying, WorkItem
from pipeline.errors import AppError, NoBriefs
from pipeline.ports import Database, Transaction

NOT_STARTED: Final = "duels.not_started"
MOST_MICROUSD: Final = 500_000  # nobody presses for it, so it stays below half a dollar


@dataclass(frozen=True, slots=True)
class Meeting:
    """user: who pays. left_microusd: of what was approved for the training."""

    user: str
    pairing: Pairing
    left_microusd: int


@dataclass(frozen=True, slots=True)
class StartAutomatically:
    """Where there is an earlier trained version that is not retired. What stands in the way is said, and never tried
    again by itself."""

    database: Database
    fill: FillDuelForm
    start: StartDuel

    async def __call__(self, item: WorkItem) -> None:
        async with self.database.read() as tx:
            meeting = await self.meeting(tx, item)
        if meeting is not None:
            await self.begin(item, meeting)
        async with self.database.begin() as tx:
            await tx.work.finish(item)

    async def meeting(self, tx: Transaction, item: WorkItem) -> Meeting | None:
        model = await tx.voice_models.by_id(VoiceModelId(int(item.subject)))
        others = [
            each
            for each in await tx.voice_models.of_voice(model.voice_id)
            if 0 < each.version < model.version and each.state != "retired"
        ]
        if not others or model.state == "retired" or model.tuning_job_id is None:
            return None
        voice = await tx.voices.by_id(model.voice_id)
        rival = next((each for each in others if each.state == "promoted"), others[-1])
        pairing = Pairing(voice.handle, Side(model.version), Side(rival.version))
        return Meeting(voice.steward, pairing, await left_microusd(tx, model, model.tuning_job_id))

    async def begin(self, item: WorkItem, meeting: Meeting) -> None:
        pairing = meeting.pairing
        try:
            form = await self.fill(item.team_id, meeting.user, pairing, "")
            if len(form.briefs) < MIN_BRIEFS:
                raise NoBriefs(MIN_BRIEFS)
            wish = DuelWish(
                team_id=item.team_id,
                user=meeting.user,
                pairing=pairing,
                briefs=form.briefs[:BRIEFS],
                voters=form.voters,
                closes_at=form.closes_at,
                ceiling_microusd=min(MOST_MICROUSD, meeting.left_microusd),
                delivery=f"auto-duel:{item.subject}",
                is_automatic=True,
                held_out=form.held_out,
            )
            await self.start(wish)
        except AppError as error:
            await self.say(item, pairing, sentence_for(error))

    async def say(self, item: WorkItem, pairing: Pairing, why: str) -> None:
        async with self.database.begin() as tx:
            voice = await tx.voices.by_handle(item.team_id, pairing.handle)
            assert voice is not None
            versions = [pairing.one.version, pairing.other.version]
            facts = {"handle": voice.handle, "versions": versions, "why": why}
            await tx.outbox.say(Saying(f"auto-duel:{item.subject}", NOT_STARTED, facts, voice_thread(voice)))


async def left_microusd(tx: Transaction, model: VoiceModel, tuning_job_id: TuningJobId) -> int:
    """Of the ceiling, after training and trial; the estimate stands in for a bill that nobody knows yet."""
    job = await tx.tuning_jobs.by_id(tuning_job_id)
    request = await tx.spend_requests.by_id(job.spend_request_id)
    trial = await tx.evaluations.of_model(model.voice_model_id)
    trained = request.estimate_microusd if job.actual_microusd is None else job.actual_microusd
    return max(0, request.ceiling_microusd - trained - (trial.bill_microusd if trial else 0))
