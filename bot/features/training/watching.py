"""Looks at a run the provider has: its words become our states, and its end becomes a model, or a reason."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.features.training.ending import Ending
from bot.features.training.record import Record, Timing, move, say
from pipeline.domain.training import ProviderJob, TuningJob, TuningState
from pipeline.domain.work import WorkItem
from pipeline.errors import ProviderBusy, ProviderError, ProviderUnavailable
from pipeline.failpoints import failpoint
from pipeline.ports import Providers

UNREADABLE: Final = "training.unreadable"
# The provider's words for a run that is going on. Others are carried as they are, and shown.
STATES: Final[Mapping[str, TuningState]] = {
    "validating_files": "validating",
    "queued": "running",
    "running": "running",
}


@dataclass(frozen=True, slots=True)
class Watch:
    record: Record
    providers: Providers
    ending: Ending
    timing: Timing

    async def __call__(self, item: WorkItem, job: TuningJob, provider_job: str) -> None:
        try:
            told = await self.providers.training(job.provider).job(provider_job)
            failpoint("watch.after_remote")
        except (ProviderBusy, ProviderUnavailable):
            return await self.record.later(item, self.timing.poll_s)
        except ProviderError:
            return await self.unreadable(item, job)
        seen = as_told(job, told, self.record.clock())
        match told.status:
            case "succeeded" if told.model_name:
                await self.ending.ready(item, job, seen, told.model_name)
            case "failed" | "cancelled":
                await self.ending.without_model(item, job, seen, told.status)
            case _:
                await self.going_on(item, job, seen)

    async def going_on(self, item: WorkItem, job: TuningJob, seen: TuningJob) -> None:
        if seen == job:
            return await self.record.later(item, self.timing.poll_s)
        async with self.record.writing(item, job) as tx:
            await move(tx, job, seen, now=self.record.clock())
            await tx.work.again(item, run_at=self.record.after(self.timing.poll_s))

    async def unreadable(self, item: WorkItem, job: TuningJob) -> None:
        """A definite no to a question about a run that may cost money: nothing is concluded from it."""
        async with self.record.writing(item, job) as tx:
            await say(tx, job, "unreadable", UNREADABLE, wait_s=self.timing.patience_s)
            await tx.work.again(item, run_at=self.record.after(self.timing.patience_s))


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
        running_at=job.running_at or (now if told.status == "running" else None),
        failure_code=told.error_code,
        failure_message=told.error_message,
    )
