"""Requests for money: who may ask, for what, and what is said."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.cards import APPROVAL_CARD
from bot.features.spending.asking import Asked, AskedBefore, CeilingTooLow, TrainForm
from bot.features.spending.sayings import SETTLED
from bot.features.spending.waiting import NOBODY
from bot.offers import usual_ceiling
from pipeline.errors import (
    AppError,
    BaseGone,
    ConsentEnded,
    ConsentMissing,
    ConsentWithdrawn,
    NoPrice,
    NotSteward,
    SensitivityNotAllowed,
    StalePrice,
    TextsNotReady,
    TooFewExamples,
    UnknownVoice,
    UnresolvedBlocker,
)
from tests.fakes.money_bench import BOSS, MEMBER, NOW, OWNER, STEWARD, TEAM, Bench, price, wish


async def test_without_texts_nothing_can_be_asked_for(bench: Bench) -> None:
    voice = await bench.add_voice()
    with pytest.raises(TextsNotReady) as none:
        await bench.form(TEAM, "founder", STEWARD)
    await bench.change_source(voice)
    with pytest.raises(TextsNotReady) as preparing:
        await bench.ask(wish())
    assert (none.value.reason, preparing.value.reason) == ("none", "preparing")


async def test_stale_prices_close_approval(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    bench.prices.rows = [price("private", "small", as_of=date(2026, 8, 1))]
    with pytest.raises(StalePrice):
        await bench.ask(wish())


async def test_a_base_that_is_turned_off_cannot_be_asked_for(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    bench.prices.rows = [price("private", "small", shutdown_on=date(2026, 11, 21))]
    with pytest.raises(BaseGone):
        await bench.ask(wish())
    with pytest.raises(NoPrice):
        await bench.form(TEAM, "founder", STEWARD)


async def test_the_form_offers_what_may_be_asked_for(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    form = await bench.form(TEAM, "founder", OWNER)
    assert isinstance(form, TrainForm)
    assert [offer.estimate.base for offer in form.offers] == ["small", "gpt-mini"]
    # 0.012 and 8 % is 0.01296, on the bill $0.02; and a quarter more $0.025, so $0.03
    assert usual_ceiling(form.offers[0]) == 30_000


async def test_a_request_is_bound_to_what_was_asked(bench: Bench) -> None:
    dataset = await bench.prepare(await bench.add_voice())
    outcome = await bench.ask(wish(note="please", epochs=2, ceiling_microusd=500_000))
    assert isinstance(outcome, Asked)
    request = await bench.request(outcome.request.spend_request_id)
    assert request.dataset_hash == dataset.facts.content_hash
    assert (request.state, request.epochs, request.ceiling_microusd) == ("asked", 2, 500_000)
    said, places = await bench.said(), await bench.places()
    assert said["spend:1:card"][0] == APPROVAL_CARD and places["spend:1:card"] == "CSPEND"
    assert places["spend:1:asked"] == "round:1:card"
    assert [entry.what for entry in await bench.audit()] == ["spend.asked"]


async def test_without_a_spend_channel_the_voices_own_is_used(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    await bench.rule(channel_id="")
    await bench.ask(wish())
    assert (await bench.places())["spend:1:card"] == "C1"


async def test_the_same_texts_are_asked_for_once(bench: Bench) -> None:
    request = await bench.asked()
    again = await bench.ask(wish(ceiling_microusd=900_000))
    assert again == AskedBefore(request)


async def test_new_texts_close_the_old_request(bench: Bench) -> None:
    old = await bench.asked()
    async with bench.db.read() as tx:
        voice = await tx.voices.of_team(TEAM)
    await bench.prepare(voice[0], content_hash="new", kept=91)
    assert isinstance(await bench.ask(wish()), Asked)
    assert (await bench.request(old.spend_request_id)).state == "void"
    template, facts = (await bench.said())["spend:1:card"]
    assert template == SETTLED and (facts["texts_then"], facts["texts_now"]) == (87, 91)


async def test_the_ceiling_covers_the_high_estimate_and_trying_what_came_of_it(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    assert await bench.ask(wish(ceiling_microusd=10_000)) == CeilingTooLow(20_000 + 1_320)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"user": MEMBER}, NotSteward),
        ({"user": BOSS}, NotSteward),
        ({"handle": "nobody"}, UnknownVoice),
        ({"provider": "openai", "base": "gpt-unpriced"}, NoPrice),
        ({"provider": "openai", "base": "not-offered"}, NoPrice),
        ({"provider": "elsewhere"}, SensitivityNotAllowed),
    ],
)
async def test_who_may_not_ask(bench: Bench, change: dict[str, str], error: type[AppError]) -> None:
    await bench.prepare(await bench.add_voice())
    with pytest.raises(error):
        await bench.ask(wish(**change))
    assert await bench.said() == {}


async def test_private_texts_are_not_asked_for_elsewhere(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice("private"))
    with pytest.raises(SensitivityNotAllowed):
        await bench.ask(wish(provider="openai", base="gpt-mini"))


async def test_no_consent_no_request(bench: Bench) -> None:
    voice = await bench.add_voice(consent=False)
    await bench.prepare(voice)
    with pytest.raises(ConsentMissing):
        await bench.ask(wish())


async def test_withdrawn_or_expired_consent_no_request(bench: Bench) -> None:
    voice = await bench.add_voice()
    await bench.prepare(voice)
    bench.clock.now = NOW + timedelta(days=366)
    with pytest.raises(ConsentEnded):
        await bench.ask(wish())
    bench.clock.now = NOW
    await bench.withdraw(voice)
    with pytest.raises(ConsentWithdrawn):
        await bench.ask(wish())


@pytest.mark.parametrize("rule", ["markup", "link", "shortcode", "secret"])
async def test_open_blockers_stop_everywhere(bench: Bench, rule: str) -> None:
    await bench.prepare(await bench.add_voice(), open_blockers=(rule,))
    with pytest.raises(UnresolvedBlocker):
        await bench.ask(wish())
    with pytest.raises(UnresolvedBlocker):
        await bench.form(TEAM, "founder", STEWARD)


@pytest.mark.parametrize("rule", ["email", "personal-data", "private-only"])
async def test_personal_data_stops_only_where_others_see_it(bench: Bench, rule: str) -> None:
    await bench.prepare(await bench.add_voice(), open_blockers=(rule,))
    form = await bench.form(TEAM, "founder", STEWARD)
    assert isinstance(form, TrainForm) and [offer.estimate.provider for offer in form.offers] == ["private"]
    with pytest.raises(UnresolvedBlocker):
        await bench.ask(wish(provider="openai", base="gpt-mini"))
    assert isinstance(await bench.ask(wish()), Asked)


async def test_too_few_examples(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice(), train_examples=9)
    with pytest.raises(TooFewExamples):
        await bench.ask(wish())


async def test_a_request_that_nobody_can_answer_waits_and_the_steward_and_the_admin_are_told(bench: Bench) -> None:
    bench.people.who = (OWNER, STEWARD)
    request = await bench.asked()
    assert (request.state, request.answerable_since, request.expires_at) == ("asked", None, None)
    said = await bench.said()
    for user in (STEWARD, OWNER):
        template, facts = said[f"spend:1:nobody:{user}"]
        assert (template, facts["gone"]) == (NOBODY, 2)


async def test_another_workspace_cannot_ask(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    with pytest.raises(UnknownVoice):
        await bench.ask(replace(wish(), team_id="T2"))
