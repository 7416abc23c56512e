"""Asking to learn from better-than pairs, or to go on from the promoted version: what is offered, bound and voided."""

from dataclasses import replace
from typing import Any

import pytest

from bot.features.spending.asking import Asked, AskedBefore, CeilingTooLow
from bot.features.spending.forms import asking_errors, spend_wish, train_form
from bot.features.spending.views import request_card, settled_card
from pipeline.domain.spending import SpendRequest
from pipeline.domain.training import TuningJob
from pipeline.domain.voices import Voice
from pipeline.errors import AppError, PriceRose, RequestVoid, StalePrice, WayClosed
from storage.tables import TuningJobRow
from tests.fakes.money_bench import NOW, STEWARD, TEAM, Bench, press, price, wish


async def with_pairs(bench: Bench, pairs: int = 120, **more: Any) -> Voice:
    """A voice with a promoted v1, texts, and a round that took in so many pairs."""
    voice = await bench.add_voice()
    await bench.prepare(voice)
    await bench.trained(voice)
    await bench.take(voice, pairs, **more)
    return voice


async def asked(bench: Bench, **more: Any) -> SpendRequest:
    outcome = await bench.ask(wish(**more))
    assert isinstance(outcome, Asked), outcome
    return outcome.request


async def further_jobs(bench: Bench) -> list[TuningJobRow]:
    """Besides the one that made v1."""
    return (await bench.jobs())[1:]


async def refusal(bench: Bench, **more: Any) -> WayClosed:
    with pytest.raises(WayClosed) as refused:
        await bench.ask(wish(**more))
    return refused.value


async def test_a_first_round_has_nothing_to_choose(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    form = await bench.form(TEAM, "founder", STEWARD)
    assert form.ways == () and [block.block_id for block in train_form(form).blocks or []][:3] == [
        None,
        "base",
        "epochs",
    ]
    request = await asked(bench)
    assert (request.method, request.pairs_hash, request.parent_version) == ("supervised", "", None)


async def test_a_hundred_pairs_are_learned_from_by_themselves_and_the_request_is_bound_to_them(bench: Bench) -> None:
    await with_pairs(bench, 100)
    form = await bench.form(TEAM, "founder", STEWARD)
    assert (form.ways, form.pairs, form.takes_pairs, form.version) == (("go-on", "pairs"), 100, True, 1)
    request = await asked(bench)
    assert (request.method, request.pairs_hash, request.parent_version) == ("dpo", "pairs", 1)
    # 100 pairs in 3 passes; 100 x 100 tokens x 3 x $0.05 a million
    assert (request.epochs, request.estimate_microusd) == (3, 1_500)
    job = await bench.approve(press(request))
    assert isinstance(job, TuningJob) and (job.method, job.parent_version, job.base) == ("dpo", 1, "small")
    (decided,) = [entry for entry in await bench.audit() if entry.what == "spend.approved"]
    assert (decided.after["method"], decided.after["pairs_hash"], decided.after["parent_version"]) == (
        "dpo",
        "pairs",
        1,
    )


async def test_below_a_hundred_pairs_auto_takes_the_examples_and_says_so(bench: Bench) -> None:
    await with_pairs(bench, 99)
    form = await bench.form(TEAM, "founder", STEWARD)
    said = str(train_form(form).to_dict())
    assert not form.takes_pairs and "99 better-than pairs. Below 100 they teach little" in said
    assert (await asked(bench)).method == "supervised"


async def test_fewer_can_be_chosen_down_to_the_ten_that_providers_take(bench: Bench) -> None:
    voice = await with_pairs(bench, 10)
    assert (await asked(bench, way="pairs")).method == "dpo"
    await bench.take(voice, 9, blob="fewer")
    assert (await refusal(bench, way="pairs")).why == "too-few"


async def test_the_ceiling_must_cover_what_was_asked_read_with_either_answer(bench: Bench) -> None:
    await with_pairs(bench, 100_000)
    # 100,000 pairs make one pass: 100 tokens each, 120 where what was asked is read twice, 8 % for a near tokenizer
    low = await bench.ask(wish(way="pairs", epochs=1, ceiling_microusd=540_000))
    assert isinstance(low, CeilingTooLow) and 648_000 < low.high_microusd < 655_000


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"methods": {}}, "method"),
        ({"pairs": 0}, "none"),
        ({"counted": False}, "uncounted"),
        ({"base": "other"}, "elsewhere"),
        ({"withdrawn": True}, "withdrawn"),
        ({"trained": False}, "no-version"),
    ],
)
async def test_why_pairs_cannot_be_learned_from(bench: Bench, change: dict[str, Any], why: str) -> None:
    voice = await bench.add_voice()
    await bench.prepare(voice)
    if change.get("trained", True):
        model = await bench.trained(voice, **{"base": change["base"]} if "base" in change else {})
        if change.get("withdrawn"):
            async with bench.db.begin() as tx:
                await tx.voice_models.learned_from_withdrawn(model.voice_model_id, at=NOW)
    bench.bases.methods = change.get("methods", bench.bases.methods)
    await bench.take(voice, change.get("pairs", 120), counted=change.get("counted", True))
    assert (await refusal(bench, way="pairs")).why == why
    form = await bench.form(TEAM, "founder", STEWARD)
    assert "pairs" not in form.ways and not form.takes_pairs
    assert (await asked(bench)).method == "supervised"


