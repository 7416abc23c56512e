"""An approved run over a real database, a provider with state, and a process that can die at any line."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from sqlmodel import select

from bot.features.spending.signing import new_job
from bot.features.training.billing import Billing
from bot.features.training.curves import ShowCurve
from bot.features.training.forgetting import DeleteFiles
from bot.features.training.record import Record, Timing
from bot.features.training.step import TuningStep, tuning_step
from bot.features.training.stopping import CancelRun, KeepWaiting
from bot.features.training.strays import CancelStray
from bot.features.training.usecase import Answer, GiveUp, ListJobs, SendNow, Taken
from bot.worker import Step
from pipeline.domain.feedback import PairTokens, RoundFeedback
from pipeline.domain.spending import Machine, Method, Price, SpendRequest, SpendRequestId
from pipeline.domain.training import ProviderJob, RunEvent, TuningJob, TuningJobId
from pipeline.domain.voices import DatasetId, NewDataset, NewVoice, RoundId, Sensitivity, VoiceId
from pipeline.domain.work import AuditEntry, WorkItem, WorkKind
from pipeline.errors import LeaseLost, NoPrice, ProviderError, ProviderRefused, UnknownProvider
from pipeline.feedback_rows import dpo_lines
from pipeline.losses import picture, read_losses
from pipeline.pictures import Picture
from pipeline.ports import RunProvider, Transaction, TuningProvider, WritingProvider
from pipeline.round_rows import PairRow
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
TIMING = Timing(request_timeout_s=20, settle_s=30, poll_s=10, forget_after_s=None)
LEASE_S = 60.0
ROWS, VALIDATION_ROWS = b'{"messages": []}\n', b'{"messages": [1]}\n'
PAIRS = dpo_lines([PairRow("Write a note", "plainly", "grandly", "duel")], "You are founder.")
TERMINAL = ("ready", "failed", "cancelled", "expired")
RESULTS = b"step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n1,2.5,0.3,2.6,0.3\n2,1.5,0.4,1.9,0.4\n"


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
    cancels: list[str] = field(default_factory=list)
    cancel_answers: list[BaseException | None] = field(default_factory=list)
    cancel_works: bool = True
    cancelled: set[str] = field(default_factory=set)
    told_events: list[RunEvent] = field(default_factory=list)
    event_errors: list[ProviderError] = field(default_factory=list)
    results: dict[str, bytes] = field(default_factory=lambda: {"file-results": RESULTS})
    content_errors: list[ProviderError] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    delete_errors: list[ProviderError] = field(default_factory=list)
    cancelled_tokens: int | None = 20_000
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

    async def find_jobs(self, *, key: str, training_file: str, method: Method) -> list[ProviderJob]:
        assert key.startswith("us-T1-") and all(method == sent["method"] for sent in self.creations)
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
        if provider_job in self.cancelled:
            self.trip("after look")
            return replace(known, status="cancelled", trained_tokens=self.cancelled_tokens)
        told = self.story[min(self.looks, len(self.story) - 1)]
        self.looks += 1
        self.trip("after look")
        return replace(known, result_files=tuple(self.results), **told)

    async def cancel_job(self, provider_job: str) -> ProviderJob:
        self.trip("before cancel")
        self.cancels.append(provider_job)
        error = self.cancel_answers.pop(0) if self.cancel_answers else None
        if self.cancel_works and not isinstance(error, ProviderRefused):
            self.cancelled.add(provider_job)
        if error is not None:
            raise error
        self.trip("after cancel")
        return next(job for job in self.jobs if job.provider_job == provider_job)

    async def events(self, provider_job: str) -> list[RunEvent]:
        assert provider_job in {job.provider_job for job in self.jobs}
        if self.event_errors:
            raise self.event_errors.pop(0)
        return list(self.told_events)

    async def checkpoints(self, provider_job: str) -> bytes:
        return f'["{provider_job}"]'.encode()

    async def content(self, file_id: str) -> bytes:
        if self.content_errors:
            raise self.content_errors.pop(0)
        return self.results[file_id]

    async def delete_file(self, file_id: str) -> bool:
        self.trip("before delete")
        if self.delete_errors:
            raise self.delete_errors.pop(0)
        self.deleted.append(file_id)
        was_there = self.files.pop(file_id, None) is not None
        self.trip("after delete")
        return was_there


@dataclass
class Providers:
    """run_side: the same object where the provider plays both parts. refused: why nothing is taken any more."""

    provider: TuningProvider
    run_side: RunProvider
    parallel: int = 1
    refused: Literal["closed", "base-gone", "method-gone"] | None = None
    may_see: bool = True

    def training(self, name: str) -> TuningProvider:
        if name != "private":
            raise UnknownProvider(name)
        return self.provider

    def writing(self, name: str) -> WritingProvider:
        raise UnknownProvider(name)

    def run(self, name: str) -> RunProvider:
        if name != "private":
            raise UnknownProvider(name)
        return self.run_side

    def places(self, provider: str) -> int:
        if provider != "private":
            raise UnknownProvider(provider)
        return self.parallel

    def refuses(self, run: TuningJob, day: date) -> Literal["closed", "base-gone", "method-gone"] | None:
        assert run.base and day
        if run.provider != "private":
            raise UnknownProvider(run.provider)
        return self.refused

    def names_for(self, sensitivity: Sensitivity) -> tuple[str, ...]:
        return ("private",) if sensitivity and self.may_see else ()


@dataclass
class Uploads:
    """Slack's side of pictures. states: what is told of an upload, one per question; the last one stays."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    states: list[Literal["ready", "processing", "gone"]] = field(default_factory=lambda: ["ready"])

    async def upload(self, name: str, png: bytes, alt: str) -> str:
        assert png.startswith(b"\x89PNG")
        self.sent.append((name, alt))
        return f"F{len(self.sent)}"

    async def state(self, slack_file_id: str) -> Literal["ready", "processing", "gone"]:
        assert slack_file_id
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]


