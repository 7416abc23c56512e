"""Uploaded rows are deleted at the provider once a run has ended, as the policy says."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.features.training.record import US, Record, Timing, say
from bot.features.training.uploading import TRAINING_NAME, VALIDATION_NAME
from pipeline.domain.training import TERMINAL_TUNING_STATES, TuningJob, TuningJobId
from pipeline.domain.work import AuditEntry, WorkItem
from pipeline.errors import ProviderBusy, ProviderError, ProviderRefused, ProviderUnavailable, UnknownProvider
from pipeline.failpoints import failpoint
from pipeline.ports import RunProviders, Transaction

FILES_KEPT: Final = "training.files_kept"
MOST_UPLOADS: Final = 20  # of one name: a lost answer may have left a second one


@dataclass(frozen=True, slots=True)
class DeleteFiles:
    """What the worker calls for kind "delete-files". Files are looked for by name, so that a lost upload goes too.

    A repetition finds nothing more. It waits for whatever still looks for the run by its file.
    """

    record: Record
    providers: RunProviders
    timing: Timing

    async def __call__(self, item: WorkItem) -> None:
        async with self.record.database.read() as tx:
            job = await tx.tuning_jobs.by_id(TuningJobId(int(item.subject)))
            is_urgent = await learned_from_withdrawn(tx, job)
        keep_s = 0 if is_urgent else self.timing.forget_after_s
        if keep_s is None or not is_to_be_deleted(job):
            return await self.record.finish(item)
        due = (job.finished_at or self.record.clock()) + timedelta(seconds=keep_s)
        if self.record.clock() < due or job.actual_microusd is None:
            async with self.record.database.begin() as tx:
                return await tx.work.again(item, run_at=max(due, self.record.after(self.timing.patience_s)))
        await self.delete(item, job)

    async def delete(self, item: WorkItem, job: TuningJob) -> None:
        try:
            deleted = [file for name in (TRAINING_NAME, VALIDATION_NAME) for file in await self.all_of(job, name)]
        except (ProviderBusy, ProviderUnavailable):
            return await self.record.later(item, self.timing.patience_s)
        except ProviderError as error:
            return await self.refused(item, job, error)
        now = self.record.clock()
        async with self.record.writing(item, job) as tx:
            await tx.tuning_jobs.update(replace(job, files_deleted_at=now))
            entry = AuditEntry(job.team_id, US, "training.files_deleted", job.key, after={"files": deleted})
            await tx.audit.record(entry, now=now)
            await tx.work.finish(item)

    async def all_of(self, job: TuningJob, name: str) -> list[str]:
        """The provider's ids of what was deleted now. What a run knows is deleted even where lists do not show it."""
        known = job.training_file if name == TRAINING_NAME else job.validation_file
        deleted: list[str] = []
        for _ in range(MOST_UPLOADS):
            file_id = known or await self.providers.training(job.provider).find_upload(name.format(key=job.key))
            if file_id is None or file_id in deleted:
                break
            if await self.providers.run(job.provider).delete_file(file_id):
                deleted.append(file_id)
            failpoint("delete.after_remote")
            known = None
        return deleted

    async def refused(self, item: WorkItem, job: TuningJob, error: ProviderError) -> None:
        """Said once, and tried again every day: an operator may give the key the right to."""
        files = [file for file in (job.training_file, job.validation_file) if file]
        if not files and isinstance(error, UnknownProvider):
            return await self.record.finish(item)  # it was not set up when the run got its place: nothing was sent
        code = error.code if isinstance(error, ProviderRefused) else "refused"
        async with self.record.writing(item, job) as tx:
            await say(tx, job, "files", FILES_KEPT, files=files, code=code)
            await tx.work.again(item, run_at=self.record.after(self.timing.bill_within_s))


async def learned_from_withdrawn(tx: Transaction, job: TuningJob) -> bool:
    """Somebody had something of these rows forgotten: they go at once, whatever the policy says."""
    models = await tx.voice_models.of_voice(job.voice_id)
    return any(one.tuning_job_id == job.tuning_job_id and one.withdrawn_data_at is not None for one in models)


def is_to_be_deleted(job: TuningJob) -> bool:
    """It has ended, it had a place (before that nothing is sent), and it was not done before."""
    return job.state in TERMINAL_TUNING_STATES and job.started_at is not None and job.files_deleted_at is None