async def test_where_nothing_has_a_price_pairs_have_none(bench: Bench) -> None:
    await with_pairs(bench)
    bench.prices.rows = [price("private", "small", as_of=NOW.date().replace(year=2025))]
    with pytest.raises(StalePrice):
        await bench.ask(wish(way="pairs"))


async def test_going_on_reads_all_texts_once_more_and_is_bound_to_its_version(bench: Bench) -> None:
    await with_pairs(bench, 0)
    request = await asked(bench, way="go-on")
    assert (request.method, request.parent_version, request.epochs, request.pairs_hash) == ("supervised", 1, 1, "")
    assert request.estimate_microusd == 4_000  # 80,000 tokens once
    job = await bench.approve(press(request))
    assert isinstance(job, TuningJob) and (job.method, job.parent_version) == ("supervised", 1)


async def test_a_provider_that_trains_no_finished_model_does_not_go_on(bench: Bench) -> None:
    await with_pairs(bench)
    bench.bases.going_on = ()
    assert (await refusal(bench, way="go-on")).why == "method"
    assert (await bench.form(TEAM, "founder", STEWARD)).ways == ("pairs",)


@pytest.mark.parametrize("change", ["taken anew", "forgotten", "withdrawn from v1", "v1 retired"])
async def test_what_changes_after_the_request_voids_it(bench: Bench, change: str) -> None:
    voice = await with_pairs(bench)
    request = await asked(bench)
    async with bench.db.begin() as tx:
        (model,) = await tx.voice_models.of_voice(voice.voice_id)
        if change == "withdrawn from v1":
            await tx.voice_models.learned_from_withdrawn(model.voice_model_id, at=NOW)
        elif change == "v1 retired":
            await tx.voice_models.set_state(model.voice_model_id, "retired")
        elif change == "forgotten":
            await tx.forgetting.feedback([request.round_id])  # type: ignore[list-item]  # a plain int in requests
    if change == "taken anew":
        await bench.take(voice, blob="one pair fewer")
    with pytest.raises(RequestVoid) as void:
        await bench.approve(press(request))
    assert void.value.changed == ("pairs" if change in ("taken anew", "forgotten") else "version")
    assert (await bench.request(request.spend_request_id)).state == "void"
    assert await further_jobs(bench) == [] and await bench.holds() == []
    said = settled_card((await bench.said())[f"spend:{request.spend_request_id}:card"][1])
    assert "so approval no longer fits" in str([block.to_dict() for block in said.blocks])


async def test_the_same_pairs_are_asked_for_once_and_others_close_the_old_request(bench: Bench) -> None:
    voice = await with_pairs(bench)
    old = await asked(bench)
    assert await bench.ask(wish(way="examples")) == AskedBefore(old)
    await bench.take(voice, 130, blob="more")
    new = await asked(bench)
    assert (await bench.request(old.spend_request_id)).state == "void" and new.pairs_hash == "more"


async def test_a_price_that_rose_for_pairs_closes_approval(bench: Bench) -> None:
    await with_pairs(bench)
    request = await asked(bench)
    bench.prices.rows = [price("private", "small", train_microusd_per_million=90_000_000)]
    with pytest.raises(PriceRose):
        await bench.approve(press(request))
    assert await further_jobs(bench) == []


async def test_a_method_that_went_away_closes_approval(bench: Bench) -> None:
    await with_pairs(bench)
    request = await asked(bench)
    bench.bases.methods = {}
    with pytest.raises(AppError) as closed:
        await bench.approve(press(request))
    assert isinstance(closed.value, WayClosed) and await further_jobs(bench) == []


async def test_the_card_says_what_it_learns_from_in_plain_words(bench: Bench) -> None:
    await with_pairs(bench)
    request = await asked(bench)
    key = f"spend:{request.spend_request_id}:card"
    card = str([block.to_dict() for block in request_card((await bench.said())[key][1]).blocks])
    assert "Learns from *120 better-than pairs, going on from v1*" in card
    assert "pairs `pairs`, version v1" in card and "DPO" not in card


async def test_the_form_says_back_what_was_chosen(bench: Bench) -> None:
    await with_pairs(bench)
    form = await bench.form(TEAM, "founder", STEWARD)
    view = train_form(form).to_dict()
    (field,) = [block for block in view["blocks"] if block.get("block_id") == "way"]
    ways = {option["value"]: option["text"]["text"] for option in field["element"]["options"]}
    assert list(ways) == ["auto", "examples", "go-on", "pairs"]
    assert ways["auto"] == "Auto: 120 better-than pairs, going on from v1"
    assert "Amounts and passes below are those of examples on the base" in str(view)
    chosen = {"way": {"way": {"selected_option": {"value": "go-on"}}}}
    state = {"base": {"base": {"selected_option": {"value": "private/small"}}}, **chosen}
    assert spend_wish(TEAM, STEWARD, {**view, "state": {"values": state}}) == replace(wish(), way="go-on")
    assert asking_errors(Asked(await asked(bench))) == {}
