"""Providers are asked before people are: by the worker, kept a day, and a definite no closes asking for money."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.features.costs.preflight import RunPreflight
from bot.features.costs.usecase import CostQuestion
from bot.features.spending.asking import Asked
from bot.slack.failures import sentence_for
from bot.slack.forms import ERROR_CHARS, in_form
from pipeline.domain.preflights import ProviderStanding
from pipeline.domain.work import WorkItem
from pipeline.errors import AppError, PreflightPending, PreflightRefused, ProviderRefused, ProviderUnavailable
from storage.work_queue import SqlWorkQueue
from tests.fakes.money_bench import NOW, STEWARD, TEAM, Bench, wish

YES = ProviderStanding(key_is_valid=True, has_base=True, may_train=True)


@dataclass
class Answers:
    """What each provider says; an error is raised. asked: in order."""

    by_provider: dict[str, ProviderStanding | AppError] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def standing(self, provider: str, base: str) -> ProviderStanding:
        self.asked.append((provider, base))
        answer = self.by_provider.get(provider, YES)
        if isinstance(answer, AppError):
            raise answer
        return answer


async def claimed(bench: Bench, now: datetime) -> WorkItem:
    item = await SqlWorkQueue(bench.engine).claim("w", now=now, lease_s=60)
    assert item is not None and item.kind == "preflight"
    return item


async def run(bench: Bench, answers: Answers) -> None:
    await RunPreflight(bench.db, bench.market, answers, bench.clock)(await claimed(bench, bench.clock.now))


async def offers(bench: Bench) -> dict[str, Any]:
    card = (await bench.said())["round:1:cost"][1]
    return {offer["base"]: offer["preflight"] for offer in card["offers"]}


@pytest.fixture
async def unasked(bench: Bench) -> Bench:
    """A voice with texts, whose providers were last asked two days ago."""
    bench.clock.now = NOW - timedelta(days=2)
    await bench.prepare(await bench.add_voice())
    bench.clock.now = NOW
    return bench


async def test_the_card_says_at_once_that_providers_are_asked_and_then_what_they_answered(unasked: Bench) -> None:
    await unasked.cost(CostQuestion(TEAM, "founder", drafts=7))
    assert await offers(unasked) == {"small": None, "gpt-mini": None}
    answers = Answers()
    await run(unasked, answers)
    assert answers.asked == [("private", "small"), ("openai", "gpt-mini"), ("openai", "gpt-unpriced")]
    found = await offers(unasked)
    assert found["small"] == {"key": "ok", "training": "ok", "base": "ok", "life": "ok", "funds": "unknown"}
    assert (await unasked.said())["round:1:cost"][1]["drafts"] == 7
    assert {row.state for row in await unasked.work()} == {"done"}


async def test_opening_the_form_without_an_answer_has_the_providers_asked(unasked: Bench) -> None:
    await unasked.form(TEAM, "founder", STEWARD)
    assert [(row.kind, row.subject, row.state) for row in await unasked.work()] == [("preflight", "1", "due")]


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (ProviderStanding(key_is_valid=False), "key"),
        (replace(YES, may_train=False), "training"),
        (replace(YES, has_base=False), "base"),
        (replace(YES, shutdown_on=date(2026, 11, 21)), "life"),
        (replace(YES, has_funds=False), "funds"),
    ],
)
async def test_a_definite_no_closes_asking(unasked: Bench, answer: ProviderStanding, refusal: str) -> None:
    await unasked.cost(CostQuestion(TEAM, "founder"))
    await run(unasked, Answers({"private": answer}))
    with pytest.raises(PreflightRefused) as refused:
        await unasked.ask(wish())
    assert refused.value.refusal == refusal
    assert isinstance(await unasked.ask(wish(provider="openai", base="gpt-mini")), Asked)


async def test_a_provider_that_is_away_is_asked_again_and_nothing_is_taken_for_its_answer(unasked: Bench) -> None:
    await unasked.cost(CostQuestion(TEAM, "founder"))
    answers = Answers({"openai": ProviderUnavailable("openai")})
    await run(unasked, answers)
    assert (await offers(unasked))["gpt-mini"] is None
    unasked.clock.now = NOW + timedelta(minutes=1)
    answers.by_provider.clear()
    answers.asked.clear()
    await run(unasked, answers)
    assert answers.asked == [("openai", "gpt-mini"), ("openai", "gpt-unpriced")]
    assert (await offers(unasked))["gpt-mini"] is not None


async def test_an_answer_holds_for_a_day(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    bench.clock.now = NOW + timedelta(hours=23)
    await bench.cost(CostQuestion(TEAM, "founder"))
    assert await bench.work() == []
    bench.clock.now = NOW + timedelta(hours=25)
    await bench.cost(CostQuestion(TEAM, "founder"))
    assert [(row.kind, row.subject) for row in await bench.work()] == [("preflight", "1")]


async def test_private_texts_ask_only_those_who_may_see_them(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice("private"))
    bench.clock.now = NOW + timedelta(days=2)
    await bench.cost(CostQuestion(TEAM, "founder"))
    answers = Answers()
    await run(bench, answers)
    assert answers.asked == [("private", "small")]


async def test_a_provider_that_has_closed_says_no_whatever_it_answers(unasked: Bench) -> None:
    unasked.bases.closing = {"private": date(2026, 11, 21)}
    await unasked.cost(CostQuestion(TEAM, "founder"))
    await run(unasked, Answers())
    assert (await offers(unasked))["small"]["training"] == "refused"


async def test_a_short_life_is_a_warning(unasked: Bench) -> None:
    await unasked.cost(CostQuestion(TEAM, "founder"))
    await run(unasked, Answers({"private": replace(YES, shutdown_on=date(2026, 12, 20))}))
    assert (await offers(unasked))["small"]["life"] == "warning"
    assert isinstance(await unasked.ask(wish(user=STEWARD)), Asked)


async def test_who_asks_for_money_before_the_provider_has_answered_waits_for_its_answer(unasked: Bench) -> None:
    with pytest.raises(PreflightPending) as pending:
        await unasked.ask(wish())
    assert in_form(sentence_for(pending.value)) == sentence_for(pending.value)
    await run(unasked, Answers())
    assert isinstance(await unasked.ask(wish()), Asked)


async def test_a_provider_that_refuses_to_answer_is_unknown_and_closes_nothing(unasked: Bench) -> None:
    await unasked.cost(CostQuestion(TEAM, "founder"))
    await run(unasked, Answers({"private": ProviderRefused("private", "forbidden", "no")}))
    assert (await offers(unasked))["small"]["key"] == "unknown"
    assert isinstance(await unasked.ask(wish()), Asked)


@pytest.mark.parametrize("refusal", ["key", "training", "base", "life", "funds"])
def test_the_sentences_stand_whole_below_a_forms_field(refusal: str) -> None:
    error = PreflightRefused("openai", "gpt-4.1-mini-2025-04-14", refusal)
    assert in_form(sentence_for(error)) == sentence_for(error)
    assert len(sentence_for(error)) <= ERROR_CHARS
