"""An approved run over a real database, a provider with state, and a process that can die at any line."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import select

from bot.features.training.record import Timing
from bot.features.training.step import TuningStep, tuning_step
from bot.features.training.usecase import Answer, GiveUp, SendNow, Taken
from pipeline.domain.spending import Price, SpendRequest, SpendRequestId
from pipeline.domain.training import ProviderJob, TuningJob, TuningJobId
from pipeline.domain.voices import NewDataset, NewVoice, Sensitivity
from pipeline.domain.work import AuditEntry, WorkItem
from pipeline.errors import LeaseLost, NoPrice, ProviderError, UnknownProvider
from pipeline.ports import Transaction, TuningProvider, WritingProvider
from storage.database import SqlDatabase
from storage.engine import Engine
from storage.liveness import FileLocks
from storage.tables import OutboxRow, SpendHoldRow, VoiceModelRow, WorkRow
from storage.work_queue import SqlWorkQueue

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TEAM, OWNER, STEWARD, BOSS = "T1", "UOWNER", "USTEWARD", "UBOSS"
KEY = "us-T1-1-9f3c9f3c9f3c"
CEILING_MICROUSD = 30_000
ESTIMATE_MICROUSD = 12_000
TIMING = Timing(request_timeout_s=20, settle_s=30, poll_s=10)
LEASE_S = 60.0
ROWS, VALIDATION_ROWS = b'{"messages": []}\n', b'{"messages": [1]}\n'
TERMINAL = ("ready", "failed", "cancelled")


class Crash(BaseException):
    """kill -9: nothing of the process runs after it."""


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Tripwire:
    """Counts the lines at which a process may die, and dies at one of them."""

    at: int | None = None
    passed: list[str] = field(default_factory=list)

    def __call__(self, where: str) -> None:
        self.passed.append(where)
        if len(self.passed) == self.at:
            raise Crash(where)


@dataclass
class TripDatabase:
    """A database with a tripwire before and after each commit."""

    inner: SqlDatabase
    trip: Tripwire

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        async with self.inner.begin() as tx:
            yield tx
            self.trip("before commit")
        self.trip("after commit")

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        return self.inner.read()


@dataclass
class Provider:
    """Remembers what it was sent. answers: errors raised at the next create_job calls, None for success.

    accepts: whether a job is there although its creation ended in an error. story: a job's states, one per look.
    """

    clock: Clock
    trip: Tripwire = field(default_factory=Tripwire)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    jobs: list[ProviderJob] = field(default_factory=list)
    creations: list[dict[str, Any]] = field(default_factory=list)
    answers: list[BaseException | None] = field(default_factory=list)
    accepts: bool = True
    upload_errors: list[ProviderError] = field(default_factory=list)
    find_errors: list[ProviderError] = field(default_factory=list)
    job_errors: list[ProviderError] = field(default_factory=list)
    uploaded_as: set[Sensitivity] = field(default_factory=set)
    looks: int = 0
    finds: int = 0
    story: tuple[dict[str, Any], ...] = (
        {"status": "validating_files"},
        {"status": "queued"},
        {"status": "running"},
        {"status": "pondering"},
        {"status": "succeeded", "model_name": "ft:small:founder", "trained_tokens": 240_000},
    )
    while_sending: Callable[[], Any] | None = None
    while_finding: Callable[[], Any] | None = None

    async def upload(self, content: bytes, *, filename: str, sensitivity: Sensitivity) -> str:
        self.uploaded_as.add(sensitivity)
        self.trip("before upload")
        if self.upload_errors:
            raise self.upload_errors.pop(0)
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = (filename, content)
        self.trip("after upload")
        return file_id

    async def find_upload(self, filename: str) -> str | None:
        return next((file_id for file_id, (name, _) in self.files.items() if name == filename), None)

    async def create_job(self, **asked: Any) -> ProviderJob:
        self.trip("before create")
        if self.while_sending is not None:
            await self.while_sending()
        self.creations.append(asked)
        error = self.answers.pop(0) if self.answers else None
        if error is None or self.accepts:
            self.add_job(asked["training_file"])
        if error is not None:
            raise error
        self.trip("after create")
        return self.jobs[-1]

    def add_job(self, training_file: str) -> None:
        number = len(self.jobs) + 1
        created_at = int(self.clock().timestamp())
        self.jobs.append(ProviderJob(f"ftjob-{number}", "validating_files", created_at, training_file))

    async def find_jobs(self, *, key: str, training_file: str) -> list[ProviderJob]:
        assert key == KEY
        self.finds += 1
        if self.find_errors:
            raise self.find_errors.pop(0)
        found = [job for job in self.jobs if job.training_file == training_file]
        if self.while_finding is not None:
            await self.while_finding()
        self.trip("after find")
        return found

    async def job(self, provider_job: str) -> ProviderJob:
        if self.job_errors:
            raise self.job_errors.pop(0)
        known = next(job for job in self.jobs if job.provider_job == provider_job)
        told = self.story[min(self.looks, len(self.story) - 1)]
        self.looks += 1
        self.trip("after look")
        return replace(known, **told)


@dataclass
class Providers:
    provider: TuningProvider

    def training(self, name: str) -> TuningProvider:
        if name != "private":
            raise UnknownProvider(name)
        return self.provider

    def writing(self, name: str) -> WritingProvider:
        raise UnknownProvider(name)

    def names_for(self, sensitivity: Sensitivity) -> tuple[str, ...]:
        return ("private",) if sensitivity else ()


@dataclass
class Prices:
    rate: int | None = 50_000

    def find(self, provider: str, base: str) -> Price:
        if self.rate is None:
            raise NoPrice(provider, base)
        return Price(provider, base, self.rate, 1, 1, "page", date(2026, 11, 20), 8192, "o200k_base")


@dataclass
class Artifacts:
    blobs: dict[str, bytes] = field(default_factory=lambda: {"train": ROWS, "validation": VALIDATION_ROWS})

    async def put(self, content: bytes) -> str:
        raise NotImplementedError(content)

    async def put_file(self, path: Path) -> str:
        raise NotImplementedError(path)

    async def get(self, sha256: str) -> bytes:
        return self.blobs[sha256]

    def local_path(self, sha256: str) -> AbstractAsyncContextManager[Path]:
        raise NotImplementedError(sha256)


@dataclass
class Bench:
    db: SqlDatabase
    engine: Engine
    folder: Path
    clock: Clock = field(default_factory=Clock)
    trip: Tripwire = field(default_factory=Tripwire)
    prices: Prices = field(default_factory=Prices)
    artifacts: Artifacts = field(default_factory=Artifacts)
    timing: Timing = TIMING
    asked: int = 0
    presses: bool = True

    def __post_init__(self) -> None:
        self.provider = Provider(self.clock, self.trip)
        self.queue = SqlWorkQueue(self.engine)

    def step(self) -> TuningStep:
        """As a fresh process would build it."""
        return tuning_step(
            database=TripDatabase(self.db, self.trip),
            providers=Providers(self.provider),
            prices=self.prices,
            artifacts=self.artifacts,
            locks=FileLocks(self.folder),
            clock=self.clock,
            timing=self.timing,
        )

    @property
    def send_now(self) -> SendNow:
        return SendNow(self.db, self.clock, self.timing)

    @property
    def give_up(self) -> GiveUp:
        return GiveUp(self.db, self.clock, self.timing)

    async def approve(self, **dataset: Any) -> TuningJob:
        """A voice with consent, a dataset, a request that was approved, money held and the run queued."""
        async with self.db.begin() as tx:
            new = NewVoice(TEAM, "founder", "generation", "internal", OWNER, STEWARD, "C1", "", "")
            voice = await tx.voices.add(new, now=NOW)
            consent = await tx.consents.ask(voice.voice_id, OWNER, now=NOW)
            until = NOW + timedelta(days=365)
            await tx.consents.decide(consent.consent_id, expected="asked", state="given", at=NOW, until=until)
            round_ = await tx.rounds.open_for(voice, channel_id="C1", now=NOW)
            facts = NewDataset(
                TEAM, voice.voice_id, round_.round_id, "9f3c" * 16, "train", "validation", "c", "d", 100, 87, 87, 80,
                80_000, 87_000, 60_000, (),
            )  # fmt: skip
            stored = await tx.datasets.add(replace(facts, **dataset), now=NOW)
            await tx.rounds.prepared(round_.round_id, revision=0, dataset_id=stored.dataset_id)
            request = await tx.spend_requests.ask(
                SpendRequest(
                    SpendRequestId(0), TEAM, voice.voice_id, round_.round_id, stored.dataset_id, "9f3c" * 16,
                    "private", "small", "supervised", 3, CEILING_MICROUSD, ESTIMATE_MICROUSD, "asked", STEWARD, NOW,
                )
            )  # fmt: skip
            request_id = request.spend_request_id
            await tx.spend_requests.decide(request_id, state="approved", by=BOSS, at=NOW, reason=None)
            assert await tx.ledger.reserve(request_id, TEAM, "2026-11", CEILING_MICROUSD)
            job = TuningJob(
                TuningJobId(0), TEAM, voice.voice_id, round_.round_id, stored.dataset_id, request_id, KEY, "private",
                "small", 3, "queued", NOW,
            )  # fmt: skip
            job = await tx.tuning_jobs.queue(job)
            await tx.work.enqueue("tuning", job.tuning_job_id, TEAM, run_at=NOW)
        return job

    async def claim(self) -> WorkItem | None:
        return await self.queue.claim("worker", now=self.clock(), lease_s=LEASE_S)

    async def turn(self) -> WorkItem | None:
        """One step, if one is due."""
        if (item := await self.claim()) is not None:
            await self.step()(item)
        return item

    async def until(self, *states: str, turns: int = 200) -> TuningJob:
        """Let time pass and steps be taken until the run is in one of the states."""
        for _ in range(turns):
            if (job := await self.job()).state in states:
                return job
            if await self.turn() is None:
                self.clock.advance(5)
        raise AssertionError(f"still {job.state}")

    async def through(self, *, turns: int = 400) -> TuningJob:
        """Until the end, whatever dies on the way; while `presses`, a steward says "Send it now" whenever asked."""
        for _ in range(turns):
            if (job := await self.job()).state in TERMINAL and await self.is_idle():
                return job
            await self.survive()
        raise AssertionError(f"still {job.state}")

    async def survive(self) -> None:
        try:
            item = await self.turn()
        except Crash:
            self.clock.advance(LEASE_S + 1)  # nobody prolongs the lease of a dead process
        except LeaseLost:
            pass
        else:
            if item is None:
                self.clock.advance(30)
                if self.presses:
                    self.asked += isinstance(await self.send_now(Answer(TEAM, TuningJobId(1), STEWARD)), Taken)

    async def is_idle(self) -> bool:
        async with self.engine.reading() as session:
            return all(row.state == "done" for row in await session.exec(select(WorkRow)))

    async def until_asked(self) -> TuningJob:
        """Until the bot asks a person what to do about a run nobody can find."""
        for _ in range(400):
            if "tuning:1:found" in await self.said():
                return await self.job()
            if await self.turn() is None:
                self.clock.advance(30)
        raise AssertionError("never asked")

    async def job(self) -> TuningJob:
        async with self.db.read() as tx:
            return await tx.tuning_jobs.by_id(TuningJobId(1))

    async def withdraw(self) -> None:
        async with self.db.begin() as tx:
            consent = await tx.consents.newest((await tx.tuning_jobs.by_id(TuningJobId(1))).voice_id)
            assert consent is not None
            await tx.consents.decide(
                consent.consent_id, expected="given", state="withdrawn", at=self.clock(), until=None
            )

    async def said(self) -> dict[str, tuple[str, dict[str, Any]]]:
        async with self.engine.reading() as session:
            return {row.key: (row.template, row.facts) for row in await session.exec(select(OutboxRow))}

    async def revisions(self) -> dict[str, int]:
        async with self.engine.reading() as session:
            return {row.key: row.revision for row in await session.exec(select(OutboxRow))}

    async def holds(self) -> list[tuple[str, int | None]]:
        async with self.engine.reading() as session:
            return [(row.state, row.actual_microusd) for row in await session.exec(select(SpendHoldRow))]

    async def month(self) -> tuple[int, int]:
        """Held and settled."""
        async with self.db.read() as tx:
            month = await tx.ledger.month(TEAM, "2026-11")
        return month.held_microusd, month.settled_microusd

    async def models(self) -> list[tuple[int, str]]:
        async with self.engine.reading() as session:
            return [(row.version, row.model_name) for row in await session.exec(select(VoiceModelRow))]

    async def audit(self) -> list[AuditEntry]:
        async with self.db.read() as tx:
            return await tx.audit.of_team(TEAM)
