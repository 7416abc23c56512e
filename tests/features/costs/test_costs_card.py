"""The cost card: which bases it lists, and when there is none."""

from datetime import date

import pytest

from bot.features.costs.usecase import COST, CostQuestion
from bot.features.costs.views import TEMPLATES
from pipeline.errors import NoPrice, TextsNotReady
from tests.fakes.money_bench import TEAM, Bench, price


async def test_the_cost_card_lists_every_base_the_voice_may_use(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    await bench.cost(CostQuestion(TEAM, "founder"))
    template, facts = (await bench.said())["round:1:cost"]
    assert template == COST
    assert [(o["provider"], o["base"]) for o in facts["offers"]] == [("private", "small"), ("openai", "gpt-mini")]
    assert facts["unpriced"] == [["openai", "gpt-unpriced"]]
    # 80,000 tokens x 3 passes at $5.00 and at $0.05 per million
    assert [o["training"][1] for o in facts["offers"]] == [12_000, 1_200_000]
    assert facts["offers"][1]["days_left"] == 54
    assert (await bench.places())["round:1:cost"] == "round:1:card"


async def test_a_private_voice_is_only_offered_its_own_server(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice("private"))
    await bench.cost(CostQuestion(TEAM, "founder"))
    assert [o["provider"] for o in (await bench.said())["round:1:cost"][1]["offers"]] == ["private"]


async def test_asking_again_for_the_cost_edits_the_card(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    await bench.cost(CostQuestion(TEAM, "founder"))
    await bench.cost(CostQuestion(TEAM, "founder", like="gpt", drafts=400))
    said = await bench.said()
    assert len(said) == 1
    assert [o["base"] for o in said["round:1:cost"][1]["offers"]] == ["gpt-mini"]


@pytest.mark.parametrize("like", ["gpt-unpriced", "nothing-like-it"])
async def test_a_base_without_a_price_is_never_guessed(bench: Bench, like: str) -> None:
    await bench.prepare(await bench.add_voice())
    with pytest.raises(NoPrice):
        await bench.cost(CostQuestion(TEAM, "founder", like=like))


async def test_without_texts_there_is_no_cost(bench: Bench) -> None:
    voice = await bench.add_voice()
    with pytest.raises(TextsNotReady) as none:
        await bench.cost(CostQuestion(TEAM, "founder"))
    await bench.change_source(voice)
    with pytest.raises(TextsNotReady) as preparing:
        await bench.cost(CostQuestion(TEAM, "founder"))
    assert (none.value.reason, preparing.value.reason) == ("none", "preparing")


async def test_a_card_of_stale_prices_alone_offers_no_approval(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    bench.prices.rows = [price("private", "small", as_of=date(2026, 8, 1))]
    await bench.cost(CostQuestion(TEAM, "founder"))
    facts = (await bench.said())["round:1:cost"][1]
    assert facts["offers"][0]["is_stale"] and not facts["can_ask"]
    assert all(block.to_dict()["type"] != "actions" for block in TEMPLATES[COST](facts).blocks)


async def test_a_provider_that_has_closed_is_shown_but_cannot_be_asked_for(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    bench.prices.rows = [price("openai", "gpt-mini")]
    bench.bases.closing = {"openai": date(2026, 11, 21)}
    await bench.cost(CostQuestion(TEAM, "founder"))
    facts = (await bench.said())["round:1:cost"][1]
    assert facts["offers"][0]["is_closed"] and not facts["can_ask"]


async def test_past_bills_of_the_same_provider_widen_the_next_card(bench: Bench) -> None:
    voice = await bench.add_voice()
    await bench.prepare(voice)
    await bench.billed(voice, "private", estimate_microusd=1_000_000, actual_microusd=1_100_000)
    await bench.billed(voice, "private", estimate_microusd=1_000_000, actual_microusd=None)  # never told
    await bench.cost(CostQuestion(TEAM, "founder"))
    own, other = (await bench.said())["round:1:cost"][1]["offers"]
    assert own["own_error"] == {"runs": 1, "lowest_percent": 10, "highest_percent": 10}
    # low: 3 tokens a row and 8 % fewer, 79,760 x 0.92 x 3 x $0.05 per million; high: $0.02 on the bill, and 10 %
    assert own["training"] == [11_006, 12_000, 22_000]
    assert other["own_error"] is None
