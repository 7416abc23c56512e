"""Puts the rows where the provider can read them. Looked for by name first, so that a repeat uploads nothing twice."""

from dataclasses import dataclass, replace
from typing import Final

from bot.features.training.ending import Ending
from bot.features.training.permission import Permission
from bot.features.training.record import Record, Timing, move
from pipeline.domain.training import TuningJob
from pipeline.domain.voices import Sensitivity
from pipeline.domain.work import WorkItem
from pipeline.errors import ProviderBusy, ProviderError, ProviderUnavailable
from pipeline.failpoints import failpoint
from pipeline.ports import ArtifactStore, RunProviders, Transaction

TRAINING_NAME: Final = "{key}.jsonl"
VALIDATION_NAME: Final = "{key}-validation.jsonl"


@dataclass(frozen=True, slots=True)
class Files:
    """What a run learns from, and what it is measured on; SHA-256 (hex) each, validation "" for none."""

    training: str
    validation: str
    sensitivity: Sensitivity


@dataclass(frozen=True, slots=True)
class Upload:
    record: Record
    providers: RunProviders
    artifacts: ArtifactStore
    permission: Permission
    ending: Ending
    timing: Timing

    async def __call__(self, item: WorkItem, job: TuningJob) -> None:
        if not await self.is_allowed(item, job):
            return
        async with self.record.database.read() as tx:
            files = await files_of(tx, job)
        try:
            uploaded = await self.upload(job, files)
        except (ProviderBusy, ProviderUnavailable):
            await self.record.later(item, self.timing.settle_s)
        except ProviderError as error:
            await self.ending.refused(item, job, error)
        else:
            await self.go_on(item, job, uploaded)

    async def is_allowed(self, item: WorkItem, job: TuningJob) -> bool:
        """False when it may no longer be sent anywhere; then it has ended."""
        async with self.record.writing(item, job) as tx:
            why = await self.permission.why_not(tx, job, self.record.clock())
            if why is not None:
                await self.ending.stopped(tx, item, job, why)
        return why is None

    async def upload(self, job: TuningJob, files: Files) -> TuningJob:
        """One file further."""
        if job.training_file is None:
            name = TRAINING_NAME.format(key=job.key)
            return replace(job, training_file=await self.file(job, name, files.training, files.sensitivity))
        name = VALIDATION_NAME.format(key=job.key)
        validation = await self.file(job, name, files.validation, files.sensitivity)
        return replace(job, validation_file=validation, state="sending")

    async def file(self, job: TuningJob, name: str, blob: str, sensitivity: Sensitivity) -> str | None:
        """The provider's id; None when there are no rows."""
        provider = self.providers.training(job.provider)
        if not blob or not (rows := await self.artifacts.get(blob)):
            return None
        known = await provider.find_upload(name)
        if known is not None:
            return known
        failpoint("upload.before_remote")
        uploaded = await provider.upload(rows, filename=name, sensitivity=sensitivity)
        failpoint("upload.after_remote")
        return uploaded

    async def go_on(self, item: WorkItem, job: TuningJob, uploaded: TuningJob) -> None:
        now = self.record.clock()
        async with self.record.writing(item, job) as tx:
            await move(tx, job, uploaded, now=now)
            await tx.work.again(item, run_at=now)


async def files_of(tx: Transaction, job: TuningJob) -> Files:
    """Pairs are those that were approved, by their hash; none of them is held back for measuring."""
    dataset, voice = await tx.datasets.by_id(job.dataset_id), await tx.voices.by_id(job.voice_id)
    sensitivity = dataset.facts.sensitivity(voice)
    if job.method == "dpo":
        request = await tx.spend_requests.by_id(job.spend_request_id)
        return Files(request.pairs_hash, "", sensitivity)
    return Files(dataset.facts.train_blob, dataset.facts.validation_blob, sensitivity)
