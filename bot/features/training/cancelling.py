"""Cancelling at the provider: the intent is written down, it is sent once, and what became of it is looked up."""

from dataclasses import dataclass, replace
from typing import Final, Literal

from bot.features.training.record import Record, Timing, move, say
from pipeline.domain.training import TuningJob
from pipeline.domain.work import WorkItem
from pipeline.errors import ProviderBusy, ProviderError, ProviderRefused, ProviderUnavailable
from pipeline.failpoints import failpoint
from pipeline.ports import RunProviders

NOT_CANCELLED: Final = "training.not_cancelled"

Sent = Literal["sent", "unknown", "busy"]


@dataclass(frozen=True, slots=True)
class Cancel:
    """job.cancelled_by is set, and the provider was just asked: it is still going on there."""

    record: Record
    providers: RunProviders
    timing: Timing

    async def __call__(self, item: WorkItem, seen: TuningJob, job: TuningJob, provider_job: str) -> None:
        """seen: the row; job: the run as the provider tells it now."""
        now = self.record.clock()
        if job.cancel_intent_at is None:
            await self.send(item, seen, replace(job, cancel_intent_at=now), provider_job)
        elif now < self.timing.shows_at(job.cancel_intent_at):
            await self.write(item, seen, job, wait_s=self.timing.poll_s)
        else:  # it was looked for and had no effect: only then is it sent once more
            await self.write(item, seen, replace(job, cancel_intent_at=None), wait_s=0)

    async def send(self, item: WorkItem, seen: TuningJob, intended: TuningJob, provider_job: str) -> None:
        async with self.record.writing(item, seen) as tx:
            await move(tx, seen, intended, now=self.record.clock())
        sent = await sent_once(self.providers, intended.provider, provider_job)
        if isinstance(sent, ProviderError):
            await self.refused(item, intended, sent)
        elif sent == "busy":
            await self.write(item, intended, replace(intended, cancel_intent_at=None), wait_s=self.timing.settle_s)
        else:
            await self.record.later(item, 0 if sent == "sent" else self.timing.poll_s)

    async def refused(self, item: WorkItem, job: TuningJob, error: ProviderError) -> None:
        """It may have ended meanwhile, which the next look tells; until then people know that it goes on."""
        async with self.record.writing(item, job) as tx:
            code = error.code if isinstance(error, ProviderRefused) else "refused"
            await say(tx, job, "not-cancelled", NOT_CANCELLED, code=code)
            await tx.work.again(item, run_at=self.record.after(self.timing.poll_s))

    async def write(self, item: WorkItem, seen: TuningJob, job: TuningJob, *, wait_s: float) -> None:
        async with self.record.writing(item, seen) as tx:
            if job != seen:
                await move(tx, seen, job, now=self.record.clock())
            await tx.work.again(item, run_at=self.record.after(wait_s))


async def sent_once(providers: RunProviders, provider: str, provider_job: str) -> Sent | ProviderError:
    """The one request. The error is a definite no."""
    try:
        failpoint("cancel.before_remote")
        await providers.run(provider).cancel_job(provider_job)
        failpoint("cancel.after_remote")
    except ProviderBusy:
        return "busy"
    except ProviderUnavailable:
        return "unknown"
    except ProviderError as error:
        return error
    return "sent"
