"""A workspace with a trained voice, in a real database, and the small stand-ins around it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.features.drafting.files import SendDraftFile
from bot.features.drafting.usecase import AskForDraft, Limits, Redraft, Wish
from bot.features.drafting.views import TEMPLATES
from bot.features.drafting.writing import WriteDraft
from bot.few_shot import FewShots
from bot.slack.message import Message
from pipeline.domain.baselines import HeldOut
from pipeline.domain.drafting import Draft, Shot, Written
from pipeline.domain.spending import Price, SpendRequest, SpendRequestId
from pipeline.domain.training import TuningJob, TuningJobId, VoiceModel
from pipeline.domain.voices import NewDataset, NewVoice, Voice
from pipeline.domain.work import Place, Posting, WorkItem
from pipeline.draft_checks import SeenBefore, seen_before
from pipeline.errors import NoPrice
from pipeline.ports import Transaction
from storage.database import SqlDatabase
from storage.engine import Engine
from storage.liveness import FileLocks
from storage.postings import SqlPostings
from storage.work_queue import SqlWorkQueue
from tests.fakes.databases import migrated_engine

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TEAM, CHANNEL = "T1", "C1"
OWNER, STEWARD, MEMBER, EDITOR, GUEST = "UOWNER", "USTEWARD", "UMEMBER", "UEDITOR", "UGUEST"
ADMIN = "UADMIN"
TEXT = "Repair comes first.\n\nA tool that is kept is a tool that is known, and whoever knows it works faster."


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class People:
    """channels_there: who is in which channel or user group, as far as Slack tells."""

    channels_there: dict[str, frozenset[str]] = field(default_factory=dict)
    learned: list[str] = field(default_factory=list)

    def reachable(self, team_id: str, named: Sequence[str]) -> tuple[str, ...]:
        return tuple(named) if team_id else ()

    def admins(self, team_id: str) -> tuple[str, ...]:
        return self.reachable(team_id, [ADMIN])

    def groups(self, team_id: str) -> dict[str, str]:
        return {place: team_id for place in self.channels_there if place.startswith("S")}

    def members(self, team_id: str, named: str) -> frozenset[str] | None:
        return self.channels_there.get(named) if team_id == TEAM else None

    async def learn(self, channels: Collection[str]) -> None:
        self.learned += channels

    def is_active(self, team_id: str, user: str) -> bool:  # noqa: ARG002  # the port has this shape
        return True

    def is_guest(self, team_id: str, user: str) -> bool:  # noqa: ARG002  # the port has this shape
        return user == GUEST

    def name(self, user: str) -> str:
        return {"UOWNER": "Olive"}.get(user, user)


@dataclass
class FakeProvider:
    """answers: texts or errors, the last one for ever. during: what happens while the model writes."""

    answers: list[str | Exception] = field(default_factory=lambda: [TEXT])
    asked: list[dict[str, Any]] = field(default_factory=list)
    during: Callable[[], Awaitable[None]] | None = None
    finish_reason: str = "stop"

    async def write(self, **wanted: Any) -> Written:
        self.asked.append(wanted)
        await asyncio.sleep(0)
        if self.during is not None:
            await self.during()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return Written(answer, 40, 900, cost_microusd=1_200, latency_ms=900, finish_reason=self.finish_reason)


@dataclass
class FakeProviders:
    provider: FakeProvider

    def training(self, name: str) -> Any:
        raise NotImplementedError

    def writing(self, name: str) -> FakeProvider:  # noqa: ARG002  # the port has this shape
        return self.provider

    def names_for(self, sensitivity: str) -> tuple[str, ...]:  # noqa: ARG002  # the port has this shape
        return ("private",)


@dataclass
class Shared:
    """Files as they were put into Slack. refusal: raised instead."""

    files: list[tuple[str, str, Place]] = field(default_factory=list)
    refusal: Exception | None = None

    async def share(self, name: str, content: bytes, *, place: Place) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.files.append((name, content.decode(), place))


SHOTS = (Shot("tools", "A tool that is kept is a tool that is known."),)


class Blobs:
    async def get(self, sha256: str) -> bytes:
        return sha256.encode()


@dataclass
class Posts:
    """Chooses the same post for everything. known: title and text of the posts that a model knows."""

    known: list[tuple[str, str]] = field(default_factory=list)
    held: tuple[HeldOut, ...] = ()

    async def held_out(self, blobs: Sequence[bytes]) -> tuple[HeldOut, ...]:
        assert blobs
        return self.held

    async def trials(self, blobs: Sequence[bytes]) -> tuple[HeldOut, ...]:
        raise NotImplementedError(blobs)

    async def shots(self, blobs: Sequence[bytes], request: str, budget_tokens: int) -> tuple[Shot, ...]:
        return SHOTS if blobs and request and budget_tokens else ()

    async def seen_before(self, blobs: Sequence[bytes], text: str, at_least: int) -> SeenBefore:
        assert blobs
        return seen_before(text, self.known, at_least=at_least)


UNPRICED = "unpriced"


@dataclass
class Prices:
    """The operator's file; unpriced: a base that stands in none. writing: micro-dollars per million tokens."""

    writing: int = 0

    def find(self, provider: str, base: str) -> Price:
        if base == UNPRICED:
            raise NoPrice(provider, base)
        return Price(provider, base, 0, 0, self.writing, "price page", NOW.date(), 8192, "o200k_base")


