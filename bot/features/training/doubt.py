"""Something was sent and its answer is unknown: look, adopt what is found, and ask a person when nothing is."""

from dataclasses import dataclass, replace
from typing import Final

from bot.features.training.billing import say_ended
from bot.features.training.record import Record, Timing, move, say
from bot.features.training.strays import found_strays
from bot.features.training.watching import as_told
from pipeline.domain.training import ProviderJob, TuningJob
from pipeline.domain.work import WorkItem
from pipeline.errors import ProviderError
from pipeline.failpoints import failpoint
from pipeline.ports import RunProviders

CHECKING: Final = "training.checking"
UNREACHABLE: Final = "training.unreachable"
ADOPTED: Final = "training.adopted"
NOT_SENT: Final = "training.not_sent"


@dataclass(frozen=True, slots=True)
class Doubt:
    record: Record
    providers: RunProviders
    timing: Timing

    async def begin(self, item: WorkItem, job: TuningJob) -> None:
        """Keep the intent, and wait until the provider's lists show whatever it took."""
        doubtful = replace(job, state="in-doubt", unknowns=job.unknowns + 1)
        async with self.record.writing(item, job) as tx:
            await move(tx, job, doubtful, now=self.record.clock())
            await say(tx, job, "checking", CHECKING)
            await tx.work.again(item, run_at=self.timing.shows_at(job.intent_at or self.record.clock()))

    async def look(self, item: WorkItem, job: TuningJob, training_file: str) -> None:
        if job.intent_at is not None and self.record.clock() < self.timing.shows_at(job.intent_at):
            async with self.record.database.begin() as tx:
                await tx.work.again(item, run_at=self.timing.shows_at(job.intent_at))
        elif await self.found_nothing(item, job, training_file):
            await self.nothing(item, job)

    async def found_nothing(self, item: WorkItem, job: TuningJob, training_file: str) -> bool:
        """False when the step is over: a job was adopted, or the provider could not be asked."""
        try:
            found = await self.found(job, training_file)
        except ProviderError:
            await self.unreachable(item, job)
            return False
        if found:
            await self.adopt(item, job, found)
        return not found

    async def found(self, job: TuningJob, training_file: str) -> list[ProviderJob]:
        provider = self.providers.training(job.provider)
        found = await provider.find_jobs(key=job.key, training_file=training_file, method=job.method)
        failpoint("find.after_remote")
        return found

    async def unreachable(self, item: WorkItem, job: TuningJob) -> None:
        async with self.record.writing(item, job) as tx:
            await say(tx, job, "checking", UNREACHABLE, wait_s=self.timing.patience_s)
            await tx.work.again(item, run_at=self.record.after(self.timing.patience_s))

    async def adopt(self, item: WorkItem, job: TuningJob, found: list[ProviderJob]) -> None:
        """The oldest is ours. Others are paid as well: they are cancelled, with an alarm."""
        now, first = self.record.clock(), found[0]
        async with self.record.writing(item, job) as tx:
            adopted = replace(as_told(job, first, now), sent_at=job.sent_at or job.intent_at or now)
            await move(tx, job, adopted, now=now)
            if found[1:]:
                await found_strays(tx, adopted, found[1:], "extra", now=now)
            else:
                await say(tx, job, "found", ADOPTED, created_at=first.created_at)
            await tx.work.again(item, run_at=now)

    async def nothing(self, item: WorkItem, job: TuningJob) -> None:
        """Ask a person after enough looks, and go on looking: never send again by ourselves."""
        is_asking = job.unknowns >= self.timing.checks
        if is_asking and job.cancelled_by is not None:
            return await self.given_up(item, job)
        wait_s = self.timing.patience_s if is_asking else self.timing.next_look_s(job.unknowns)
        looked = replace(job, unknowns=min(job.unknowns + 1, self.timing.checks + 1))
        async with self.record.writing(item, job) as tx:
            await move(tx, job, looked, now=self.record.clock())
            if is_asking:
                await say(tx, job, "found", NOT_SENT, job_id=job.tuning_job_id)
            await tx.work.again(item, run_at=self.record.after(wait_s))

    async def given_up(self, item: WorkItem, job: TuningJob) -> None:
        """Somebody cancelled it while nobody knew whether it was there, and it was never found."""
        now = self.record.clock()
        cancelled = replace(job, state="cancelled", actual_microusd=0, finished_at=now)
        async with self.record.writing(item, job) as tx:
            request = await tx.spend_requests.by_id(job.spend_request_id)
            await tx.ledger.release(job.spend_request_id)
            await move(tx, job, cancelled, by=job.cancelled_by or "", now=now)
            await say_ended(tx, cancelled, request.estimate_microusd)
            await tx.work.again(item, run_at=self.record.after(self.timing.patience_s))

    async def last_look(self, item: WorkItem, job: TuningJob, training_file: str) -> None:
        """A person gave up on a run in doubt: if the provider has it after all it is cancelled there, loudly."""
        try:
            found = await self.found(job, training_file)
        except ProviderError:
            return await self.record.later(item, self.timing.patience_s)
        now = self.record.clock()
        async with self.record.writing(item, job) as tx:
            if found:
                await move(tx, job, replace(job, provider_job=found[0].provider_job), now=now)
                await found_strays(tx, job, found, "orphan", now=now)
            await tx.work.finish(item)
