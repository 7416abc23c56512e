"""Tier C: two whole bots as processes, killed and frozen at named lines and at any time, between a failing provider
and a failing Slack; then everything is healed, and everything must end.

A schedule is its seed. Replaying one draws the same plan; what the processes make of it depends on the machine.
Waits of a real bot are shortened by hand: the leases of a dead or frozen process are over at once, and a run that
nobody can find is looked for again as soon as the provider must have shown it.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from math import inf
from pathlib import Path
from pprint import pformat
from typing import Any, Final

from sqlmodel import col, select, update

from bot.approver_buttons import APPROVE
from bot.features.spending.usecase import Decision
from bot.features.training.record import Timing
from bot.features.training.views import SEND
from bot.settings import Settings
from pipeline.domain.spending import SpendRequestId
from pipeline.domain.training import TERMINAL_TUNING_STATES
from pipeline.domain.voices import Voice
from pipeline.errors import AlreadyDecided
from pipeline.failpoints import Failpoint
from sandbox.client import ControlRefused
from sandbox.workspace import Message
from storage.tables import OutboxRow, ReactionRow, SpendRequestRow, TuningJobRow, WorkRow
from tests.crash.child import Ailments, Birth, Nursery
from tests.crash.ground import (
    APPROVER,
    APPROVER2,
    ASIDE,
    CHANNEL,
    OWNER,
    RATE_MICROUSD_PER_MILLION,
    SPEND_CHANNEL,
    STEWARD,
    TEAM,
    TRAINED_TOKENS,
    Ground,
    Process,
    open_ground,
)
from tests.crash.invariants import Violation, read_books, violations
from tests.crash.sweep import CREATE, PROVIDER_OUTCOMES, UPLOAD

BOTS: Final = 2
VOICES: Final = 4
ANSWER_S: Final = 1.5  # who pressed looks again before pressing again
START_S: Final = 20.0  # a busy machine
WILD_S: Final = 5.0  # how long things go wrong
STILL_S: Final = 90.0  # after that, who stands still for so long will never end
END_WITHIN_S: Final = 900.0  # and nobody may take longer, however busy the machine
LOOK_S: Final = 0.05
LEASE_S: Final = 30.0
FROZEN_S: Final = (1.5, 7.0)  # the longer one leaves another bot the time to look for a message, and to say it
# A request ends within 2 s, and 4 s later the provider's lists show what it took; they are late by at most 1 s.
TIMING: Final = Timing(request_timeout_s=2, settle_s=4, poll_s=0.3)
LISTED_LATE_S: Final = 1.0
REACTIONS: Final = ("+1", "-1")
WISHES: Final = (*["approve"] * 6, "decline", "change", "withdraw", "withdraw later")
POINTS: Final[tuple[Failpoint, ...]] = (
    "work.claimed",
    "approve.decided",
    "upload.before_remote",
    "upload.after_remote",
    "submit.before_remote",
    "submit.after_remote",
    "find.after_remote",
    "watch.after_remote",
    "post.claimed",
    "post.before_remote",
    "post.after_remote",
)
JOB, JOBS, FILES = "GET /fine_tuning/jobs/{job_id}", "GET /fine_tuning/jobs", "GET /files"
PROVIDER_FAULTS: Final = tuple(name for name in PROVIDER_OUTCOMES if name not in ("ok", "refused", "closed"))
SLACK_METHODS: Final = ("chat.postMessage", "chat.postMessage", "chat.update", "conversations.replies")
SLACK_FAULTS: Final = ("rate_limited", "server_error", "reset_before", "reset_after", "slow")
EVENT_FAULTS: Final = ("duplicate", "delay", "reorder")


@dataclass(frozen=True)
class Plan:
    """What a seed says. wishes: what becomes of each voice's request."""

    seed: int
    wishes: tuple[str, ...]
    kills: dict[Failpoint, float]
    freezes: dict[Failpoint, float]
    kill_per_look: float
    freeze_per_look: float
    provider_fault: float
    slack_fault: float
    frozen_s: float
    refuses: bool

    @classmethod
    def drawn(cls, seed: int) -> Plan:
        chance = random.Random(seed)
        likely: dict[Failpoint, float] = {name: chance.choice((0, 0.05, 0.15, 0.3)) for name in POINTS}
        commits: dict[Failpoint, float] = {"commit.before": chance.choice((0, 0.01)), "commit.after": 0.01}
        return cls(
            seed,
            tuple(chance.choice(WISHES) for _ in "v" * VOICES),
            likely | commits,
            {name: chance.choice((0, 0, 0.1)) for name in POINTS},
            chance.choice((0, 0.01, 0.03)),
            chance.choice((0, 0.005)),
            chance.choice((0, 0.1, 0.3)),
            chance.choice((0, 0.05, 0.15)),
            chance.choice(FROZEN_S),
            chance.random() < 0.1,
        )


