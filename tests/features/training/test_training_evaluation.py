"""A new version is tried on held-out requests: every draft paid for once, and told beside its base."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pytest
from sqlalchemy import text
from training_bench import CEILING_MICROUSD, TEAM, Bench

from bot.features.evaluation.sayings import EVALUATED
from bot.features.evaluation.usecase import EvaluateModel
from bot.features.evaluation.views import TEMPLATES
from bot.few_shot import FewShots
from bot.measuring import Answers, Measures
from bot.paid_texts import PaidTexts
from pipeline.domain.baselines import HeldOut
from pipeline.domain.drafting import Shot, Written
from pipeline.domain.evaluations import Contender
from pipeline.domain.paid import SENDS
from pipeline.domain.preferences import Preferences
from pipeline.domain.training import KeptFile, VoiceModelId
from pipeline.domain.voices import Purpose
from pipeline.domain.work import WorkItem
from pipeline.draft_checks import SeenBefore
from pipeline.errors import ProviderBusy, ProviderError, ProviderRefused, ProviderUnavailable
from pipeline.ports import TuningProvider, WritingProvider
from pipeline.trials import TRIAL_TOKENS
from storage.liveness import FileLocks

TOLD = {"likeness": {"why": "text too short"}, "traits": [], "links": 0, "copied": 0, "tone": None, "sameness": 0.1}
DOLLAR = 1_000_000  # for a million tokens that a draft writes: a micro-dollar each
REQUEST_MICROUSD = SENDS * 3 * (TRIAL_TOKENS + 1)  # three contenders; what they read costs a fraction of one
REQUESTS = (HeldOut("Write about saws.", "The saw."), HeldOut("Write about hinges.", "The hinge."))


@dataclass
class Writer:
    """The provider's side of drafting. fails: what the next calls raise. unknown: a model it doesn't have."""

    calls: list[tuple[str, str, bool]] = field(default_factory=list)
    fails: list[ProviderError] = field(default_factory=list)
    unknown: str = ""
    before: Callable[[], Awaitable[None]] | None = None

    async def write(self, *, model: str, brief: str, shots: Sequence[Shot] = (), **_: Any) -> Written:
        if self.before is not None:
            await self.before()
        self.calls.append((model, brief, bool(shots)))
        if self.fails:
            raise self.fails.pop(0)
        if model == self.unknown:
            raise ProviderRefused("private", "model_not_found", "no such model")
        return Written(f"{model} on {brief}", 10, 200, 1_000, 4_000, "stop")


@dataclass
class Providers:
    writer: Writer

    def writing(self, name: str) -> WritingProvider:
        assert name == "private"
        return self.writer

    def training(self, name: str) -> TuningProvider:
        raise NotImplementedError(name)

    def names_for(self, sensitivity: Literal["public", "internal", "private"]) -> tuple[str, ...]:
        raise NotImplementedError(sensitivity)


class Chooser:
    async def held_out(self, blobs: Sequence[bytes]) -> tuple[HeldOut, ...]:
        assert blobs
        return REQUESTS

    async def trials(self, blobs: Sequence[bytes]) -> tuple[HeldOut, ...]:
        return await self.held_out(blobs)

    async def shots(self, blobs: Sequence[bytes], request: str, budget_tokens: int) -> tuple[Shot, ...]:
        assert blobs and budget_tokens
        return (Shot(request, "A real post."),)

    async def seen_before(self, blobs: Sequence[bytes], text: str, at_least: int) -> SeenBefore:
        raise NotImplementedError(blobs, text, at_least)


@dataclass
class Evaluator:
    drafts: Mapping[Contender, Sequence[str]] = field(default_factory=dict)
    asked: int = 0

    async def evaluate(self, blobs: Sequence[bytes], drafts: Mapping[Contender, Sequence[str]]) -> dict[str, Any]:
        assert blobs
        self.drafts = drafts
        self.asked += 1
        return TOLD | {"words": 600.0}


@dataclass
class Meter:
    """asked: for which purpose, and what each contender answered to which request."""

    asked: list[tuple[str, Answers]] = field(default_factory=list)

    async def measure(self, blobs: Sequence[bytes], purpose: Purpose, answers: Answers) -> dict[str, Any]:
        assert blobs
        self.asked.append((purpose, answers))
        return {"by": {}, "requests": len(answers["voice"])}


@dataclass
class Trial:
    bench: Bench
    writer: Writer = field(default_factory=Writer)
    evaluator: Evaluator = field(default_factory=Evaluator)
    meter: Meter = field(default_factory=Meter)

    async def ready(self) -> None:
        """A finished run, whose evaluation is due."""
        self.bench.artifacts.blobs |= {"": b"", "c": b""}
        await self.bench.approve()
        await self.bench.until("ready")

    def step(self) -> EvaluateModel:
        """As a fresh process would build it."""
        bench = self.bench
        shots = FewShots(bench.artifacts, Chooser(), bench.prices, bench.db)
        return EvaluateModel(
            bench.db,
            bench.artifacts,
            Providers(self.writer),
            shots,
            self.evaluator,
            PaidTexts(bench.db, FileLocks(bench.folder), bench.clock, waking_s=100),
            bench.clock,
            lambda voice: voice.handle,
            Measures(bench.db, bench.artifacts, shots, self.meter),
        )

    async def through(self) -> None:
        for _ in range(100):
            item = await self.claim()
            if item is None:
                if await self.bench.is_idle():
                    return
                self.bench.clock.advance(60)
            elif item.kind == "evaluate":
                await self.step()(item)
            else:
                await self.bench.steps()[item.kind](item)
        raise AssertionError("never at rest")

    async def claim(self) -> WorkItem | None:
        return await self.bench.claim()

    async def words(self) -> str:
        """Of the message, as people read it."""
        template, facts = (await self.bench.said())["evaluation:1"]
        return str(TEMPLATES[template](facts).payload())

    async def told(self) -> dict[str, Any]:
        (template, facts) = (await self.bench.said())["evaluation:1"]
        assert template == EVALUATED
        return facts


@pytest.fixture
async def trial(bench: Bench) -> Trial:
    made = Trial(bench)
    await made.ready()
    return made


async def test_a_finished_run_asks_for_its_evaluation(bench: Bench) -> None:
    await bench.approve()
    await bench.until("ready")
    kinds = set()
    while (item := await bench.claim()) is not None:
        kinds.add((item.kind, item.subject))
    assert ("evaluate", "1") in kinds


async def test_the_version_and_its_base_write_for_the_same_requests_once_each(trial: Trial) -> None:
    await trial.through()
    (_, name), *_ = await trial.bench.models()
    without = [(model, one.prompt, False) for model in (name, "small") for one in REQUESTS]
    assert sorted(trial.writer.calls) == sorted([*without, *(("small", one.prompt, True) for one in REQUESTS)])
    assert {one: len(texts) for one, texts in trial.evaluator.drafts.items()} == {"voice": 2, "few-shot": 2, "plain": 2}
    facts = await trial.told()
    # 200 tokens in 4 s each; six drafts of 1,000 micro-dollars
    assert (facts["drafts"], facts["p50_s"], facts["tokens_per_s"], facts["cost_microusd"]) == (2, 4.0, 50.0, 6_000)


async def test_what_was_told_is_stored_and_never_paid_for_again(trial: Trial) -> None:
    await trial.through()
    async with trial.bench.db.begin() as tx:
        stored = await tx.evaluations.of_model(VoiceModelId(1))
        assert stored is not None and stored.told is not None and stored.told["words"] == 600
        await tx.work.enqueue("evaluate", 1, TEAM, run_at=trial.bench.clock())
    await trial.through()
    assert (len(trial.writer.calls), trial.evaluator.asked) == (6, 1)


async def test_a_base_that_refuses_leaves_the_version_to_be_told_alone(trial: Trial) -> None:
    trial.writer.unknown = "small"
    await trial.through()
    assert {one: len(texts) for one, texts in trial.evaluator.drafts.items()} == {"voice": 2, "few-shot": 0, "plain": 0}
    assert (await trial.told())["drafts"] == 2


async def test_a_provider_that_sleeps_is_asked_again_but_not_for_ever(trial: Trial) -> None:
    trial.writer.fails = [ProviderUnavailable("private")] * (SENDS + 1)
    await trial.through()
    saws = REQUESTS[0].prompt
    (_, name), *_ = await trial.bench.models()
    assert trial.writer.calls.count((name, saws, False)) == SENDS
    assert len(trial.evaluator.drafts["voice"]) == 1


async def test_withdrawn_consent_ends_it_and_gives_the_money_back(trial: Trial) -> None:
    before = await trial.bench.month()
    await trial.bench.withdraw()
    await trial.through()
    assert trial.writer.calls == []
    words = await trial.words()
    assert "the voice may not write any more. Nothing was paid for that." in words and "duel" not in words
    assert await trial.bench.month() == before


async def test_its_money_is_held_before_the_first_send_and_settled_with_its_bill(trial: Trial) -> None:
    trial.bench.prices.writing = DOLLAR
    _, trained = await trial.bench.month()
    held = []

    async def look() -> None:
        held.append(await trial.bench.month())

    trial.writer.before = look
    await trial.through()
    assert held[0] == (2 * REQUEST_MICROUSD, trained)
    assert await trial.bench.month() == (0, trained + 6_000)


async def test_a_send_without_an_answer_is_billed_at_the_most_it_can_cost(trial: Trial) -> None:
    trial.bench.prices.writing = DOLLAR
    _, trained = await trial.bench.month()
    trial.writer.fails = [ProviderUnavailable("private")]
    await trial.through()
    assert await trial.bench.month() == (0, trained + 6_000 + TRIAL_TOKENS + 1)


async def test_a_busy_provider_is_never_billed_for_what_it_did_not_take(trial: Trial) -> None:
    trial.bench.prices.writing = DOLLAR
    _, trained = await trial.bench.month()
    trial.writer.fails = [ProviderBusy("private")] * 3
    await trial.through()
    assert await trial.bench.month() == (0, trained + 6_000)


async def test_only_as_many_requests_as_the_approval_leaves_money_for(trial: Trial) -> None:
    _, trained = await trial.bench.month()
    left = CEILING_MICROUSD - trained
    trial.bench.prices.writing = DOLLAR * left * 3 // (4 * REQUEST_MICROUSD)  # one request takes three quarters of it
    await trial.through()
    assert {brief for _, brief, _ in trial.writer.calls} == {REQUESTS[0].prompt}


async def test_nothing_is_sent_when_the_approval_leaves_too_little(trial: Trial) -> None:
    trial.bench.prices.writing = 1_000 * DOLLAR
    await trial.through()
    assert trial.writer.calls == []
    assert "the amount that was approved leaves too little for it" in await trial.words()


async def test_nothing_is_sent_when_the_months_budget_leaves_too_little(trial: Trial) -> None:
    trial.bench.prices.writing = DOLLAR
    _, trained = await trial.bench.month()
    await trial.bench.limit_month(trained + 2 * REQUEST_MICROUSD - 1)
    await trial.through()
    assert trial.writer.calls == []
    assert (await trial.bench.said())["evaluation:1"][1]["why"] == "budget"
    assert await trial.bench.month() == (0, trained)


async def test_the_next_version_to_meet_is_looked_for_after_it(trial: Trial) -> None:
    kinds = []
    while (item := await trial.claim()) is not None:
        kinds.append(item.kind)
        await (trial.step() if item.kind == "evaluate" else trial.bench.steps()[item.kind])(item)
    assert kinds.index("auto-duel") > max(at for at, kind in enumerate(kinds) if kind == "evaluate")


async def test_the_target_of_the_voice_and_the_loss_of_its_training_are_told(trial: Trial) -> None:
    bench = trial.bench
    bench.artifacts.blobs["losses"] = b"step,train_loss,valid_loss\n1,2.0,2.5\n9,1.0,1.2\n"
    async with bench.db.begin() as tx:
        model = await tx.voice_models.by_id(VoiceModelId(1))
        assert model.tuning_job_id is not None
        job = await tx.tuning_jobs.by_id(model.tuning_job_id)
        await tx.tuning_jobs.update(replace(job, results=(KeptFile("results-1.csv", "losses"),)))
        await tx.preferences.choose(await tx.voices.by_id(model.voice_id), Preferences(target_s=3))
    await trial.through()
    facts = await trial.told()
    assert (facts["target_s"], facts["loss"], facts["loss_is_held_out"]) == (3, 1.2, True)
    assert facts["right"] == {}
    assert "4 s per draft (target 3) ⚠️" in str(TEMPLATES[EVALUATED](facts).payload())


async def test_a_voice_that_sorts_is_measured_on_what_each_contender_answered(trial: Trial) -> None:
    async with trial.bench.engine.writing() as session:
        await session.exec(text("UPDATE voice SET purpose = 'classification'"))  # type: ignore[call-overload]  # plain SQL
    await trial.through()
    assert (await trial.told())["right"] == {"by": {}, "requests": 2}
    [(purpose, answers)] = trial.meter.asked
    assert purpose == "classification"
    assert {who: sorted(of) for who, of in answers.items()} == dict.fromkeys(
        ("voice", "few-shot", "plain"), sorted(one.prompt for one in REQUESTS)
    )
