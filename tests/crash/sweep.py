"""Tier A: every named line at which a process may die, times what the world did, times what it does the second time.

A starting point is made once and copied: money asked for and approved, its run about to be uploaded or sent, or its
cards not yet in Slack; a run under way that somebody has just cancelled; or an approved run on pairs, on top of a
version that was trained and promoted before. A schedule goes on from there, dies once, and goes on as a fresh process
until nothing is due.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final, Literal

from bot.features.spending.usecase import Decision
from bot.features.training.usecase import Answer
from pipeline.domain.training import TuningState
from pipeline.domain.voices import Voice
from pipeline.failpoints import Failpoint, at_failpoints
from tests.crash.ground import (
    APPROVER,
    LEASE_S,
    PAIRS,
    RATE_MICROUSD_PER_MILLION,
    ROWS,
    STEWARD,
    TEAM,
    TIMING,
    Crash,
    Ground,
    Process,
    open_ground,
)
from tests.crash.invariants import Violation, read_books, violations

Subject = Literal["upload", "submit", "cancel", "post", "pairs"]
LISTED_LATE_S: Final = 25.0  # sooner than Timing.settle_s after the answer, as providers are taken to be
CREATE, UPLOAD, POST = "POST /fine_tuning/jobs", "POST /files", "chat.postMessage"
CANCEL: Final = "POST /fine_tuning/jobs/{job_id}/cancel"
ROUTES: Final = {"upload": UPLOAD, "submit": CREATE, "cancel": CANCEL, "pairs": CREATE}

# What a provider does with a request, as arguments of FakeOpenAI.next; None: it answers as it should.
PROVIDER_OUTCOMES: Final[dict[str, dict[str, Any] | None]] = {
    "ok": None,
    "refused": {"status": 400, "code": "invalid_file"},
    "closed": {"status": 403, "code": "training_not_available"},
    "conflict": {"status": 409, "accept": True},
    "busy": {"status": 429},
    "error before": {"status": 500},
    "error after": {"status": 500, "accept": True},
    "timeout after": {"status": "timeout_after_accept"},
    "reset before": {"status": "reset_before"},
    "reset after": {"status": "reset_after"},
    "cut": {"status": 200, "accept": True, "body": '{"id": "ftjob'},
    "late": {"status": "reset_after"},
}
SLACK_OUTCOMES: Final[dict[str, dict[str, Any] | None]] = {
    "ok": None,
    "busy": {"kind": "rate_limited"},
    "error before": {"kind": "server_error"},
    "reset before": {"kind": "reset_before"},
    "reset after": {"kind": "reset_after"},
}
SECOND: Final = ("ok", "busy", "reset before", "reset after")
WORLDS: Final[dict[Subject, tuple[str, ...]]] = {
    "submit": tuple(PROVIDER_OUTCOMES),
    "upload": tuple(name for name in PROVIDER_OUTCOMES if name not in ("late", "conflict")),
    # Refused: it goes on, and is trained to its end.
    "cancel": tuple(name for name in PROVIDER_OUTCOMES if name not in ("late", "closed")),
    "post": tuple(SLACK_OUTCOMES),
    # Upload and submission are the same lines; what differs is what is sent.
    "pairs": ("ok", "refused", "reset after", "cut"),
}
# Right behind a commit, what is passed before something is sent or committed again.
NOTHING_YET: Final[frozenset[Failpoint]] = frozenset({"work.claimed", "post.claimed", "commit.before"})
AFTER_COMMIT: Final[frozenset[Failpoint]] = frozenset({"commit.after", "work.claimed", "post.claimed"})


@dataclass(frozen=True)
class Schedule:
    """first, second: what the world does with the first and the second request. dies_at: a place in its trace."""

    subject: Subject
    first: str
    second: str
    dies_at: int | None = None

    def __str__(self) -> str:
        return f"{self.subject}: {self.first}, then {self.second}, dies at {self.dies_at}"


@dataclass
class Line:
    """The failpoints that were passed while armed; the process dies at one of them."""

    dies_at: int | None = None
    passed: list[Failpoint] = field(default_factory=list)
    when: dict[Failpoint, Callable[[], None]] = field(default_factory=dict)

    def __call__(self, name: Failpoint) -> None:
        self.passed.append(name)
        if name in self.when:
            self.when.pop(name)()
        if len(self.passed) - 1 == self.dies_at:
            raise Crash(name)


@dataclass(frozen=True)
class Outcome:
    schedule: Schedule
    passed: tuple[Failpoint, ...]
    violations: tuple[Violation, ...]

    @property
    def died_at(self) -> str:
        return "" if self.schedule.dies_at is None else self.passed[self.schedule.dies_at]


@dataclass
class Start:
    """Where schedules of one subject go on from. copied_database: gives the address of a fresh copy of it."""

    subject: Subject
    folder: Path
    channels: dict[str, Any]
    files: tuple[dict[str, Any], dict[str, bytes]]
    jobs: dict[str, Any]
    clock_offset_s: float
    copied_database: Callable[[], str]


CopyDatabase = Callable[[], str]


@asynccontextmanager
async def starting_point(
    subject: Subject, folder: Path, database_url: str, copied_database: CopyDatabase
) -> AsyncIterator[Start]:
    """database_url: migrated and empty; copied_database copies it as it is when the start is made."""
    async with open_ground(folder, database_url) as ground:
        async with ground.process() as process:
            voice = await process.add_voice("founder")
            if subject == "pairs":
                await trained_before(process, voice)
            request = await process.asked(voice)
            if subject != "post":
                await process.poster.post_due()
                await process.approve(Decision(TEAM, request.spend_request_id, APPROVER))
                await process.poster.post_due()
            if subject in ("submit", "cancel"):
                await until(process, "sending")
            if subject == "cancel":
                await until(process, "running")
                await process.cancel(Answer(TEAM, (await process.jobs())[0].tuning_job_id, STEWARD))
        slack, provider = ground.space.slack, ground.provider
        channels = copy.deepcopy(slack.workspace.channels)
        yield Start(
            subject,
            folder,
            channels,
            (copy.deepcopy(provider.files), dict(provider.contents)),
            copy.deepcopy(provider.jobs),
            slack.clock.now(),
            copied_database,
        )


async def trained_before(process: Process, voice: Voice) -> None:
    """A promoted v1, paid and billed, and more pairs than auto needs."""
    first = await process.asked(voice)
    await process.poster.post_due()
    await process.approve(Decision(TEAM, first.spend_request_id, APPROVER))
    assert await process.to_the_end()
    await process.promote_and_take_pairs(voice)


async def until(process: Process, state: TuningState) -> None:
    while (await process.jobs())[0].state != state:
        for job_id in process.ground.provider.jobs:
            process.ground.provider.run(job_id)
        item = await process.worker.queue.claim("start", now=process.ground.now(), lease_s=LEASE_S)
        if item is None:  # the next look, or on a busy machine a request that took too long and is repeated
            process.ground.advance(TIMING.settle_s)
        else:
            await process.worker.take(item)


def combinations(subject: Subject) -> list[tuple[str, str]]:
    """What the world does with the first and with the second request."""
    return [(first, second) for first in WORLDS[subject] for second in (SECOND if first != "ok" else ("ok",))]


def places_that_differ(passed: Sequence[Failpoint]) -> list[int]:
    """Of a run of places with nothing sent and nothing committed between them, the first: all leave the same behind."""
    return [
        place
        for place, name in enumerate(passed)
        if place == 0 or name not in NOTHING_YET or passed[place - 1] not in AFTER_COMMIT
    ]


async def deaths(start: Start, first: str, second: str, **ground: Any) -> AsyncIterator[Outcome]:
    """One life without dying, and then one for each place of it that leaves something else behind, dying there."""
    alive = await play(start, Schedule(start.subject, first, second), **ground)
    yield alive
    for place in places_that_differ(alive.passed):
        yield await play(start, Schedule(start.subject, first, second, place), **ground)


async def play(start: Start, schedule: Schedule, **ground: Any) -> Outcome:
    """ground: fields of Ground, for mutants."""
    url = start.copied_database()
    async with open_ground(start.folder, url, **ground) as field_:
        restore(start, field_)
        plan_world(field_, schedule)
        line = Line(schedule.dies_at)
        if schedule.first == "late":
            line.when["submit.before_remote"] = lambda: field_.list_jobs_only_after(LISTED_LATE_S)
        try:
            with at_failpoints(line):
                async with field_.process() as process:
                    await live(process, schedule)
        except Crash:
            field_.advance(61)  # nobody prolongs the leases of a dead process
        async with field_.process() as process:
            await process.to_the_end()
            books = await read_books(process.engine)
        found = violations(books, field_.provider.jobs, field_.space.slack.workspace, rate=RATE_MICROUSD_PER_MILLION)
        return Outcome(schedule, tuple(line.passed), (*found, *uploads(field_), *other_rows(start, field_)))


async def live(process: Process, schedule: Schedule) -> None:
    """As long as the subject matters; what it says is said at the end, but for messages as the subject."""
    if schedule.subject == "post":
        for _ in range(6):
            await process.poster.post_due()
            process.ground.advance(4)
        return
    for _ in range(14):
        await process.worker.work_due()
        process.ground.progress()
        await process.answer_questions()
        if await process.all_ended():
            return
        if (due := await process.next_due_work()) is None:
            return
        process.ground.advance(max(0.0, (due - process.ground.now()).total_seconds()) + 0.001)


def restore(start: Start, ground: Ground) -> None:
    slack = ground.space.slack
    slack.workspace.channels = copy.deepcopy(start.channels)
    ground.advance(max(0.0, start.clock_offset_s - slack.clock.now()))
    files, contents = start.files
    ground.provider.files.update(copy.deepcopy(files))
    ground.provider.contents.update(contents)
    ground.provider.jobs.update(copy.deepcopy(start.jobs))


def plan_world(ground: Ground, schedule: Schedule) -> None:
    for name in (schedule.first, schedule.second):
        if schedule.subject == "post":
            if (fault := SLACK_OUTCOMES[name]) is not None:
                ground.space.slack.faults.add({"method": POST, **fault})
        elif (answer := PROVIDER_OUTCOMES[name]) is not None:
            ground.provider.next(ROUTES[schedule.subject], **answer)


def uploads(ground: Ground) -> Iterator[Violation]:
    names = [file["filename"] for file in ground.provider.files.values()]
    for name in {name for name in names if names.count(name) > 1}:
        yield Violation("uploaded twice", name)


def other_rows(start: Start, ground: Ground) -> Iterator[Violation]:
    """A job of this life that learned from other rows than its method's, or on top of something else than approved."""
    for job in (one for job_id, one in ground.provider.jobs.items() if job_id not in start.jobs):
        learns_from_pairs, on_top = job["method"]["type"] == "dpo", job["model"].startswith("ft:")
        rows = ground.provider.contents.get(job["training_file"])  # None once they were deleted by policy
        is_as_approved = learns_from_pairs == on_top == (start.subject == "pairs")
        if not is_as_approved or rows not in (None, PAIRS if learns_from_pairs else ROWS):
            yield Violation("trained on something else", job["id"])


def sqlite_copies(folder: Path, template: Path) -> tuple[str, CopyDatabase]:
    """The address of a database to make a start in, and a way to copy it."""
    made, numbers = folder / "start.db", count(1)
    shutil.copy(template, made)

    def copied() -> str:
        target = folder / f"copy-{next(numbers)}.db"
        for suffix in ("", "-wal"):
            if Path(f"{made}{suffix}").exists():
                shutil.copy(f"{made}{suffix}", f"{target}{suffix}")
        return f"sqlite+aiosqlite:///{target}"

    return f"sqlite+aiosqlite:///{made}", copied
