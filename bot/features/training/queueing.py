"""A run that waits: for a place at its provider, which everybody gets in turn."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from bot.features.training.ending import Ending
from bot.features.training.permission import Permission
from bot.features.training.progress_card import say_progress
from bot.features.training.record import Record, move, round_and_voice
from bot.run_line import Line, line_at
from pipeline.domain.training import TuningJob, Waiting
from pipeline.domain.work import WorkItem
from pipeline.errors import UnknownProvider
from pipeline.ports import LivenessLocks, RunProviders, Transaction

HOLDER_WAIT_S: Final = 1.0  # somebody else is taking a place at this provider
LOOK_AGAIN_S: Final = 3600.0  # a place that gets free wakes whoever waits; this is for a wake that never came


@dataclass(frozen=True, slots=True)
class Standing:
    """number: 1 is next. waits_for: (handle, round) of those under way; None for another workspace's."""

    number: int
    waits_for: tuple[tuple[str, int] | None, ...]
    begins_at: datetime | None


@dataclass(frozen=True, slots=True)
class TakePlace:
    """Places are given out one at a time: the lock is the provider's."""

    locks: LivenessLocks
    record: Record
    providers: RunProviders
    permission: Permission
    ending: Ending

    async def __call__(self, item: WorkItem, job: TuningJob) -> None:
        async with self.locks.hold(f"places:{job.provider}") as is_ours:
            if is_ours:
                await self.take(item, job)
            else:
                await self.record.later(item, HOLDER_WAIT_S)

    async def take(self, item: WorkItem, job: TuningJob) -> None:
        now, places = self.record.clock(), places_at(self.providers, job.provider)
        async with self.record.writing(item, job) as tx:
            if (why := await self.permission.why_not(tx, job, now)) is not None:
                return await self.ending.stopped(tx, item, job, why)
            line = await line_at(tx, job.provider)
            if line.is_next(job.tuning_job_id, places):
                await move(tx, job, replace(job, state="preflight", started_at=now), now=now)
                return await tx.work.again(item, run_at=now)
            round_, voice = await round_and_voice(tx, job)
            queue = standing_facts(await standing(tx, line, job, places, now))
            await say_progress(tx, round_, voice, job, queue=queue)
            await tx.work.again(item, run_at=self.record.after(LOOK_AGAIN_S))


def places_at(providers: RunProviders, provider: str) -> int:
    try:
        return providers.places(provider)
    except UnknownProvider:
        return 1  # it gets its place, and there it is told that there is no such provider


async def standing(tx: Transaction, line: Line, job: TuningJob, places: int, now: datetime) -> Standing:
    usual = await tx.run_queue.usual(job.team_id, job.provider, job.base)
    return Standing(
        number=line.before(job.tuning_job_id) + 1,
        waits_for=tuple([await name_of(tx, run, job.team_id) for run in line.under_way]),
        begins_at=line.begins_at(job.tuning_job_id, places, usual, now),
    )


async def name_of(tx: Transaction, run: Waiting, team_id: str) -> tuple[str, int] | None:
    if run.team_id != team_id:
        return None
    round_, voice = await round_and_voice(tx, await tx.tuning_jobs.by_id(run.tuning_job_id))
    return voice.handle, round_.number


def standing_facts(stands: Standing) -> dict[str, Any]:
    return {
        "number": stands.number,
        "waits_for": [list(run) if run else None for run in stands.waits_for],
        "begins_at": stands.begins_at.isoformat() if stands.begins_at else None,
    }