@dataclass
class World:
    engine: Engine
    database: SqlDatabase
    queue: SqlWorkQueue
    postings: SqlPostings
    step: WriteDraft
    provider: FakeProvider
    clock: Clock
    voice: Voice
    model: VoiceModel
    posts: Posts
    people: People = field(default_factory=People)
    sharing: Shared = field(default_factory=Shared)
    limits: Limits = field(default_factory=lambda: Limits(a_day=0, workspace_url="https://acme.example/"))
    said: list[Posting] = field(default_factory=list)

    @property
    def ask(self) -> AskForDraft:
        return AskForDraft(self.database, self.people, self.clock, self.limits)

    @property
    def redraft(self) -> Redraft:
        return Redraft(self.database, self.people, self.clock, self.limits)

    @property
    def files(self) -> SendDraftFile:
        return SendDraftFile(self.database, self.sharing, self.clock)

    async def claim(self, owner: str = "w1", lease_s: float = 60) -> WorkItem | None:
        return await self.queue.claim(owner, now=self.clock(), lease_s=lease_s)

    async def work(self, most: int = 50) -> int:
        """Take every piece of work that is due, as the worker does."""
        taken = 0
        while taken < most and (item := await self.claim()) is not None:
            taken += 1
            await (self.step if item.kind == "draft" else self.files)(item)
        return taken

    async def post(self) -> list[Posting]:
        """Post what is due; every message gets the next ts."""
        new = []
        while (posting := await self.post_one()) is not None:
            new.append(posting)
        return new

    async def post_one(self) -> Posting | None:
        posting = await self.postings.claim("p1", now=self.clock(), lease_s=60)
        if posting is not None:
            await self.end_posting(posting, posting.ts or f"{1_764_000_000 + len(self.said)}.000100")
        return posting

    async def start_posting(self) -> Posting:
        """Up to the moment when Slack has the message and we have not stored where."""
        posting = await self.postings.claim("p1", now=self.clock(), lease_s=60)
        assert posting is not None
        await self.postings.about_to_post(posting, now=self.clock())
        return posting

    async def end_posting(self, posting: Posting, ts: str) -> None:
        await self.postings.posted(posting, channel_id=posting.channel_id or "D9", ts=ts, now=self.clock())
        self.said.append(posting)

    async def drafted(self, brief: str = "why we repair tools", user: str = MEMBER, **more: Any) -> Draft:
        """A draft that stands in Slack."""
        await self.ask(
            wish(brief=brief, user=user, delivery=f"d-{len(self.said)}-{brief}", **({"anyway": True} | more))
        )
        await self.work()
        await self.post()
        return (await self.drafts())[-1]

    async def drafts(self) -> list[Draft]:
        async with self.database.read() as tx:
            return await tx.drafts.of_voice(self.voice.voice_id)

    async def ts_of(self, key: str) -> str:
        async with self.database.read() as tx:
            posted = await tx.outbox.posted(key)
        assert posted is not None, key
        return posted.ts

    async def audits(self, what: str) -> list[Any]:
        async with self.database.read() as tx:
            return [entry for entry in await tx.audit.of_team(TEAM) if entry.what == what]

    async def withdraw_consent(self) -> None:
        async with self.database.begin() as tx:
            consent = await tx.consents.newest(self.voice.voice_id)
            assert consent is not None
            await tx.consents.decide(
                consent.consent_id, expected="given", state="withdrawn", at=self.clock(), until=None
            )


def wish(**more: Any) -> Wish:
    values = {
        "team_id": TEAM,
        "channel_id": CHANNEL,
        "user": MEMBER,
        "delivery": "trigger-1",
        "handle": "founder",
        "brief": "why we repair tools",
    }
    return Wish(**(values | more))


