"""One idempotent step of one run: looks at the row as it is, never at memory."""

from dataclasses import dataclass

from bot.features.training.billing import Billing, Prices
from bot.features.training.blame import Blame
from bot.features.training.cancelling import Cancel
from bot.features.training.doubt import Doubt
from bot.features.training.ending import Ending
from bot.features.training.evaluating import Evaluate
from bot.features.training.permission import Permission
from bot.features.training.preflight import Preflight
from bot.features.training.queueing import TakePlace
from bot.features.training.record import Overtaken, Record, Timing
from bot.features.training.sending import Send
from bot.features.training.uploading import Upload
from bot.features.training.watching import Watch
from pipeline.domain.training import TuningJob, TuningJobId
from pipeline.domain.work import WorkItem
from pipeline.ports import ArtifactStore, Clock, Database, LivenessLocks, RunProviders


@dataclass(frozen=True, slots=True)
class TuningStep:
    """What the worker calls for kind "tuning". The liveness lock is held over the whole step: a lease is a timer."""

    locks: LivenessLocks
    record: Record
    take_place: TakePlace
    preflight: Preflight
    upload: Upload
    send: Send
    doubt: Doubt
    watch: Watch
    evaluate: Evaluate
    ending: Ending
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
            case TuningJob(state="queued"):
                await self.take_place(item, job)
            case TuningJob(state="preflight"):
                await self.preflight(item, job)
            case TuningJob(state="uploading"):
                await self.upload(item, job)
            case TuningJob(state="sending", training_file=str(training_file)):
                await self.send(item, job, training_file)
            case TuningJob(state="in-doubt", training_file=str(training_file)):
                await self.doubt.look(item, job, training_file)
            case TuningJob(state="validating" | "running", provider_job=str(provider_job)):
                await self.watch(item, job, provider_job)
            case TuningJob(state="evaluating", provider_job=str(provider_job), model_name=str(model_name)):
                await self.evaluate(item, job, provider_job, model_name)
            case _:
                await self.after_the_end(item, job)

    async def after_the_end(self, item: WorkItem, job: TuningJob) -> None:
        """A run that has ended may still have a bill to come, money to give back, or something to be looked for."""
        match job:
            case TuningJob(actual_microusd=None, provider_job=str(provider_job)):
                await self.ending.billing.ask(item, job, provider_job)
            case TuningJob(state="failed", actual_microusd=None):
                await self.ending.expire(item, job)
            case TuningJob(state="cancelled", intent_at=sent, provider_job=None, training_file=str(training_file)) if (
                sent
            ):
                await self.doubt.last_look(item, job, training_file)
            case _:
                await self.record.finish(item)


def tuning_step(
    *,
    database: Database,
    providers: RunProviders,
    prices: Prices,
    artifacts: ArtifactStore,
    locks: LivenessLocks,
    clock: Clock,
    timing: Timing,
) -> TuningStep:
    """The step and its parts, over one set of ports."""
    record, permission = Record(database, clock), Permission(providers, timing.send_within_s)
    ending = Ending(record, Billing(record, providers, prices, timing), Blame(database, artifacts))
    doubt, cancel = Doubt(record, providers, timing), Cancel(record, providers, timing)
    return TuningStep(
        locks=locks,
        record=record,
        take_place=TakePlace(locks, record, providers, permission, ending),
        preflight=Preflight(record, permission, ending),
        upload=Upload(record, providers, artifacts, permission, ending, timing),
        send=Send(record, providers, doubt, permission, ending, timing),
        doubt=doubt,
        watch=Watch(record, providers, ending, cancel, timing),
        evaluate=Evaluate(record, providers, artifacts, ending, timing),
        ending=ending,
        timing=timing,
    )
