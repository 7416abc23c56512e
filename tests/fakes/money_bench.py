"""A workspace with a voice, its consent and a prepared round, over a real database and small stand-ins."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast, get_args

from sqlalchemy import delete
from sqlmodel import select

from bot.features.costs.prices import EnterPrice, ListPrices, OpenPrice
from bot.features.costs.usecase import ShowCost
from bot.features.spending.asking import AskForSpend, OpenTrainForm, SpendWish
from bot.features.spending.questions import AskAboutRequest
from bot.features.spending.signing import new_job
from bot.features.spending.standing_in import NameStandIn
from bot.features.spending.usecase import ApproveInEmergency, ApproveSpend, CheckDecline, Decision, DeclineSpend
from bot.features.spending.waiting import WatchRequest
from bot.offers import Market
from pipeline.domain.approvals import RuleName, SpendRules
from pipeline.domain.feedback import PairTokens, RoundFeedback
from pipeline.domain.preflights import Check, CheckName, CheckOutcome, Preflight
from pipeline.domain.rehearsals import RehearsalRecord, RehearsalVerdict
from pipeline.domain.spending import Method, Price, SpendRequest, SpendRequestId
from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Dataset, NewDataset, NewVoice, Round, Sensitivity, Voice
from pipeline.domain.work import AuditEntry
from pipeline.errors import NoPrice, UnknownProvider
from pipeline.ports import TuningProvider, WritingProvider
from storage.database import SqlDatabase
from storage.engine import Engine
from storage.tables import OutboxRow, SpendHoldRow, TuningJobRow, WorkRow, metadata
from storage.work_queue import SqlWorkQueue
from tests.fakes.judgements import judge

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TEAM = "T1"
OWNER, STEWARD, BOSS, BOSS2, MEMBER = "UOWNER", "USTEWARD", "UBOSS", "UBOSS2", "UMEMBER"
MONTH_LIMIT_MICROUSD = 5_000_000
RULES: Final = SpendRules(approvers=(BOSS, BOSS2), channel_id="CSPEND")


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class People:
    """who: everybody who is there; members: by user group. The rest left or never was."""

    who: Sequence[str] = (BOSS, BOSS2, OWNER, STEWARD, MEMBER)
    members: dict[str, Sequence[str]] = field(default_factory=dict)

    def reachable(self, team_id: str, named: Sequence[str]) -> tuple[str, ...]:
        listed = [user for entry in named for user in self.members.get(entry, [entry])]
        return tuple(user for user in dict.fromkeys(listed) if team_id == TEAM and user in self.who)

    def is_active(self, team_id: str, user: str) -> bool:  # noqa: ARG002  # the port has this shape
        return True

    def is_guest(self, team_id: str, user: str) -> bool:
        return not (team_id and user)

    def name(self, user: str) -> str:
        return user

    def admins(self, team_id: str) -> tuple[str, ...]:
        return self.reachable(team_id, [OWNER])

    def groups(self, team_id: str) -> dict[str, str]:
        return {group: f"{group} of {team_id}" for group in self.members}


@dataclass
class Providers:
    """private sees everything, openai what is public or internal."""

    names: dict[str, frozenset[str]] = field(
        default_factory=lambda: {
            "private": frozenset({"public", "internal", "private"}),
            "openai": frozenset({"public", "internal"}),
        }
    )

    def training(self, name: str) -> TuningProvider:
        raise UnknownProvider(name)

    def writing(self, name: str) -> WritingProvider:
        raise UnknownProvider(name)

    def names_for(self, sensitivity: Sensitivity) -> tuple[str, ...]:
        return tuple(name for name, allowed in self.names.items() if sensitivity in allowed)


@dataclass
class Bases:
    by_provider: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {"private": ("small",), "openai": ("gpt-mini", "gpt-unpriced")}
    )
    closing: dict[str, date] = field(default_factory=dict)
    methods: dict[str, tuple[Method, ...]] = field(default_factory=lambda: {"private": ("supervised", "dpo")})
    going_on: tuple[str, ...] = ("private",)

    def offered_by(self, provider: str) -> tuple[str, ...]:
        return self.by_provider.get(provider, ())

    def methods_of(self, provider: str, base: str) -> tuple[Method, ...]:
        assert base
        return self.methods.get(provider, ("supervised",))

    def trains_tuned_models(self, provider: str) -> bool:
        return provider in self.going_on

    def closes_on(self, provider: str) -> date | None:
        return self.closing.get(provider)


def price(provider: str, base: str, **more: Any) -> Price:
    known = Price(provider, base, 50_000, 10_000, 10_000, "price page", date(2026, 11, 20), 8192, "o200k_base")
    return replace(known, **more)


@dataclass
class Prices:
    rows: list[Price] = field(
        default_factory=lambda: [
            price("private", "small", encoding_is_exact=False),
            price("openai", "gpt-mini", train_microusd_per_million=5_000_000, shutdown_on=date(2027, 1, 14)),
        ]
    )

    def find(self, provider: str, base: str) -> Price:
        for row in self.rows:
            if (row.provider, row.base) == (provider, base):
                return row
        raise NoPrice(provider, base)


def new_dataset(of: Round, **more: Any) -> NewDataset:
    facts = NewDataset(
        team_id=of.team_id,
        voice_id=of.voice_id,
        round_id=of.round_id,
        content_hash="9f3c" * 16,
        train_blob="a",
        validation_blob="b",
        test_blob="c",
        report_blob="d",
        documents_read=100,
        kept=87,
        examples=87,
        train_examples=80,
        train_tokens=80_000,
        tokens=87_000,
        words=60_000,
        open_blockers=(),
    )
    return replace(facts, **more)


@dataclass
class Bench:
    db: SqlDatabase
    engine: Engine
    clock: Clock = field(default_factory=Clock)
    people: People = field(default_factory=People)
    providers: Providers = field(default_factory=Providers)
    bases: Bases = field(default_factory=Bases)
    prices: Prices = field(default_factory=Prices)

    async def rule(self, **rules: Any) -> None:
        """As an admin sets them."""
        async with self.db.begin() as tx:
            for name, value in rules.items():
                await tx.spend_rules.change(TEAM, cast("RuleName", name), value, by=OWNER, now=NOW)

    @property
    def emergency(self) -> ApproveInEmergency:
        return ApproveInEmergency(self.db, self.market, self.people, self.clock)

    @property
    def stand_in(self) -> NameStandIn:
        return NameStandIn(self.db, self.people, self.clock)

    @property
    def question(self) -> AskAboutRequest:
        return AskAboutRequest(self.db, self.people, self.clock)

    async def watch(self, request: SpendRequest) -> None:
        """The worker's look at the request, if it is due by now."""
        queue = SqlWorkQueue(self.engine)
        only: Any = {"approval": [str(request.spend_request_id)]}
        item = await queue.claim("worker", now=self.clock(), lease_s=60, only=only)
        if item is not None:
            await WatchRequest(self.db, self.people, self.clock)(item)

    @property
    def market(self) -> Market:
        return Market(self.prices, self.bases, self.providers)

    @property
    def cost(self) -> ShowCost:
        return ShowCost(self.db, self.market, self.clock)

    @property
    def prices_listed(self) -> ListPrices:
        return ListPrices(self.db, self.market, self.people, self.clock)

    @property
    def price_opened(self) -> OpenPrice:
        return OpenPrice(self.db, self.market, self.people, self.clock)

    @property
    def price_entered(self) -> EnterPrice:
        return EnterPrice(self.db, self.market, self.people, self.clock)

    @property
    def form(self) -> OpenTrainForm:
        return OpenTrainForm(self.db, self.market, self.clock)

    @property
    def ask(self) -> AskForSpend:
        return AskForSpend(self.db, self.market, self.people, self.clock)

    @property
    def approve(self) -> ApproveSpend:
        return ApproveSpend(self.db, self.market, self.people, self.clock)

    @property
    def check_decline(self) -> CheckDecline:
        return CheckDecline(self.db, self.people, self.clock)

    @property
    def decline(self) -> DeclineSpend:
        return DeclineSpend(self.db, self.people, self.clock)

    async def add_voice(self, sensitivity: Sensitivity = "internal", *, consent: bool = True) -> Voice:
        new = NewVoice(TEAM, "founder", "generation", sensitivity, OWNER, STEWARD, "C1", "", "")
        async with self.db.begin() as tx:
            voice = await tx.voices.add(new, now=NOW)
            asked = await tx.consents.ask(voice.voice_id, OWNER, now=NOW)
            if consent:
                until = NOW + timedelta(days=365)
                await tx.consents.decide(asked.consent_id, expected="asked", state="given", at=NOW, until=until)
        return voice

    async def forget(self) -> None:
        """Everything that was stored: for tests that tell several stories over one database."""
        async with self.engine.writing() as session:
            for table in reversed(metadata.sorted_tables):
                if table.name != "alembic_version":
                    await session.exec(delete(table))

    async def other_voice(self) -> Voice:
        """A second one, ready to be asked for."""
        new = NewVoice(TEAM, "second", "generation", "internal", OWNER, STEWARD, "C1", "", "")
        async with self.db.begin() as tx:
            voice = await tx.voices.add(new, now=NOW)
            asked = await tx.consents.ask(voice.voice_id, OWNER, now=NOW)
            until = NOW + timedelta(days=365)
            await tx.consents.decide(asked.consent_id, expected="asked", state="given", at=NOW, until=until)
        await self.prepare(voice, content_hash="second")
        return voice

    async def withdraw(self, voice: Voice) -> None:
        async with self.db.begin() as tx:
            newest = await tx.consents.newest(voice.voice_id)
            assert newest is not None
            await tx.consents.decide(newest.consent_id, expected="given", state="withdrawn", at=NOW, until=None)

    async def prepare(
        self, voice: Voice, *, rehearsal: RehearsalVerdict | None = "pass", is_compared: bool = True, **more: Any
    ) -> Dataset:
        """One more revision of the voice's round, the dataset it comes to, and what its rehearsal found.

        is_compared: judges told few-shot drafts from real posts, so that training may be worth it.
        """
        async with self.db.begin() as tx:
            round_ = await tx.rounds.open_for(voice, channel_id="C1", now=NOW)
            revision = await tx.rounds.changed(round_.round_id)
            dataset = await tx.datasets.add(new_dataset(round_, **more), now=NOW)
            await tx.rounds.prepared(round_.round_id, revision=revision, dataset_id=dataset.dataset_id)
        if rehearsal is not None:
            await self.rehearse(dataset, rehearsal)
        async with self.db.begin() as tx:
            if is_compared and await tx.baselines.newest(dataset) is None:
                await judge(tx, dataset)
        await self.answered()
        return dataset

    async def answered(self, **outcomes: CheckOutcome) -> None:
        """Every provider was asked about every base just now and said yes, but for these checks."""
        async with self.db.begin() as tx:
            for provider, bases in self.bases.by_provider.items():
                for base in bases:
                    checks = tuple(Check(name, outcomes.get(name, "ok")) for name in get_args(CheckName))
                    await tx.preflights.record(Preflight(TEAM, provider, base, checks, self.clock.now))

    async def rehearse(self, dataset: Dataset, verdict: RehearsalVerdict = "pass", problems: int = 2) -> None:
        """As the worker records it."""
        found = tuple({"rule": f"rule-{number}"} for number in range(problems)) if verdict == "refuse" else ()
        facts = dataset.facts
        record = RehearsalRecord(TEAM, dataset.dataset_id, facts.content_hash, verdict, found, "e", NOW)
        async with self.db.begin() as tx:
            await tx.rehearsals.record(record)

    async def billed(
        self,
        voice: Voice,
        provider: str,
        *,
        estimate_microusd: int,
        actual_microusd: int | None,
        trained_s: float | None = None,
    ) -> None:
        """A finished run of the voice. actual_microusd: None where the provider never told its bill."""
        async with self.db.begin() as tx:
            round_ = await tx.rounds.open_for(voice, channel_id="C1", now=NOW)
            assert round_.dataset_id is not None
            request = await tx.spend_requests.ask(
                SpendRequest(
                    spend_request_id=SpendRequestId(0),
                    team_id=TEAM,
                    voice_id=voice.voice_id,
                    round_id=round_.round_id,
                    dataset_id=round_.dataset_id,
                    dataset_hash="9f3c" * 16,
                    provider=provider,
                    base="small",
                    method="supervised",
                    epochs=3,
                    ceiling_microusd=estimate_microusd,
                    estimate_microusd=estimate_microusd,
                    state="approved",
                    requested_by=STEWARD,
                    requested_at=NOW,
                )
            )
            job = await tx.tuning_jobs.queue(new_job(request, NOW))
            told = replace(
                job,
                state="ready",
                trained_tokens=None if actual_microusd is None else 1,
                actual_microusd=estimate_microusd if actual_microusd is None else actual_microusd,
                trained_s=trained_s,
            )
            await tx.tuning_jobs.update(told)

    async def trained(self, voice: Voice, **more: Any) -> VoiceModel:
        """A version of the voice, promoted. more: fields of its run."""
        async with self.db.begin() as tx:
            round_ = await tx.rounds.open_for(voice, channel_id="C1", now=NOW)
            assert round_.dataset_id is not None
            run = {"spend_request_id": SpendRequestId(0), "team_id": TEAM, "voice_id": voice.voice_id}
            run |= {"round_id": round_.round_id, "dataset_id": round_.dataset_id, "dataset_hash": "9f3c" * 16}
            run |= {"provider": "private", "base": "small", "method": "supervised", "epochs": 3, "state": "approved"}
            run |= {"ceiling_microusd": 1, "estimate_microusd": 1, "requested_by": STEWARD, "requested_at": NOW}
            request = await tx.spend_requests.ask(SpendRequest(**{**run, **more}))
            job = replace(await tx.tuning_jobs.queue(new_job(request, NOW)), state="ready")
            await tx.tuning_jobs.update(job)
            model = await tx.voice_models.add(job, model_name=f"ft:{job.base}:1", now=NOW)
            await tx.voice_models.promote(model, by=OWNER, reason="", at=NOW)
            return await tx.voice_models.by_id(model.voice_model_id)

    async def take(self, voice: Voice, pairs: int = 120, *, blob: str = "pairs", counted: bool = True) -> None:
        """Feedback of the open round: so many pairs, of 20 tokens asked and 80 answered each."""
        tokens = PairTokens(20 * pairs, 80 * pairs) if counted else None
        async with self.db.begin() as tx:
            round_ = await tx.rounds.open_for(voice, channel_id="C1", now=NOW)
            taken = RoundFeedback(round_.round_id, TEAM, STEWARD, NOW, "s", blob, "k", 0, pairs, (), {}, tokens)
            await tx.round_feedbacks.take(taken)

    async def override(self, dataset: Dataset) -> None:
        async with self.db.begin() as tx:
            reason = "the links belong to the posts"
            assert await tx.rehearsals.override(dataset, by=STEWARD, reason=reason, at=NOW)

    async def change_source(self, voice: Voice) -> None:
        async with self.db.begin() as tx:
            round_ = await tx.rounds.open_for(voice, channel_id="C1", now=NOW)
            await tx.rounds.changed(round_.round_id)

    async def asked(self, **more: Any) -> SpendRequest:
        """A request that waits, for a voice with consent and texts."""
        voice = await self.add_voice()
        await self.prepare(voice)
        outcome = await self.ask(wish(**more))
        return await self.request(getattr(outcome, "request").spend_request_id)  # noqa: B009  # an outcome of four kinds

    async def request(self, request_id: SpendRequestId) -> SpendRequest:
        async with self.db.read() as tx:
            return await tx.spend_requests.by_id(request_id)

    async def said(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Template and facts by key."""
        async with self.engine.reading() as session:
            return {row.key: (row.template, row.facts) for row in await session.exec(select(OutboxRow))}

    async def places(self) -> dict[str, str | None]:
        async with self.engine.reading() as session:
            return {row.key: row.thread_key or row.channel_id for row in await session.exec(select(OutboxRow))}

    async def jobs(self) -> list[TuningJobRow]:
        async with self.engine.reading() as session:
            return list(await session.exec(select(TuningJobRow)))

    async def work(self) -> list[WorkRow]:
        async with self.engine.reading() as session:
            return list(await session.exec(select(WorkRow)))

    async def holds(self) -> list[tuple[str, int]]:
        async with self.engine.reading() as session:
            return [(row.state, row.amount_microusd) for row in await session.exec(select(SpendHoldRow))]

    async def audit(self) -> list[AuditEntry]:
        async with self.db.read() as tx:
            return await tx.audit.of_team(TEAM)


def wish(**more: Any) -> SpendWish:
    return replace(SpendWish(TEAM, "founder", STEWARD, "private", "small", None, None, ""), **more)


def press(request: SpendRequest, user: str = BOSS, **more: Any) -> Decision:
    return replace(Decision(TEAM, request.spend_request_id, user), **more)