def rendered(posting: Posting) -> Message:
    return TEMPLATES[posting.saying.template](posting.saying.facts)


def words_of(message: Message) -> str:
    """Every text of its blocks."""
    found: list[str] = []

    def look(part: Any) -> None:
        if isinstance(part, dict):
            for name, one in part.items():
                if name == "text" and isinstance(one, str):
                    found.append(one)
                else:
                    look(one)
        elif isinstance(part, Sequence) and not isinstance(part, str):
            for one in part:
                look(one)

    look(message.payload()["blocks"])
    return "\n".join(found)


@dataclass
class CrashingDatabase:
    """Dies in the next transactions that would finish a piece of work: before or after the commit."""

    database: SqlDatabase
    crash: str | None = None

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Any]:
        async with self.database.begin() as tx:
            yield tx
            if self.crash == "before":
                raise Crash
        if self.crash == "after":
            raise Crash

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Any]:
        async with self.database.read() as tx:
            yield tx


class Crash(Exception):
    """The process is gone."""


async def open_world(folder: Path) -> World:
    engine = migrated_engine(folder / "world.db")
    database = SqlDatabase(engine, default_month_limit_microusd=10_000_000)
    clock, provider = Clock(), FakeProvider()
    async with database.begin() as tx:
        voice = await tx.voices.add(new_voice("founder"), now=NOW)
        consent = await tx.consents.ask(voice.voice_id, OWNER, now=NOW)
        until = NOW + timedelta(days=365)
        await tx.consents.decide(consent.consent_id, expected="asked", state="given", at=NOW, until=until)
        model = await add_model(tx, voice)
    posts = Posts()
    shots = FewShots(Blobs(), posts, Prices(), database)  # type: ignore[arg-type]  # blobs are only ever read here
    locks = FileLocks(folder / "locks")
    step = WriteDraft(database, FakeProviders(provider), locks, People(), clock, system_of, shots)
    queue, postings = SqlWorkQueue(engine), SqlPostings(engine)
    return World(engine, database, queue, postings, step, provider, clock, voice, model, posts)


def new_voice(handle: str) -> NewVoice:
    return NewVoice(TEAM, handle, "generation", "private", OWNER, STEWARD, CHANNEL, "people post it", "the blog")


def system_of(voice: Voice) -> str:
    return f"You write in the voice of {voice.handle}."


async def add_model(tx: Transaction, voice: Voice, *, queued_at: datetime = NOW) -> VoiceModel:
    round_ = await tx.rounds.open_for(voice, channel_id=CHANNEL, now=NOW)
    dataset = await tx.datasets.add(
        NewDataset(
            team_id=TEAM,
            voice_id=voice.voice_id,
            round_id=round_.round_id,
            content_hash=f"hash-{round_.round_id}",
            train_blob="a",
            validation_blob="b",
            test_blob="c",
            report_blob="d",
            documents_read=100,
            kept=87,
            examples=87,
            train_examples=70,
            train_tokens=60_000,
            tokens=73_312,
            words=60_900,
            open_blockers=(),
            recipe_blob="e",
            fates_blob="f",
        ),
        now=NOW,
    )
    revision = await tx.rounds.changed(round_.round_id)
    await tx.rounds.prepared(round_.round_id, revision=revision, dataset_id=dataset.dataset_id)
    request = await tx.spend_requests.ask(
        SpendRequest(
            spend_request_id=SpendRequestId(0),
            team_id=TEAM,
            voice_id=voice.voice_id,
            round_id=round_.round_id,
            dataset_id=dataset.dataset_id,
            dataset_hash=dataset.facts.content_hash,
            provider="private",
            base="small",
            method="supervised",
            epochs=3,
            ceiling_microusd=1_000_000,
            estimate_microusd=500_000,
            state="asked",
            requested_by=STEWARD,
            requested_at=NOW,
        )
    )
    job = TuningJob(
        tuning_job_id=TuningJobId(0),
        team_id=TEAM,
        voice_id=voice.voice_id,
        round_id=round_.round_id,
        dataset_id=dataset.dataset_id,
        spend_request_id=request.spend_request_id,
        key=f"us-{request.spend_request_id}",
        provider="private",
        base="small",
        epochs=3,
        state="ready",
        queued_at=queued_at,
    )
    return await tx.voice_models.add(await tx.tuning_jobs.queue(job), model_name="ft:small:founder", now=NOW)
