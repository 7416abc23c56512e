"""Writes what became of a run: only while the claim holds, and only if the run is still as the step saw it."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.cards import round_thread, say_round_card
from bot.features.training.progress_card import say_progress
from bot.run_line import LOOKS, line_at
from pipeline.domain.training import TERMINAL_TUNING_STATES, UNDER_WAY, TuningJob
from pipeline.domain.voices import Round, Voice
from pipeline.domain.work import AuditEntry, Saying, WorkItem
from pipeline.ports import Clock, Database, Transaction

US: Final = "understudy"  # who did it, in the audit log, when no person did
DAY_S: Final = 86_400.0
SLOWER_BY: Final = 10  # a run of ten minutes is looked at every minute
JITTER: Final = 0.15  # so that runs that began together are not looked at together for ever
WOKEN: Final = 20  # that wait, when a place is free: those further behind hear of it later


class Overtaken(Exception):
    """A person changed the run while a step was under way; the step looks again."""


@dataclass(frozen=True, slots=True)
class Timing:
    """request_timeout_s: the longest a provider takes to answer or to break off. settle_s: after that, the time until
    its lists show what it took. poll_s, longest_poll_s: between looks at a running job, at first and at last.
    lease_margin_s: least lease left for a send; a longer call lives on the worker's heartbeat. checks: looks for a lost
    job before a person is asked. send_within_s: an approval that is not used by then expires. bill_within_s: how long
    a provider is asked for its bill. forget_after_s: when uploaded rows are deleted there; None keeps them.
    """

    request_timeout_s: float
    settle_s: float
    poll_s: float
    lease_margin_s: float = 10.0
    checks: int = LOOKS
    patience_s: float = 600.0
    longest_poll_s: float = 120.0
    send_within_s: float = 7 * DAY_S
    bill_within_s: float = DAY_S
    forget_after_s: float | None = 0.0

    def shows_at(self, intent_at: datetime) -> datetime:
        """When something that was accepted is told by the provider at the latest."""
        return intent_at + timedelta(seconds=self.request_timeout_s + self.settle_s)

    def next_look_s(self, unknowns: int) -> float:
        """Longer each time: 5 checks from 30 s take about 15 minutes."""
        return min(self.patience_s, self.settle_s * 2.0**unknowns)

    def next_poll_s(self, job: TuningJob, now: datetime) -> float:
        """Quick at first, slower the longer it takes, never the same for two runs."""
        elapsed_s = (now - (job.running_at or job.sent_at or now)).total_seconds()
        wait_s = min(self.longest_poll_s, max(self.poll_s, elapsed_s / SLOWER_BY))
        drawn = hashlib.sha256(f"{job.key} {elapsed_s:.0f}".encode()).digest()[0] / 255
        return wait_s * (1 + JITTER * (2 * drawn - 1))


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
    """The row, its audit entry, and the cards, which are edited only when what they show has changed."""
    await tx.tuning_jobs.update(after)
    if before.state != after.state:
        was, became = {"state": before.state}, {"state": after.state, "provider_job": after.provider_job}
        entry = AuditEntry(after.team_id, by, f"training.{after.state}", after.key, was, became)
        await tx.audit.record(entry, now=now)
    round_, voice = await round_and_voice(tx, after)
    await say_round_card(tx, round_, voice, after)
    await say_progress(tx, round_, voice, after)
    if gives_way(before, after):
        await wake_waiting(tx, after.provider, now=now)
    if after.state in TERMINAL_TUNING_STATES and before.state not in TERMINAL_TUNING_STATES:
        await tx.work.enqueue("delete-files", after.tuning_job_id, after.team_id, run_at=now)


def has_place(job: TuningJob) -> bool:
    return job.state in UNDER_WAY and not (job.state == "in-doubt" and job.unknowns > LOOKS)


def gives_way(before: TuningJob, after: TuningJob) -> bool:
    """Whether somebody may be next now: a place is free, or a run is gone that was told it would get one."""
    return (has_place(before) or before.state == "queued" != after.state) and not has_place(after)


async def wake_waiting(tx: Transaction, provider: str, *, now: datetime) -> None:
    """A place is free: those that wait look whether it is theirs, and say where they stand now."""
    line = await line_at(tx, provider)
    for waiting in line.waiting[:WOKEN]:
        await tx.work.enqueue("tuning", waiting.tuning_job_id, waiting.team_id, run_at=now)


async def round_and_voice(tx: Transaction, job: TuningJob) -> tuple[Round, Voice]:
    return await tx.rounds.by_id(job.round_id), await tx.voices.by_id(job.voice_id)


async def say(tx: Transaction, job: TuningJob, what: str, template: str, **more: Any) -> None:
    """A line in the dataset thread. what: the same one again edits the line."""
    round_, voice = await round_and_voice(tx, job)
    facts = {"handle": voice.handle, "number": round_.number, "provider": job.provider, **more}
    await tx.outbox.say(Saying(f"tuning:{job.tuning_job_id}:{what}", template, facts, round_thread(round_)))
