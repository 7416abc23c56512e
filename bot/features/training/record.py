"""Writes what became of a run: only while the claim holds, and only if the run is still as the step saw it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.cards import round_thread, say_round_card
from pipeline.domain.training import TuningJob
from pipeline.domain.voices import Round, Voice
from pipeline.domain.work import AuditEntry, Saying, WorkItem
from pipeline.ports import Clock, Database, Transaction

US: Final = "understudy"  # who did it, in the audit log, when no person did


class Overtaken(Exception):
    """A person changed the run while a step was under way; the step looks again."""


@dataclass(frozen=True, slots=True)
class Timing:
    """request_timeout_s: the longest a provider takes to answer or to break off. settle_s: after that, the time until
    its lists show what it took. poll_s: between looks at a running job. lease_margin_s: least lease left for a send;
    a longer call lives on the worker's heartbeat. checks: looks for a lost job before a person is asked.
    """

    request_timeout_s: float
    settle_s: float
    poll_s: float
    lease_margin_s: float = 10.0
    checks: int = 5
    patience_s: float = 600.0

    def shows_at(self, intent_at: datetime) -> datetime:
        """When a job that was accepted is in the provider's lists at the latest."""
        return intent_at + timedelta(seconds=self.request_timeout_s + self.settle_s)

    def next_look_s(self, unknowns: int) -> float:
        """Longer each time: 5 checks from 30 s take about 15 minutes."""
        return min(self.patience_s, self.settle_s * 2.0**unknowns)


@dataclass(frozen=True, slots=True)
class Record:
    database: Database
    clock: Clock

    @asynccontextmanager
    async def writing(self, item: WorkItem, seen: TuningJob) -> AsyncIterator[Transaction]:
        """One fenced transaction. Raises LeaseLost, Overtaken; then nothing of it is written."""
        async with self.database.begin() as tx:
            await tx.work.keep(item)
            if await tx.tuning_jobs.by_id(seen.tuning_job_id) != seen:
                raise Overtaken
            yield tx

    async def later(self, item: WorkItem, wait_s: float) -> None:
        async with self.database.begin() as tx:
            await tx.work.again(item, run_at=self.after(wait_s))

    def after(self, wait_s: float) -> datetime:
        return self.clock() + timedelta(seconds=wait_s)

    async def finish(self, item: WorkItem) -> None:
        async with self.database.begin() as tx:
            await tx.work.finish(item)


async def move(tx: Transaction, before: TuningJob, after: TuningJob, *, by: str = US, now: datetime) -> None:
    """The row, its audit entry, and the round card, which is edited only when what it shows has changed."""
    await tx.tuning_jobs.update(after)
    if before.state != after.state:
        was, became = {"state": before.state}, {"state": after.state, "provider_job": after.provider_job}
        entry = AuditEntry(after.team_id, by, f"training.{after.state}", after.key, was, became)
        await tx.audit.record(entry, now=now)
    round_, voice = await round_and_voice(tx, after)
    await say_round_card(tx, round_, voice, after)


async def round_and_voice(tx: Transaction, job: TuningJob) -> tuple[Round, Voice]:
    return await tx.rounds.by_id(job.round_id), await tx.voices.by_id(job.voice_id)


async def say(tx: Transaction, job: TuningJob, what: str, template: str, **more: Any) -> None:
    """A line in the dataset thread. what: the same one again edits the line."""
    round_, voice = await round_and_voice(tx, job)
    facts = {"handle": voice.handle, "number": round_.number, "provider": job.provider, **more}
    await tx.outbox.say(Saying(f"tuning:{job.tuning_job_id}:{what}", template, facts, round_thread(round_)))
