"""One idempotent step of one run: looks at the row as it is, never at memory."""

from dataclasses import dataclass

from bot.features.training.doubt import Doubt
from bot.features.training.ending import Ending, Prices
from bot.features.training.record import Overtaken, Record, Timing
from bot.features.training.sending import Send
from bot.features.training.uploading import Upload
from bot.features.training.watching import Watch
from pipeline.domain.training import TuningJob, TuningJobId
from pipeline.domain.work import WorkItem
from pipeline.ports import ArtifactStore, Clock, Database, LivenessLocks, Providers


@dataclass(frozen=True, slots=True)
class TuningStep:
    """What the worker calls for kind "tuning". The liveness lock is held over the whole step: a lease is a timer."""

    locks: LivenessLocks
    record: Record
    upload: Upload
    send: Send
    doubt: Doubt
    watch: Watch
    timing: Timing

    async def __call__(self, item: WorkItem) -> None:
        job_id = TuningJobId(int(item.subject))
        async with self.locks.hold(f"tuning:{job_id}") as is_ours:
            if not is_ours:
                return await self.record.later(item, self.timing.settle_s)
            async with self.record.database.read() as tx:  # only now: another holder may have moved it meanwhile
                job = await tx.tuning_jobs.by_id(job_id)
            try:
                await self.take(item, job)
            except Overtaken:
                await self.record.later(item, 0)

    async def take(self, item: WorkItem, job: TuningJob) -> None:
        match job:
            case TuningJob(state="queued" | "uploading"):
                await self.upload(item, job)
            case TuningJob(state="sending", training_file=str(training_file)):
                await self.send(item, job, training_file)
            case TuningJob(state="in-doubt", training_file=str(training_file)):
                await self.doubt.look(item, job, training_file)
            case TuningJob(state="validating" | "running", provider_job=str(provider_job)):
                await self.watch(item, job, provider_job)
            case TuningJob(state="cancelled", intent_at=sent, provider_job=None, training_file=str(training_file)) if (
                sent
            ):
                await self.doubt.last_look(item, job, training_file)
            case _:
                await self.record.finish(item)


def tuning_step(
    *,
    database: Database,
    providers: Providers,
    prices: Prices,
    artifacts: ArtifactStore,
    locks: LivenessLocks,
    clock: Clock,
    timing: Timing,
) -> TuningStep:
    """The step and its parts, over one set of ports."""
    record = Record(database, clock)
    ending, doubt = Ending(record, prices), Doubt(record, providers, timing)
    return TuningStep(
        locks=locks,
        record=record,
        upload=Upload(record, providers, artifacts, ending, timing),
        send=Send(record, providers, doubt, ending, timing),
        doubt=doubt,
        watch=Watch(record, providers, ending, timing),
        timing=timing,
    )
