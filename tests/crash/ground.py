"""What outlives every process: Slack, a provider, a database and files; and a process of the bot over them.

Slack is the sandbox and the provider a fake on the wire, so that the bot's own adapters, steps and poster are what
runs. Time is the sandbox's clock, which tests move; only a request to the provider that hangs takes real time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final, get_args

from sqlmodel import col, select

from bot.assembly import Parts, steps, templates
from bot.assembly.money import spending, training
from bot.cards import say_round_card
from bot.features.spending.asking import Asked, AskForSpend, SpendWish
from bot.features.spending.usecase import ApproveSpend, DeclineSpend
from bot.features.training.record import Timing
from bot.features.training.stopping import CancelRun
from bot.features.training.usecase import Answer, SendNow
from bot.settings import ModelSettings, Settings
from bot.slack.people import SlackPeople
from bot.slack.poster import Poster
from bot.wiring import opened_parts, slack_client
from bot.worker import Step, Worker
from pipeline.domain.feedback import PairTokens, RoundFeedback
from pipeline.domain.preflights import Check, CheckName, Preflight
from pipeline.domain.rehearsals import RehearsalRecord
from pipeline.domain.spending import SpendRequest
from pipeline.domain.training import TERMINAL_TUNING_STATES, TuningJob
from pipeline.domain.voices import NewDataset, NewVoice, Voice
from pipeline.domain.work import WorkKind
from sandbox.server import RunningSandbox, running_sandbox
from storage.database import SqlDatabase
from storage.engine import Engine, open_engine
from storage.postings import SqlPostings
from storage.tables import OutboxRow, WorkRow
from storage.work_queue import SqlWorkQueue
from tests.fakes.bot_process import settings_for
from tests.fakes.openai_server import FakeOpenAI, fake_openai

TEAM, CHANNEL, SPEND_CHANNEL = "T0SANDBOX", "C0CONTENT", "C0VOICESPEND"
MONTH_LIMIT_MICROUSD: Final = 150_000_000
# Nothing waits for these: a look at a request that waits, which changes nothing until a day has passed; emoji read
# again; and a new version being tried, which these made-up texts are too little for.
ASIDE: Final[tuple[WorkKind, ...]] = ("approval", "sweep", "evaluate")
OWNER, STEWARD, APPROVER, APPROVER2 = "U0OWNER", "U0STEWARD", "U0APPROVER", "U0APPROVER2"
PROVIDER, BASE = "private", "understudy-ngram"
RATE_MICROUSD_PER_MILLION: Final = 50_000  # as of by_the_token
TRAINED_TOKENS: Final = 240_000
ROWS, VALIDATION_ROWS = b'{"messages": []}\n', b'{"messages": [1]}\n'
PAIRS: Final = b'{"input": {}, "preferred_output": [], "non_preferred_output": []}\n'
PAIR_COUNT: Final = 120
LEASE_S: Final = 60.0
# A request that hangs is given up after this much real time; what the bot waits afterwards is on the moved clock.
HANGING_S: Final = 1.0
TIMING: Final = Timing(request_timeout_s=20, settle_s=30, poll_s=10)
PATIENCE: Final = timedelta(hours=12)  # of moved time, in which everything must have ended once nothing goes wrong
OVERDUE_S: Final = 1.0  # what is due and was not taken waits for somebody, as an answer for its thread's first message
processes = count(1)


class Crash(BaseException):
    """kill -9: nothing of the process runs after it."""


@dataclass
class Ground:
    """hands: what is put in the place of a process's parts, its poster's among them; for mutants."""

    space: RunningSandbox
    provider: FakeOpenAI
    folder: Path
    database_url: str
    timing: Timing = TIMING
    change_parts: Callable[[Parts], Parts] = lambda parts: parts
    change_steps: Callable[[Parts, dict[WorkKind, Step]], dict[WorkKind, Step]] = lambda _, made: made
    change_approve: Callable[[ApproveSpend], Any] = lambda made: made
    asked: int = 0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.space.slack.clock.now(), UTC)

    def advance(self, seconds: float) -> None:
        self.space.slack.clock.advance(seconds)

    def settings(self) -> Settings:
        models = ModelSettings(
            api_keys={PROVIDER: "key"},
            base_urls={PROVIDER: self.provider.base_url},
            request_timeout_s=HANGING_S,
            rank_cache=self.folder / "ranks",
        )
        made = settings_for(self.space, self.folder, models=models)
        return made.model_copy(
            update={
                "spend": made.spend.model_copy(update={"approvers": (APPROVER, APPROVER2)}),
                "storage": made.storage.model_copy(update={"database_url": self.database_url}),
            }
        )

    @asynccontextmanager
    async def process(self) -> AsyncIterator[Process]:
        """Fresh objects over what is stored; nothing of an earlier process is known to it."""
        settings = self.settings()
        async with AsyncExitStack() as stack:
            engine = open_engine(self.database_url)
            stack.push_async_callback(engine.dispose)
            client = slack_client(settings)
            people = SlackPeople(client, settings.people.admins)
            await people.refresh()
            db = SqlDatabase(engine, MONTH_LIMIT_MICROUSD, settings.spend.rules())
            opened = await opened_parts(stack, settings, engine, client, db, people)
            rules = replace(opened.rules, timing=self.timing)
            parts = self.change_parts(replace(opened, clock=self.now, rules=rules))
            owner = f"process-{next(processes)}"
            poster = Poster(client, SqlPostings(engine), templates(), self.now, owner, parts.locks)
            made = self.change_steps(parts, dict(steps(parts)))
            worker = Worker(SqlWorkQueue(engine), parts.database, poster, made, self.now, owner, LEASE_S)
            yield Process(self, engine, parts, worker, poster)

    def progress(self) -> None:
        """Every job that the provider has is trained to its end; the bill of one that was cancelled comes late."""
        for job_id, job in self.provider.jobs.items():
            if job["status"] in ("validating_files", "queued", "running"):
                self.provider.finish(job_id, trained_tokens=TRAINED_TOKENS)
            elif job["status"] == "cancelled":
                job["trained_tokens"] = TRAINED_TOKENS // 2

    def list_jobs_only_after(self, seconds: float) -> None:
        """What the provider has taken until now and takes later stands in its lists only after this time."""
        until = self.space.slack.clock.now() + seconds
        self.provider.shows = lambda _: self.space.slack.clock.now() >= until


@dataclass
class Process:
    ground: Ground
    engine: Engine
    parts: Parts
    worker: Worker
    poster: Poster

    @property
    def ask(self) -> AskForSpend:
        made: AskForSpend = spending(self.parts).ask  # type: ignore[attr-defined]  # declared as any feature
        return made

    @property
    def approve(self) -> Any:
        made: ApproveSpend = spending(self.parts).approve  # type: ignore[attr-defined]  # declared as any feature
        return self.ground.change_approve(made)

    @property
    def decline(self) -> DeclineSpend:
        made: DeclineSpend = spending(self.parts).decline  # type: ignore[attr-defined]  # declared as any feature
        return made

    @property
    def send_now(self) -> SendNow:
        made: SendNow = training(self.parts).send_now  # type: ignore[attr-defined]  # declared as any feature
        return made

    @property
    def cancel(self) -> CancelRun:
        made: CancelRun = training(self.parts).cancel  # type: ignore[attr-defined]  # declared as any feature
        return made

    async def add_voice(self, handle: str) -> Voice:
        """With consent, a round whose card stands in the channel, a dataset, and a rehearsal that lets pay."""
        now = self.ground.now()
        async with self.parts.database.begin() as tx:
            new = NewVoice(TEAM, handle, "generation", "internal", OWNER, STEWARD, CHANNEL, "", "")
            voice = await tx.voices.add(new, now=now)
            consent = await tx.consents.ask(voice.voice_id, OWNER, now=now)
            until = now + timedelta(days=365)
            await tx.consents.decide(consent.consent_id, expected="asked", state="given", at=now, until=until)
        await self.change_texts(voice, f"{voice.voice_id:012x}" + "9f3c" * 13)
        return voice

    async def change_texts(self, voice: Voice, content_hash: str) -> None:
        """Another dataset for the voice's open round."""
        now = self.ground.now()
        train, validation = await self.parts.artifacts.put(ROWS), await self.parts.artifacts.put(VALIDATION_ROWS)
        async with self.parts.database.begin() as tx:
            round_ = await tx.rounds.open_for(voice, channel_id=CHANNEL, now=now)
            revision = await tx.rounds.changed(round_.round_id)
            facts = NewDataset(
                TEAM, voice.voice_id, round_.round_id, content_hash, train, validation, "c", "d",
                100, 87, 87, 80, 80_000, 87_000, 60_000, (),
            )  # fmt: skip
            dataset = await tx.datasets.add(facts, now=now)
            await tx.rounds.prepared(round_.round_id, revision=revision, dataset_id=dataset.dataset_id)
            await tx.rehearsals.record(
                RehearsalRecord(TEAM, dataset.dataset_id, content_hash, "pass", (), "e", now),
            )
            checks = tuple(Check(name, "ok") for name in get_args(CheckName))
            await tx.preflights.record(Preflight(TEAM, PROVIDER, BASE, checks, now))
            await tx.baseline_overrides.give(dataset, by=STEWARD, reason="known to be worth it", at=now)
            await say_round_card(tx, await tx.rounds.by_id(round_.round_id), voice)

    async def asked(self, voice: Voice) -> SpendRequest:
        wish = SpendWish(TEAM, voice.handle, STEWARD, PROVIDER, BASE, epochs=None, ceiling_microusd=None, note="")
        outcome = await self.ask(wish)
        assert isinstance(outcome, Asked), outcome
        return outcome.request

    async def promote_and_take_pairs(self, voice: Voice) -> None:
        """The newest version, and the round's feedback as TakeFeedback keeps it."""
        now, blob = self.ground.now(), await self.parts.artifacts.put(PAIRS)
        async with self.parts.database.begin() as tx:
            *_, model = await tx.voice_models.of_voice(voice.voice_id)
            await tx.voice_models.promote(model, by=OWNER, reason="", at=now)
            round_ = await tx.rounds.latest(voice.voice_id)
            assert round_ is not None
            tokens = PairTokens(20 * PAIR_COUNT, 80 * PAIR_COUNT)
            await tx.round_feedbacks.take(
                RoundFeedback(round_.round_id, TEAM, STEWARD, now, "", blob, "", 0, PAIR_COUNT, (), {}, tokens)
            )

    async def jobs(self) -> list[TuningJob]:
        async with self.parts.database.read() as tx:
            voices = await tx.voices.of_team(TEAM)
            return [job for voice in voices for job in await tx.tuning_jobs.of_voice(voice.voice_id)]

    async def turn(self) -> None:
        """Everything that is due now is done and said."""
        await self.worker.work_due()
        await self.poster.post_due()

    async def answer_questions(self) -> None:
        """A steward says "Send it now" to every run that nobody can find."""
        for job in await self.jobs():
            if job.state == "in-doubt" and job.unknowns > self.ground.timing.checks:
                await self.send_now(Answer(TEAM, job.tuning_job_id, STEWARD))
                self.ground.asked += 1

    async def next_due(self) -> datetime | None:
        """When the next work or message is free to be taken; None when everything is done and said."""
        async with self.engine.reading() as session:
            said = (await session.exec(select(OutboxRow).where(OutboxRow.state == "due"))).all()
        due = [when for when in (*map(free_at, said), await self.next_due_work()) if when is not None]
        return min(due, default=None)

    async def next_due_work(self) -> datetime | None:
        async with self.engine.reading() as session:
            due = select(WorkRow).where(WorkRow.state == "due", col(WorkRow.kind).not_in(ASIDE))
            work = (await session.exec(due)).all()
        return min(map(free_at, work), default=None)

    async def to_the_end(self, *, within: timedelta = PATIENCE) -> bool:
        """Work, let time pass, and work, until nothing is due; then all is said. False when that takes longer."""
        end = self.ground.now() + within
        while self.ground.now() < end:
            await self.turn()
            self.ground.progress()
            await self.answer_questions()
            due = await self.next_due()
            if due is None:
                return True
            wait_s = (due - self.ground.now()).total_seconds()
            self.ground.advance(wait_s + 0.001 if wait_s > 0 else OVERDUE_S)
        return False

    async def all_ended(self) -> bool:
        return all(job.state in TERMINAL_TUNING_STATES for job in await self.jobs())


def free_at(row: WorkRow | OutboxRow) -> datetime:
    return max(row.run_at, row.lease_until or row.run_at)


@asynccontextmanager
async def open_ground(
    folder: Path, database_url: str, *, retry_scale: float = 0.001, ack_timeout_s: float = 3.0, **more: Any
) -> AsyncIterator[Ground]:
    """On a migrated, empty database. retry_scale, ack_timeout_s: of the sandbox. more: fields of Ground."""
    slack = running_sandbox(retry_scale=retry_scale, ack_timeout_s=ack_timeout_s)
    async with slack as space, fake_openai() as provider:
        yield Ground(space, provider, folder, database_url, **more)