@dataclass
class Report:
    """What one schedule came to; figures are sums over its processes."""

    seed: int
    database: str
    wishes: tuple[str, ...] = ()
    jobs: int = 0
    kills: int = 0
    freezes: int = 0
    faults: int = 0
    posts: int = 0
    reactions: int = 0
    asked: int = 0
    seconds: float = 0.0
    ended: dict[str, int] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Bot:
    """One of the two; another is started whenever it died."""

    pid: int
    is_frozen: bool = False
    leases_pass: bool = False

    @property
    def owner(self) -> str:
        return f"{socket.gethostname()}:{self.pid}"

    @property
    def state(self) -> str:
        """As the kernel says it: T for stopped, empty when there is none."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text("utf-8")
        except (FileNotFoundError, ProcessLookupError):
            return ""
        return stat.rsplit(")", 1)[1].split()[0].replace("Z", "")

    def send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def thaw(self) -> None:
        self.send(signal.SIGCONT)
        self.is_frozen = False

    async def end(self) -> None:
        self.send(signal.SIGKILL)
        while self.state:  # noqa: ASYNC110  # only a parent is told when a process ended
            await asyncio.sleep(LOOK_S)


@dataclass
class Nemesis:
    """Keeps the bots running and makes everything go wrong, until it is told to heal."""

    ground: Ground
    over: Process
    plan: Plan
    report: Report
    settings: Settings
    nursery: Nursery
    chance: random.Random
    bots: list[Bot] = field(default_factory=list)
    is_wild: bool = True
    started: int = 0

    def new_bot(self) -> Bot:
        self.started += 1
        plan = self.plan
        seed = plan.seed * 1000 + self.started
        ailments = Ailments(seed, *((plan.kills, plan.freezes) if self.is_wild else ({}, {})))
        return Bot(self.nursery.start(Birth(self.settings, ailments, self.ground.folder / "bots.log")))

    async def rage(self) -> None:
        """WILD_S long, from when both are up."""
        self.bots = [self.new_bot() for _ in range(BOTS)]
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            if self.ground.space.slack.sockets.connections >= BOTS:
                until = min(until, time.monotonic() + WILD_S)
            await self.look_after_bots()
            if self.chance.random() < self.plan.kill_per_look:
                self.chance.choice(self.bots).send(signal.SIGKILL)
            if self.chance.random() < self.plan.freeze_per_look:
                self.chance.choice(self.bots).send(signal.SIGSTOP)
            self.disturb_provider()
            self.disturb_slack()
            await asyncio.sleep(LOOK_S)

    async def look_after_bots(self) -> None:
        for at, bot in enumerate(self.bots):
            if not bot.state:
                self.report.kills += 1
                await self.pass_leases(bot)
                self.bots[at] = self.new_bot()
            elif bot.leases_pass:
                bot.leases_pass = False
                await self.pass_leases(bot)

    async def thaw_all(self) -> None:
        """In a task of its own: a frozen bot may hold the very lock that everything else here waits for."""
        while True:
            for bot in self.bots:
                if bot.state == "T" and not bot.is_frozen:
                    self.report.freezes += 1
                    bot.is_frozen = bot.leases_pass = True
                    asyncio.get_running_loop().call_later(self.plan.frozen_s, bot.thaw)
            await asyncio.sleep(LOOK_S)

    async def pass_leases(self, bot: Bot) -> None:
        """As if the process had been silent for longer than its leases."""
        past = self.ground.now().replace(year=2000)
        async with self.over.engine.writing() as session:
            for table in (WorkRow, OutboxRow):
                await session.exec(update(table).where(col(table.owner) == bot.owner).values(lease_until=past))

    def disturb_provider(self) -> None:
        if self.chance.random() > self.plan.provider_fault:
            return
        route = self.chance.choice((CREATE, CREATE, UPLOAD, JOB, JOBS, FILES))
        name = self.chance.choice(PROVIDER_FAULTS)
        if self.plan.refuses and route == CREATE:
            name = self.chance.choice(("refused", "closed"))
        answer = PROVIDER_OUTCOMES[name]
        if answer is not None and not self.ground.provider.will_fail(route):
            self.ground.provider.next(route, **answer)
            self.report.faults += 1

    def disturb_slack(self) -> None:
        faults = self.ground.space.slack.faults
        if self.chance.random() > self.plan.slack_fault or faults.as_json():
            return
        if self.chance.random() < 0.3:
            event = self.chance.choice(("reaction_added", "reaction_removed"))
            faults.add({"event": event, "kind": self.chance.choice(EVENT_FAULTS)})
        else:
            kind, method = self.chance.choice(SLACK_FAULTS), self.chance.choice(SLACK_METHODS)
            faults.add({"method": method, "kind": kind, "seconds": 0.5})
        self.report.faults += 1

    async def heal(self) -> None:
        """Nothing goes wrong any more; two bots without ailments."""
        self.is_wild = False
        self.report.faults -= self.ground.provider.heal() + len(self.ground.space.slack.faults.as_json())
        self.ground.space.slack.faults.clear()
        await self.end()
        self.bots = [self.new_bot() for _ in range(BOTS)]

    async def end(self) -> None:
        for bot in self.bots:
            await bot.end()
            await self.pass_leases(bot)


@dataclass
class Crowd:
    """What people and the provider do meanwhile, as often as it takes until it is done."""

    ground: Ground
    over: Process
    plan: Plan
    voices: list[Voice]
    report: Report
    chance: random.Random
    done: set[int] = field(default_factory=set)
    withdrawn: set[int] = field(default_factory=set)
    pressed_at: dict[int, float] = field(default_factory=dict)

    async def act(self) -> None:
        while True:
            self.train()
            await self.decide()
            await self.react()
            await self.help_lost_runs()
            await asyncio.sleep(LOOK_S * 4)

    def train(self) -> None:
        """A job runs when it was looked at, and is done the next time."""
        for job_id, job in self.ground.provider.jobs.items():
            if job["status"] == "running":
                self.ground.provider.finish(job_id, trained_tokens=TRAINED_TOKENS)
            elif job["status"] == "validating_files":
                self.ground.provider.run(job_id)

    async def decide(self) -> None:
        async with self.over.engine.reading() as session:
            requests = (await session.exec(select(SpendRequestRow).order_by(col(SpendRequestRow.id)))).all()
        for request, wish, voice in zip(requests, self.plan.wishes, self.voices, strict=True):
            card = self.message(SPEND_CHANNEL, f"spend:{request.id}:card")
            if request.state == "approved" and wish == "withdraw later" and request.id not in self.withdrawn:
                self.withdrawn.add(request.id)
                await self.withdraw(voice)
            if card is None or request.state != "asked":
                continue
            if request.id not in self.done and wish == "change":
                await self.over.change_texts(voice, f"{voice.voice_id:012x}" + "0000" * 13)
            if request.id not in self.done and wish == "withdraw":
                await self.withdraw(voice)
            self.done.add(request.id)
            if wish == "decline":
                await self.decline(request.id)
            elif time.monotonic() > self.pressed_at.get(request.id, 0) + ANSWER_S:
                pressed = await asyncio.gather(
                    *(self.press(user, card, APPROVE) for user in (APPROVER, APPROVER2, APPROVER))
                )
                was_heard = any(pressed)
                self.pressed_at[request.id] = inf if was_heard and wish == "withdraw" else time.monotonic()

    async def decline(self, request_id: int) -> None:
        try:
            await self.over.decline(Decision(TEAM, SpendRequestId(request_id), APPROVER, "not now"))
        except AlreadyDecided:
            return

    async def withdraw(self, voice: Voice) -> None:
        """While its request waits, approving is then refused and the request stays open; later, the run may stop."""
        async with self.over.parts.database.begin() as tx:
            consent = await tx.consents.newest(voice.voice_id)
            assert consent is not None
            await tx.consents.decide(
                consent.consent_id, expected="given", state="withdrawn", at=self.ground.now(), until=None
            )

    async def react(self) -> None:
        cards = list(self.ground.space.slack.workspace.channels[CHANNEL].messages.values())
        if not cards or self.chance.random() > 0.5:
            return
        card, user, name = cards[0], self.chance.choice((OWNER, STEWARD)), self.chance.choice(REACTIONS)
        is_there = user in card.reactions.get(name, [])
        client = self.ground.space.client
        try:
            await (client.unreact if is_there else client.react)(user, CHANNEL, card.ts, name)
            self.report.reactions += 1
        except ControlRefused:
            return

    async def help_lost_runs(self) -> None:
        """Time passes for runs in doubt once the provider must show what it took; a steward answers when asked."""
        now = self.ground.now()
        async with self.over.engine.writing() as session:
            rows = (await session.exec(select(TuningJobRow).where(TuningJobRow.state == "in-doubt"))).all()
            lost = [row for row in rows if row.intent_at and TIMING.shows_at(row.intent_at) < now]
            free = update(WorkRow).where(
                col(WorkRow.kind) == "tuning",
                col(WorkRow.subject).in_([str(row.id) for row in lost]),
                col(WorkRow.owner).is_(None),
                col(WorkRow.state) == "due",
            )
            await session.exec(free.values(run_at=now))
        for row in lost:
            question = self.message(CHANNEL, f"tuning:{row.id}:found")
            if question is not None and row.unknowns > TIMING.checks:
                pressed = await self.press("steward", question, SEND)
                self.report.asked += pressed

    async def press(self, user: str, message: Message, action: str) -> bool:
        try:
            pressed = await self.ground.space.client.press(user, message.channel_id, message.ts, action)
        except ControlRefused:
            return False  # the button is gone
        return bool(pressed["outcome"] == "acked")

    def message(self, channel_id: str, key: str) -> Message | None:
        for message in self.ground.space.slack.workspace.channels[channel_id].messages.values():
            if message.metadata and message.metadata.get("event_payload", {}).get("key") == key:
                return message
        return None


@asynccontextmanager
async def beginning(folder: Path, database_url: str) -> AsyncIterator[tuple[Ground, Process, list[Voice]]]:
    """Money is asked for each voice; nobody was told yet."""
    opened = open_ground(folder, database_url, retry_scale=0.02, ack_timeout_s=1.5, timing=TIMING)
    async with opened as ground, ground.process() as over:
        voices = [await over.add_voice(f"voice-{number}") for number in range(VOICES)]
        for voice in voices:
            await over.asked(voice)
        yield ground, over, voices


async def play(seed: int, folder: Path, database_url: str, nursery: Nursery) -> Report:
    began, plan = time.monotonic(), Plan.drawn(seed)
    report = Report(seed, database_url.split("+", 1)[0], plan.wishes)
    async with beginning(folder, database_url) as (ground, over, voices):
        created: dict[str, float] = {}
        ground.provider.shows = lambda job: (
            time.monotonic() >= created.setdefault(job["id"], time.monotonic()) + LISTED_LATE_S
        )
        nemesis = Nemesis(ground, over, plan, report, bot_settings(ground), nursery, random.Random(seed + 1))
        crowd = Crowd(ground, over, plan, voices, report, random.Random(seed + 2))
        acting = [asyncio.create_task(crowd.act()), asyncio.create_task(nemesis.thaw_all())]
        try:
            await nemesis.rage()
            await nemesis.heal()
            await until_ended(nemesis, crowd)
        finally:
            for task in acting:
                task.cancel()
            ended = await asyncio.gather(*acting, return_exceptions=True)
            await ground.space.slack.events.tasks.settled(timeout_s=START_S)  # what a bot stored, Slack knows it heard
            await nemesis.end()
        if broken := [each for each in ended if isinstance(each, Exception)]:
            raise broken[0]  # what people did is part of the schedule
        await judge(ground, over, report)
    report.seconds = round(time.monotonic() - began, 1)
    return report


async def until_ended(nemesis: Nemesis, crowd: Crowd) -> None:
    began = moved = time.monotonic()
    stand: object = None
    while not await has_ended(nemesis.over, crowd):
        now, before, stand = time.monotonic(), stand, await standing(nemesis.over)
        moved = now if stand != before else moved
        if now - moved > STILL_S or now - began > END_WITHIN_S:
            return
        await nemesis.look_after_bots()
        await asyncio.sleep(LOOK_S * 4)


async def standing(over: Process) -> object:
    """How far everything is."""
    books = await read_books(over.engine)
    said = [(row.state, row.revision, row.intent_at) for row in books.outbox]
    jobs = [(job.state, job.training_file, job.validation_file, job.intent_at, job.unknowns) for job in books.jobs]
    return jobs, said, [request.state for request in books.requests]


async def has_ended(over: Process, crowd: Crowd) -> bool:
    """Decided by whoever would, and every run ended and everything said. Consent withdrawn leaves a request open."""
    books = await read_books(over.engine)
    open_ = [wish for request, wish in zip(books.requests, crowd.plan.wishes, strict=True) if request.state == "asked"]
    is_idle = not any(work.state == "due" and work.kind not in ASIDE for work in books.work) and not any(
        said.state == "due" for said in books.outbox
    )
    is_over = all(job.state in TERMINAL_TUNING_STATES for job in books.jobs)
    return is_idle and is_over and all(wish == "withdraw" for wish in open_)


async def judge(ground: Ground, over: Process, report: Report) -> None:
    books = await read_books(over.engine)
    slack = ground.space.slack
    report.jobs = len(books.jobs)
    report.ended = dict(Counter(job.state for job in books.jobs))
    report.posts = sum(row.state == "done" for row in books.outbox)
    for request, wish in zip(books.requests, report.wishes, strict=True):
        if request.state == "asked" and wish != "withdraw":
            report.violations.append(Violation("never decided", f"{request.id}: {wish}"))
    report.violations += violations(books, ground.provider.jobs, slack.workspace, rate=RATE_MICROUSD_PER_MILLION)
    async with over.engine.reading() as session:
        stored = (await session.exec(select(ReactionRow))).all()
    report.violations += reactions([one.facts for one in slack.feed.after(0, "delivery")], stored)
    if report.violations:
        (ground.folder / "books.txt").write_text(pformat(asdict(books), width=200), "utf-8")


def reactions(deliveries: list[dict[str, Any]], stored: Any) -> Iterator[Violation]:
    """Of each emoji the newest event that was acknowledged is stored, or one that came after it."""
    rows = {(row.channel_id, row.ts, row.user, row.name): row for row in stored}
    acked: dict[tuple[str, str, str, str], str] = {}
    sent: dict[tuple[str, ...], bool] = {}
    for delivery in deliveries:
        event = delivery.get("payload", {}).get("event", {})
        if event.get("type") not in ("reaction_added", "reaction_removed"):
            continue
        which = (event["item"]["channel"], event["item"]["ts"], event["user"], event["reaction"])
        sent[(*which, event["event_ts"])] = event["type"] == "reaction_added"
        if delivery["outcome"] == "acked":
            acked[which] = max(acked.get(which, ""), event["event_ts"])
    for which, event_ts in acked.items():
        row = rows.get(which)
        if row is None or row.event_ts < event_ts or sent.get((*which, row.event_ts)) != row.present:
            yield Violation("a reaction is lost", f"{which} {event_ts}: {row and (row.event_ts, row.present)}")


def bot_settings(ground: Ground) -> Settings:
    """As an operator would give them, with waits that a test can live with."""
    made = ground.settings()
    models = made.models.model_copy(
        update={
            "request_timeout_s": TIMING.request_timeout_s,
            "settle_s": TIMING.settle_s,
            "poll_s": TIMING.poll_s,
        }
    )
    work = made.work.model_copy(update={"workers": 2, "lease_s": LEASE_S, "tick_s": 0.5})
    return made.model_copy(update={"models": models, "work": work})
