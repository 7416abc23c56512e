"""Cancelling a run in any state, and waiting on for one that is slow."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.features.training.billing import say_ended
from bot.features.training.progress_card import can_cancel
from bot.features.training.record import move, say
from bot.features.training.usecase import Answer, Taken, TooLate, run_of
from bot.features.training.watching import SLOW
from bot.lookup import only_steward
from pipeline.domain.training import TERMINAL_TUNING_STATES, TuningJob
from pipeline.domain.voices import Voice
from pipeline.domain.work import AuditEntry
from pipeline.ports import Clock, Database, Deciders, Transaction


@dataclass(frozen=True, slots=True)
class CancelRun:
    """Before anything was sent it ends here, for nothing. Later the provider is told so, or looked at first.

    The steward, the owner and approvers may. Raises NotSteward.
    """

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, answer: Answer) -> Taken | TooLate:
        now = self.clock()
        async with self.database.begin() as tx:
            job = await run_of(tx, answer)
            if job is None:
                return TooLate(None)
            await only_who_may_cancel(tx, await tx.voices.by_id(job.voice_id), answer.user, self.people)
            if is_waiting_for_money(job) or (can_cancel(job) and not may_be_there(job)):
                await self.end(tx, job, answer.user, now)
            elif can_cancel(job):
                await self.wish(tx, job, answer.user, now)
            else:
                return TooLate(job.state)
        return Taken()

    async def end(self, tx: Transaction, job: TuningJob, user: str, now: datetime) -> None:
        """Nothing was sent: nothing is looked for, and its money is free."""
        request = await tx.spend_requests.by_id(job.spend_request_id)
        cancelled = replace(job, state="cancelled", cancelled_by=user, actual_microusd=0, finished_at=now)
        await tx.ledger.release(job.spend_request_id)
        await move(tx, job, cancelled, by=user, now=now)
        await say_ended(tx, cancelled, request.estimate_microusd)

    async def wish(self, tx: Transaction, job: TuningJob, user: str, now: datetime) -> None:
        await move(tx, job, replace(job, cancelled_by=user), now=now)
        entry = AuditEntry(job.team_id, user, "training.cancel_asked", job.key, {"state": job.state})
        await tx.audit.record(entry, now=now)
        await tx.work.enqueue("tuning", job.tuning_job_id, job.team_id, run_at=now)


@dataclass(frozen=True, slots=True)
class KeepWaiting:
    """Somebody saw that a run is slow. Raises NotSteward."""

    database: Database
    people: Deciders

    async def __call__(self, answer: Answer) -> Taken | TooLate:
        async with self.database.begin() as tx:
            job = await run_of(tx, answer)
            if job is None:
                return TooLate(None)
            await only_who_may_cancel(tx, await tx.voices.by_id(job.voice_id), answer.user, self.people)
            if job.state in TERMINAL_TUNING_STATES:
                return TooLate(job.state)
            told = await tx.outbox.facts(job.team_id, f"tuning:{job.tuning_job_id}:slow")
            if told is not None:
                await say(tx, job, "slow", SLOW, **{**told, "kept_by": answer.user})
        return Taken()


async def only_who_may_cancel(tx: Transaction, voice: Voice, user: str, people: Deciders) -> None:
    """Raises NotSteward."""
    rules = await tx.spend_rules.of_team(voice.team_id)
    if user not in people.reachable(voice.team_id, rules.approvers):
        only_steward(voice, user)


def may_be_there(job: TuningJob) -> bool:
    """Whether the provider may have it: once the one send was decided, nobody knows without looking."""
    return job.intent_at is not None or job.provider_job is not None


def is_waiting_for_money(job: TuningJob) -> bool:
    """It failed because the provider's account was empty, and its approval is kept."""
    return job.state == "failed" and job.actual_microusd is None and job.provider_job is None