class Painter:
    async def curve(self, results: bytes) -> Picture | None:
        losses = read_losses(results)
        return picture(losses) if losses else None


@dataclass
class People:
    """BOSS approves."""

    def reachable(self, team_id: str, named: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002  # the port's shape
        return (BOSS,) if team_id == TEAM else ()

    def admins(self, team_id: str) -> tuple[str, ...]:
        return self.reachable(team_id, ())

    def groups(self, team_id: str) -> dict[str, str]:
        return {"S1": team_id}

    def is_active(self, team_id: str, user: str) -> bool:
        return bool(team_id and user)

    def is_guest(self, team_id: str, user: str) -> bool:
        return not (team_id and user)

    def name(self, user: str) -> str:
        return user


@dataclass
class Prices:
    """Micro-dollars per million tokens that are trained on, and that a draft writes; or what a machine costs."""

    rate: int | None = 50_000
    writing: int = 1
    machine: Machine | None = None

    def find(self, provider: str, base: str) -> Price:
        if self.rate is None:
            raise NoPrice(provider, base)
        known = Price(provider, base, self.rate, 1, self.writing, "page", date(2026, 11, 20), 8192, "o200k_base")
        return replace(known, machine=self.machine)


@dataclass
class Artifacts:
    blobs: dict[str, bytes] = field(default_factory=lambda: {"train": ROWS, "validation": VALIDATION_ROWS})

    async def put(self, content: bytes) -> str:
        self.blobs[sha256(content).hexdigest()] = content
        return sha256(content).hexdigest()

    async def put_file(self, path: Path) -> str:
        raise NotImplementedError(path)

    async def get(self, sha256: str) -> bytes:
        return self.blobs[sha256]

    def local_path(self, sha256: str) -> AbstractAsyncContextManager[Path]:
        raise NotImplementedError(sha256)


def a_job() -> TuningJob:
    """The run of approve(), before it was stored."""
    ids = TuningJobId(0), TEAM, VoiceId(1), RoundId(1), DatasetId(1), SpendRequestId(1)
    return TuningJob(*ids, KEY, "private", "small", 3, "queued", NOW)


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
        self.providers = Providers(self.provider, self.provider)
        self.uploads = Uploads()
        self.queue = SqlWorkQueue(self.engine)

    def step(self) -> TuningStep:
        """As a fresh process would build it."""
        return tuning_step(
            database=TripDatabase(self.db, self.trip),
            providers=self.providers,
            prices=self.prices,
            artifacts=self.artifacts,
            locks=FileLocks(self.folder),
            clock=self.clock,
            timing=self.timing,
        )

    def steps(self) -> dict[WorkKind, Step]:
        """What a run brings about, as a fresh process would build it."""
        db, locks = TripDatabase(self.db, self.trip), FileLocks(self.folder)
        record = Record(db, self.clock)
        billing = Billing(record, self.providers, self.prices, self.timing)
        return {
            "tuning": self.step(),
            "stray-job": CancelStray(locks, record, self.providers, billing, self.timing),
            "auto-duel": self.no_duel,
            "loss-curve": ShowCurve(db, self.artifacts, Painter(), self.uploads, self.clock),
            "delete-files": DeleteFiles(record, self.providers, self.timing),
            "evaluate": record.finish,  # has tests of its own
        }

    @property
    def cancel(self) -> CancelRun:
        return CancelRun(self.db, People(), self.clock)

    @property
    def keep_waiting(self) -> KeepWaiting:
        return KeepWaiting(self.db, People())

    @property
    def list_jobs(self) -> ListJobs:
        return ListJobs(self.db, self.providers, self.clock)

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

    async def approve_pairs(self, method: Method = "dpo") -> TuningJob:
        """The voice has a v1; a second run of it was approved, on its round's pairs or with all texts, on top of v1."""
        blob = await self.artifacts.put(PAIRS)
        first = replace(await self.approve(), state="ready", model_name="ft:small:v1", actual_microusd=0)
        async with self.db.begin() as tx:
            await tx.ledger.release(first.spend_request_id)
            await tx.tuning_jobs.update(first)
            await tx.voice_models.add(first, model_name="ft:small:v1", now=NOW)
            tokens = PairTokens(10, 20)
            taken = RoundFeedback(first.round_id, TEAM, STEWARD, NOW, "s", blob, "k", 0, 1, (), {}, tokens)
            await tx.round_feedbacks.take(taken)
            asked = await tx.spend_requests.by_id(first.spend_request_id)
            pairs_hash = blob if method == "dpo" else ""
            further = replace(asked, state="asked", method=method, pairs_hash=pairs_hash, parent_version=1)
            request = await tx.spend_requests.ask(further)
            await tx.spend_requests.decide(request.spend_request_id, state="approved", by=BOSS, at=NOW, reason=None)
            assert await tx.ledger.reserve(request.spend_request_id, TEAM, "2026-11", CEILING_MICROUSD)
            job = await tx.tuning_jobs.queue(new_job(replace(request, state="approved"), NOW))
            await tx.work.enqueue("tuning", job.tuning_job_id, TEAM, run_at=NOW)
        return job

    async def approve_another(self, handle: str, *, requested_by: str = STEWARD) -> TuningJob:
        """One more voice of the same people, with its own texts and its own approved run."""
        async with self.db.begin() as tx:
            new = NewVoice(TEAM, handle, "generation", "internal", OWNER, STEWARD, "C1", "", "")
            voice = await tx.voices.add(new, now=NOW)
            consent = await tx.consents.ask(voice.voice_id, OWNER, now=NOW)
            until = NOW + timedelta(days=365)
            await tx.consents.decide(consent.consent_id, expected="asked", state="given", at=NOW, until=until)
            round_ = await tx.rounds.open_for(voice, channel_id="C1", now=NOW)
            first = await tx.tuning_jobs.by_id(TuningJobId(1))
            facts = (await tx.datasets.by_id(first.dataset_id)).facts
            mine = replace(facts, voice_id=voice.voice_id, round_id=round_.round_id)
            stored = await tx.datasets.add(mine, now=NOW)
            await tx.rounds.prepared(round_.round_id, revision=0, dataset_id=stored.dataset_id)
            asked = replace(
                await tx.spend_requests.by_id(first.spend_request_id),
                voice_id=voice.voice_id,
                round_id=round_.round_id,
                dataset_id=stored.dataset_id,
                state="asked",
                requested_by=requested_by,
            )
            request = await tx.spend_requests.ask(asked)
            at = self.clock()
            await tx.spend_requests.decide(request.spend_request_id, state="approved", by=BOSS, at=at, reason=None)
            assert await tx.ledger.reserve(request.spend_request_id, TEAM, "2026-11", CEILING_MICROUSD)
            queued = replace(
                a_job(),
                voice_id=voice.voice_id,
                round_id=round_.round_id,
                dataset_id=stored.dataset_id,
                spend_request_id=request.spend_request_id,
                key=f"{KEY}-{handle}",
                queued_at=at,
            )
            job = await tx.tuning_jobs.queue(queued)
            await tx.work.enqueue("tuning", job.tuning_job_id, TEAM, run_at=at)
        return job

    async def no_duel(self, item: WorkItem) -> None:
        """Another feature has a second version meet the first."""
        async with self.db.begin() as tx:
            await tx.work.finish(item)

    async def claim(self) -> WorkItem | None:
        return await self.queue.claim("worker", now=self.clock(), lease_s=LEASE_S)

    async def turn(self) -> WorkItem | None:
        """One step, if one is due."""
        if (item := await self.claim()) is not None:
            await self.steps()[item.kind](item)
        return item

    async def rest(self) -> None:
        """Everything that is due now is done."""
        for _ in range(50):
            if await self.turn() is None:
                return
        raise AssertionError("never at rest")

    async def until(self, *states: str, turns: int = 400, tuning_job_id: int = 1) -> TuningJob:
        """Let time pass and steps be taken until the run is in one of the states."""
        for _ in range(turns):
            if (job := await self.job(TuningJobId(tuning_job_id))).state in states:
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

    async def job(self, tuning_job_id: int = 1) -> TuningJob:
        async with self.db.read() as tx:
            return await tx.tuning_jobs.by_id(TuningJobId(tuning_job_id))

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

    async def limit_month(self, limit_microusd: int) -> None:
        async with self.db.begin() as tx:
            await tx.spend_rules.change(TEAM, "month_limit_microusd", limit_microusd, by=BOSS, now=NOW)

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
