"""Jobs at a provider that nobody approved: cancelled for real, looked up, and told with what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from bot.features.training.billing import Billing, share_of
from bot.features.training.cancelling import sent_once
from bot.features.training.record import US, Record, Timing, say
from pipeline.domain.training import ProviderJob, StrayJob, StrayJobId, TuningJob
from pipeline.domain.work import AuditEntry, WorkItem
from pipeline.errors import ProviderBusy, ProviderError, ProviderRefused, ProviderUnavailable
from pipeline.ports import LivenessLocks, RunProviders, Transaction

ADOPTED_EXTRA: Final = "training.adopted_extra"
ORPHAN: Final = "training.orphan"
ENDED: Final = frozenset({"succeeded", "failed", "cancelled"})
NOT_SAVED: Final = StrayJobId(0)


@dataclass(frozen=True, slots=True)
class CancelStray:
    """What the worker calls for kind "stray-job": the same protocol as for a run that people cancel."""

    locks: LivenessLocks
    record: Record
    providers: RunProviders
    billing: Billing
    timing: Timing

    async def __call__(self, item: WorkItem) -> None:
        stray_job_id = StrayJobId(int(item.subject))
        async with self.locks.hold(f"stray-job:{stray_job_id}") as is_ours:
            if not is_ours:
                return await self.record.later(item, self.timing.settle_s)
            async with self.record.database.read() as tx:
                stray = await tx.stray_jobs.by_id(stray_job_id)
                job = await tx.tuning_jobs.by_id(stray.tuning_job_id)
            if stray.ended_at is None:
                await self.look(item, job, stray)
            else:
                await self.record.finish(item)

    async def look(self, item: WorkItem, job: TuningJob, stray: StrayJob) -> None:
        try:
            told = await self.providers.training(stray.provider).job(stray.provider_job)
        except (ProviderBusy, ProviderUnavailable):
            return await self.record.later(item, self.timing.settle_s)
        except ProviderError as error:
            return await self.denied(item, job, stray, error)
        seen = await self.with_step(replace(stray, status=told.status))
        now = self.record.clock()
        if told.status in ENDED:
            await self.ended(item, job, seen, told)
        elif stray.intent_at is None:
            await self.cancel(item, job, replace(seen, intent_at=now))
        elif now < self.timing.shows_at(stray.intent_at):
            await self.write(item, job, seen, wait_s=self.timing.poll_s)
        else:  # looked for, and going on: only then is it sent once more
            await self.write(item, job, replace(seen, intent_at=None), wait_s=0)

    async def with_step(self, stray: StrayJob) -> StrayJob:
        try:
            events = await self.providers.run(stray.provider).events(stray.provider_job)
        except ProviderError:
            return stray
        step = next((event for event in events if event.step is not None), None)
        return replace(stray, step=step.step, steps=step.steps) if step else stray

    async def cancel(self, item: WorkItem, job: TuningJob, intended: StrayJob) -> None:
        async with self.record.database.begin() as tx:
            await tx.work.keep(item)
            await tx.stray_jobs.update(intended)
        sent = await sent_once(self.providers, intended.provider, intended.provider_job)
        if sent == "busy":
            await self.write(item, job, replace(intended, intent_at=None), wait_s=self.timing.settle_s)
        else:  # refused or unknown: the next look says what became of it
            await self.write(item, job, intended, wait_s=0 if sent == "sent" else self.timing.poll_s)

    async def ended(self, item: WorkItem, job: TuningJob, stray: StrayJob, told: ProviderJob) -> None:
        """Its bill may come late; what it costs at most is told until then."""
        now = self.record.clock()
        billed = None
        if told.trained_tokens is not None:
            async with self.record.database.read() as tx:
                billed = await self.billing.priced(tx, job, told.trained_tokens, told.trained_s)
        if billed is None and not is_over(stray, now, self.timing.bill_within_s):
            return await self.write(item, job, stray, wait_s=self.timing.patience_s)
        done = replace(stray, billed_microusd=billed, ended_at=now)
        async with self.record.database.begin() as tx:
            await tx.work.keep(item)
            await tx.stray_jobs.update(done)
            await say_strays(tx, job, stray.kind)
            after = {"provider_job": stray.provider_job, "status": stray.status, "billed_microusd": billed}
            await tx.audit.record(AuditEntry(job.team_id, US, "training.stray_ended", job.key, after=after), now=now)
            await tx.work.finish(item)

    async def denied(self, item: WorkItem, job: TuningJob, stray: StrayJob, error: ProviderError) -> None:
        """The provider won't tell: people must look there. It is asked again, in case that passes."""
        code = error.code if isinstance(error, ProviderRefused) else "refused"
        await self.write(item, job, replace(stray, status=f"unknown ({code})"), wait_s=self.timing.patience_s)

    async def write(self, item: WorkItem, job: TuningJob, stray: StrayJob, *, wait_s: float) -> None:
        async with self.record.database.begin() as tx:
            await tx.work.keep(item)
            await tx.stray_jobs.update(stray)
            await say_strays(tx, job, stray.kind)
            await tx.work.again(item, run_at=self.record.after(wait_s))


def is_over(stray: StrayJob, now: datetime, within_s: float) -> bool:
    """Whether nobody asks for its bill any more."""
    return now >= stray.found_at + timedelta(seconds=within_s)


async def found_strays(
    tx: Transaction, job: TuningJob, found: Sequence[ProviderJob], kind: Literal["extra", "orphan"], *, now: datetime
) -> None:
    """Each is a row to be cancelled; with the alarm in the audit log and a line for people."""
    for other in found:
        stray = StrayJob(
            NOT_SAVED, job.team_id, job.tuning_job_id, job.provider, other.provider_job, kind, now, other.status
        )
        stored = await tx.stray_jobs.add(stray)
        await tx.work.enqueue("stray-job", stored.stray_job_id, job.team_id, run_at=now)
    what = "training.extra_jobs" if kind == "extra" else "training.orphan"
    after = {"provider_jobs": [other.provider_job for other in found]}
    await tx.audit.record(AuditEntry(job.team_id, US, what, job.key, after=after), now=now)
    await say_strays(tx, job, kind)


async def say_strays(tx: Transaction, job: TuningJob, kind: Literal["extra", "orphan"]) -> None:
    """One line about all of a kind, edited as they end."""
    request = await tx.spend_requests.by_id(job.spend_request_id)
    current = await tx.tuning_jobs.by_id(job.tuning_job_id)
    strays = [stray for stray in await tx.stray_jobs.of_run(job.tuning_job_id) if stray.kind == kind]
    told = [facts_of(stray, current, request.estimate_microusd) for stray in strays]
    if kind == "extra":
        await say(tx, job, "found", ADOPTED_EXTRA, kept=current.provider_job, extra=told)
    else:
        await say(tx, job, "orphan", ORPHAN, extra=told)


def facts_of(stray: StrayJob, job: TuningJob, estimate_microusd: int) -> dict[str, Any]:
    """percent: how far it came; at_most_microusd: what that costs by the estimate."""
    far = replace(job, state="cancelled", step=stray.step, steps=stray.steps)
    return {
        "provider_job": stray.provider_job,
        "status": stray.status,
        "percent": 100 * (stray.step or 0) // stray.steps if stray.steps else None,
        "billed_microusd": stray.billed_microusd,
        "at_most_microusd": share_of(far, estimate_microusd),
    }
