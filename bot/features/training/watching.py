"""Looks at a run the provider has: its words become our states, and its end becomes a model, or a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.features.training.cancelling import Cancel
from bot.features.training.ending import Ending
from bot.features.training.progress_card import usual_facts
from bot.features.training.record import Record, Timing, move, say
from pipeline.domain.training import ProviderJob, RunEvent, TuningJob, TuningState, Usual
from pipeline.domain.work import WorkItem
from pipeline.errors import ProviderBusy, ProviderError, ProviderUnavailable
from pipeline.failpoints import failpoint
from pipeline.ports import RunProviders, Transaction

UNREADABLE: Final = "training.unreadable"
SLOW: Final = "training.slow"
EVENTS_KEPT: Final = 5
SLOWER_THAN_EVER: Final = 2  # times the longest of the last runs
NEVER_SLOW_S: Final = 300.0  # nobody is told about minutes
SLOW_WITHOUT_HISTORY_S: Final = 7200.0
# The provider's words for a run that is going on. Others are carried as they are, and shown.
STATES: Final[Mapping[str, TuningState]] = {
    "validating_files": "validating",
    "queued": "running",
    "running": "running",
}


@dataclass(frozen=True, slots=True)
class Slow:
    """usual: None when there is nothing to compare it with."""

    took_s: float
    usual: Usual | None


@dataclass(frozen=True, slots=True)
class Watch:
    record: Record
    providers: RunProviders
    ending: Ending
    cancel: Cancel
    timing: Timing

    async def __call__(self, item: WorkItem, job: TuningJob, provider_job: str) -> None:
        try:
            told = await self.providers.training(job.provider).job(provider_job)
            failpoint("watch.after_remote")
        except (ProviderBusy, ProviderUnavailable):
            return await self.record.later(item, self.timing.next_poll_s(job, self.record.clock()))
        except ProviderError:
            return await self.unreadable(item, job)
        seen = with_events(as_told(job, told, self.record.clock()), await self.events(job, provider_job))
        match told.status:
            case "succeeded" if told.model_name:
                await self.evaluate(item, job, seen, told.model_name)
            case "failed" | "cancelled":
                await self.ending.without_model(item, job, seen, told.status, told.error_param)
            case _ if job.cancelled_by is not None:
                await self.cancel(item, job, seen, provider_job)
            case _:
                await self.going_on(item, job, seen)

    async def events(self, job: TuningJob, provider_job: str) -> Sequence[RunEvent]:
        """Not every server tells any, and a run needs none: it is followed by its state."""
        try:
            return await self.providers.run(job.provider).events(provider_job)
        except ProviderError:
            return ()

    async def going_on(self, item: WorkItem, job: TuningJob, seen: TuningJob) -> None:
        now = self.record.clock()
        slow = await self.slow(seen, now)
        told = replace(seen, slow_told_at=now) if slow else seen
        wait_s = self.timing.next_poll_s(seen, now)
        if told == job:
            return await self.record.later(item, wait_s)
        async with self.record.writing(item, job) as tx:
            await move(tx, job, told, now=now)
            if slow:
                await say_slow(tx, told, slow)
            await tx.work.again(item, run_at=self.record.after(wait_s))

    async def slow(self, job: TuningJob, now: datetime) -> Slow | None:
        """None when it is not, or when people know."""
        took_s = (now - (job.running_at or now)).total_seconds()
        if job.slow_told_at is not None or took_s < NEVER_SLOW_S:
            return None
        async with self.record.database.read() as tx:
            usual = await tx.run_queue.usual(job.team_id, job.provider, job.base)
        limit_s = max(NEVER_SLOW_S, SLOWER_THAN_EVER * usual.high_s) if usual else SLOW_WITHOUT_HISTORY_S
        return Slow(took_s, usual) if took_s >= limit_s else None

    async def evaluate(self, item: WorkItem, job: TuningJob, seen: TuningJob, model_name: str) -> None:
        now = self.record.clock()
        evaluating = replace(seen, state="evaluating", model_name=model_name, finish_at=now)
        async with self.record.writing(item, job) as tx:
            await move(tx, job, evaluating, now=now)
            await tx.work.again(item, run_at=now)

    async def unreadable(self, item: WorkItem, job: TuningJob) -> None:
        """A definite no to a question about a run that may cost money: nothing is concluded from it."""
        async with self.record.writing(item, job) as tx:
            await say(tx, job, "unreadable", UNREADABLE, wait_s=self.timing.patience_s)
            await tx.work.again(item, run_at=self.record.after(self.timing.patience_s))


async def say_slow(tx: Transaction, job: TuningJob, slow: Slow) -> None:
    facts = {"job_id": job.tuning_job_id, "took_s": slow.took_s, "usual": usual_facts(slow.usual), "kept_by": None}
    await say(tx, job, "slow", SLOW, **facts)


def as_told(job: TuningJob, told: ProviderJob, now: datetime) -> TuningJob:
    """The run with everything the provider says of it; a state whose word we do not know stays what it was."""
    known = STATES.get(told.status, job.state)
    state: TuningState = known if known in ("validating", "running") else "validating"
    return replace(
        job,
        state=state,
        provider_job=told.provider_job,
        provider_status=told.status,
        trained_tokens=told.trained_tokens,
        trained_s=told.trained_s,
        running_at=job.running_at or (now if told.status == "running" else None),
        finish_at=expected_at(told, now),
        failure_code=told.error_code,
        failure_message=told.error_message,
    )


def expected_at(told: ProviderJob, now: datetime) -> datetime | None:
    """When the provider expects to end; a time that has passed is no expectation."""
    at = datetime.fromtimestamp(told.finish_at, UTC) if told.finish_at else None
    return at if at is not None and at > now else None


def with_events(job: TuningJob, newest_first: Sequence[RunEvent]) -> TuningJob:
    """The newest few, and how far it is by the newest that says so. Nothing new leaves what was known."""
    if not newest_first:
        return job
    step = next((event for event in newest_first if event.step is not None), None)
    return replace(
        job,
        events=tuple(reversed(newest_first[:EVENTS_KEPT])),
        step=step.step if step else job.step,
        steps=(step.steps or job.steps) if step else job.steps,
    )
