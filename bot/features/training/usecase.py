"""What people decide about runs: send one that was lost, give it up, and look at the queue."""

from dataclasses import dataclass, replace
from typing import Final

from bot.features.training.progress_card import can_cancel
from bot.features.training.queueing import Standing, places_at, standing
from bot.features.training.record import Timing, move, round_and_voice, say
from bot.lookup import only_steward
from bot.run_line import line_at
from pipeline.domain.spending import SpendRequest
from pipeline.domain.training import TuningJob, TuningJobId, TuningState, Usual
from pipeline.domain.voices import Round, Voice
from pipeline.ports import Clock, Database, RunProviders, Transaction

SENT_AGAIN: Final = "training.sent_again"
GIVEN_UP: Final = "training.given_up"


@dataclass(frozen=True, slots=True)
class Answer:
    """One press by one person."""

    team_id: str
    tuning_job_id: TuningJobId
    user: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What was asked for is done, or will be at once."""


@dataclass(frozen=True, slots=True)
class TooLate:
    """The run is no longer waiting for an answer. state: None when this workspace has no such run."""

    state: TuningState | None


@dataclass(frozen=True, slots=True)
class SendNow:
    """The steward says that a run nobody can find may be sent; the step looks once more first. Raises NotSteward."""

    database: Database
    clock: Clock
    timing: Timing

    async def __call__(self, answer: Answer) -> Taken | TooLate:
        now = self.clock()
        async with self.database.begin() as tx:
            job = await waiting_for_answer(tx, answer, self.timing)
            if isinstance(job, TooLate):
                return job
            # unknowns stays above zero: that is what makes the step look before it sends.
            sending = replace(job, state="sending", intent_at=None, unknowns=1, cancelled_by=None)
            await move(tx, job, sending, by=answer.user, now=now)
            await say(tx, job, "found", SENT_AGAIN, user=answer.user)
            await tx.work.enqueue("tuning", job.tuning_job_id, job.team_id, run_at=now)
        return Taken()


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The steward cancels a run nobody can find, and the money is given back. Raises NotSteward."""

    database: Database
    clock: Clock
    timing: Timing

    async def __call__(self, answer: Answer) -> Taken | TooLate:
        now = self.clock()
        async with self.database.begin() as tx:
            job = await waiting_for_answer(tx, answer, self.timing)
            if isinstance(job, TooLate):
                return job
            await tx.ledger.release(job.spend_request_id)
            cancelled = replace(job, state="cancelled", cancelled_by=answer.user, actual_microusd=0, finished_at=now)
            await move(tx, job, cancelled, by=answer.user, now=now)
            await say(tx, job, "found", GIVEN_UP, user=answer.user)
            await tx.work.enqueue("tuning", job.tuning_job_id, job.team_id, run_at=now)
        return Taken()


@dataclass(frozen=True, slots=True)
class JobLine:
    """One run in the list. standing: while it waits. usual: how long such runs took before, while it trains."""

    job: TuningJob
    voice: Voice
    round: Round
    request: SpendRequest
    standing: Standing | None
    usual: Usual | None

    @property
    def can_cancel(self) -> bool:
        return can_cancel(self.job)


@dataclass(frozen=True, slots=True)
class ListJobs:
    """everything: also the runs that have ended. Those that wait stand in the order in which they get a place."""

    database: Database
    providers: RunProviders
    clock: Clock

    async def __call__(self, team_id: str, *, everything: bool) -> list[JobLine]:
        async with self.database.read() as tx:
            if everything:
                voices = await tx.voices.of_team(team_id)
                jobs = [job for voice in voices for job in await tx.tuning_jobs.of_voice(voice.voice_id)]
            else:
                jobs = await tx.tuning_jobs.unfinished(team_id)
            lines = [await self.line(tx, job) for job in jobs]
        return sorted(lines, key=lambda line: (line.standing.number if line.standing else 0, line.job.tuning_job_id))

    async def line(self, tx: Transaction, job: TuningJob) -> JobLine:
        round_, voice = await round_and_voice(tx, job)
        request = await tx.spend_requests.by_id(job.spend_request_id)
        usual = await tx.run_queue.usual(job.team_id, job.provider, job.base)
        stands = await self.standing(tx, job) if job.state == "queued" else None
        return JobLine(job, voice, round_, request, stands, usual)

    async def standing(self, tx: Transaction, job: TuningJob) -> Standing:
        line, places = await line_at(tx, job.provider), places_at(self.providers, job.provider)
        return await standing(tx, line, job, places, self.clock())


async def run_of(tx: Transaction, answer: Answer) -> TuningJob | None:
    """The run that was pressed at; None when this workspace has no such run."""
    try:
        job = await tx.tuning_jobs.by_id(answer.tuning_job_id)
    except LookupError:
        return None
    return job if job.team_id == answer.team_id else None


async def waiting_for_answer(tx: Transaction, answer: Answer, timing: Timing) -> TuningJob | TooLate:
    """The run, if it was looked for often enough and not found. Raises NotSteward."""
    job = await run_of(tx, answer)
    if job is None:
        return TooLate(None)
    only_steward(await tx.voices.by_id(job.voice_id), answer.user)
    if job.state != "in-doubt" or job.unknowns <= timing.checks:
        return TooLate(job.state)
    return job
