"""The one paid call. What is decided is written down before it is done, and an unknown end is never repeated."""

from dataclasses import dataclass, replace

from bot.features.training.doubt import Doubt
from bot.features.training.ending import Ending
from bot.features.training.permission import Permission
from bot.features.training.record import Record, Timing, move
from bot.features.training.watching import as_told
from bot.versions import version_of
from pipeline.domain.training import ProviderJob, TuningJob
from pipeline.domain.work import WorkItem
from pipeline.errors import ProviderBusy, ProviderError, ProviderUnavailable
from pipeline.failpoints import failpoint
from pipeline.ports import RunProviders, Transaction


@dataclass(frozen=True, slots=True)
class Send:
    record: Record
    providers: RunProviders
    doubt: Doubt
    permission: Permission
    ending: Ending
    timing: Timing

    async def __call__(self, item: WorkItem, job: TuningJob, training_file: str) -> None:
        """An intent that is there already means that an earlier step ended between deciding and recording."""
        if job.intent_at is not None:
            await self.doubt.begin(item, job)
        # A person said "send it now" after a doubt: the provider's list has the last word all the same.
        elif not job.unknowns or await self.doubt.found_nothing(item, job, training_file):
            await self.send(item, job, training_file)

    async def send(self, item: WorkItem, job: TuningJob, training_file: str) -> None:
        if (intended := await self.intended(item, job)) is None:
            return
        if not self.has_lease(item):
            return await self.take_back(item, intended, wait_s=0)
        try:
            failpoint("submit.before_remote")
            told = await self.create(intended, training_file)
            failpoint("submit.after_remote")
        except ProviderBusy:
            await self.take_back(item, intended, wait_s=self.timing.settle_s)
        except ProviderUnavailable:
            await self.doubt.begin(item, intended)
        except ProviderError as error:
            await self.ending.refused(item, intended, error)
        else:
            await self.sent(item, intended, told)

    async def intended(self, item: WorkItem, job: TuningJob) -> TuningJob | None:
        """The run with its intent committed; None when consent or money is gone."""
        now = self.record.clock()
        intended = replace(job, intent_at=now)
        async with self.record.writing(item, job) as tx:
            if (why := await self.permission.why_not(tx, job, now)) is not None:
                await self.ending.stopped(tx, item, job, why)
                return None
            await move(tx, job, intended, now=now)
        return intended

    def has_lease(self, item: WorkItem) -> bool:
        return self.record.after(self.timing.lease_margin_s) <= item.lease_until

    async def create(self, job: TuningJob, training_file: str) -> ProviderJob:
        async with self.record.database.read() as tx:
            voice, dataset = await tx.voices.by_id(job.voice_id), await tx.datasets.by_id(job.dataset_id)
            model = await model_to_train(tx, job)
        return await self.providers.training(job.provider).create_job(
            model=model,
            method=job.method,
            training_file=training_file,
            validation_file=job.validation_file,
            epochs=job.epochs,
            key=job.key,
            suffix=voice.handle,
            sensitivity=dataset.facts.sensitivity(voice),
        )

    async def take_back(self, item: WorkItem, job: TuningJob, *, wait_s: float) -> None:
        """Definitely not accepted: the intent is cleared, so that the next step sends."""
        async with self.record.writing(item, job) as tx:
            await move(tx, job, replace(job, intent_at=None), now=self.record.clock())
            await tx.work.again(item, run_at=self.record.after(wait_s))

    async def sent(self, item: WorkItem, job: TuningJob, told: ProviderJob) -> None:
        now = self.record.clock()
        async with self.record.writing(item, job) as tx:
            await move(tx, job, replace(as_told(job, told, now), sent_at=now), now=now)
            await tx.work.again(item, run_at=self.record.after(self.timing.poll_s))


async def model_to_train(tx: Transaction, job: TuningJob) -> str:
    """The provider's name of it: the base, or the version that the run goes on from."""
    if job.parent_version is None:
        return job.base
    parent = await version_of(tx, job.voice_id, job.parent_version)
    assert parent is not None  # versions are never deleted from the database
    return parent.model_name
