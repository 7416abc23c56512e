"""The last look right before anything is sent: consent, money, and whether the provider still takes it."""

from dataclasses import dataclass, replace

from bot.features.training.ending import Ending
from bot.features.training.permission import Permission
from bot.features.training.record import Record, move
from pipeline.domain.training import TuningJob
from pipeline.domain.work import WorkItem


@dataclass(frozen=True, slots=True)
class Preflight:
    record: Record
    permission: Permission
    ending: Ending

    async def __call__(self, item: WorkItem, job: TuningJob) -> None:
        now = self.record.clock()
        async with self.record.writing(item, job) as tx:
            if (why := await self.permission.last_look(tx, job, now)) is not None:
                return await self.ending.stopped(tx, item, job, why)
            await move(tx, job, replace(job, state="uploading"), now=now)
            await tx.work.again(item, run_at=now)
