"""Prices are entered by approvers only, each with its source, before and after."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.features.costs.price_views import WrongEntry, price_entry, price_form, price_list
from bot.features.costs.prices import PriceEntry, PriceWanted
from bot.features.costs.usecase import CostQuestion
from bot.features.spending.asking import Asked
from pipeline.domain.spending import Hosting
from pipeline.errors import NoPrice, NotApprover, StalePrice
from tests.fakes.money_bench import BOSS, NOW, STEWARD, TEAM, Bench, price, wish

WANTED = PriceWanted(TEAM, BOSS, "openai", "gpt-unpriced", "founder")
ENTRY = PriceEntry(WANTED, 3_000_000, 300_000, 1_200_000, 65_536, None, date(2027, 1, 14), "the vendor's page")


async def test_an_added_price_stands_on_the_card_and_in_the_audit_log(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    await bench.cost(CostQuestion(TEAM, "founder", like="gpt", drafts=7))
    await bench.price_entered(ENTRY)
    facts = (await bench.said())["round:1:cost"][1]
    assert facts["unpriced"] == [] and facts["drafts"] == 7
    assert [offer["base"] for offer in facts["offers"]] == ["gpt-mini", "gpt-unpriced"]
    (entry,) = await bench.audit()
    assert (entry.who, entry.what, entry.subject, entry.before) == (BOSS, "price.entered", "openai/gpt-unpriced", {})
    assert entry.after["source"] == "the vendor's page" and entry.after["as_of"] == "2026-11-21"
    assert entry.after["train_microusd_per_million"] == 3_000_000


async def test_a_confirmed_price_opens_approval_again(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    bench.prices.rows = [price("private", "small", as_of=date(2026, 8, 1))]
    with pytest.raises(StalePrice):
        await bench.ask(wish())
    wanted = replace(WANTED, provider="private", base="small")
    await bench.price_entered(replace(ENTRY, wanted=wanted, shutdown_on=None))
    assert isinstance(await bench.ask(wish()), Asked)
    before = next(entry.before for entry in await bench.audit() if entry.what == "price.entered")
    assert before["as_of"] == "2026-08-01" and before["train_microusd_per_million"] == 50_000


async def test_an_entered_price_grows_old_like_any_other(bench: Bench) -> None:
    await bench.prepare(await bench.add_voice())
    await bench.price_entered(ENTRY)
    bench.clock.now = NOW + timedelta(days=91)
    listed = await bench.prices_listed(TEAM, BOSS)
    assert [(row.base, row.is_stale) for row in listed if row.price] == [
        ("small", True),
        ("gpt-mini", True),
        ("gpt-unpriced", True),
    ]


async def test_only_approvers_look_at_and_enter_prices(bench: Bench) -> None:
    asked = replace(WANTED, user=STEWARD)
    for refused in (
        bench.prices_listed(TEAM, STEWARD),
        bench.price_opened(asked),
        bench.price_entered(replace(ENTRY, wanted=asked)),
        bench.price_entered(replace(ENTRY, wanted=replace(WANTED, team_id="T2"))),
    ):
        with pytest.raises(NotApprover):
            await refused
    assert await bench.audit() == []


async def test_a_price_makes_nothing_trainable_that_is_not_on_offer(bench: Bench) -> None:
    with pytest.raises(NoPrice):
        await bench.price_entered(replace(ENTRY, wanted=replace(WANTED, base="imagined")))


async def test_one_workspace_does_not_see_anothers_price(bench: Bench) -> None:
    await bench.price_entered(ENTRY)
    async with bench.db.read() as tx:
        assert await tx.entered_prices.newest("T2") == []
        assert [one.base for one in await tx.entered_prices.newest(TEAM)] == ["gpt-unpriced"]


def filled(view: dict[str, Any], **typed: str) -> dict[str, Any]:
    """The form as it comes back: what stood in it, with some of it typed over."""
    values = {
        block["block_id"]: {
            block["block_id"]: {"value": typed.get(block["block_id"], block["element"].get("initial_value"))}
        }
        for block in view["blocks"]
        if block["type"] == "input"
    }
    return view | {"state": {"values": values}}


async def test_a_confirmed_form_gives_back_the_amounts_that_stood_in_it(bench: Bench) -> None:
    hosted = price("openai", "gpt-mini", hosting=Hosting(20_000, 20), shutdown_on=date(2027, 1, 14))
    bench.prices.rows = [hosted]
    wanted = replace(WANTED, base="gpt-mini")
    view = price_form(await bench.price_opened(wanted), "founder").to_dict()
    entry = price_entry(TEAM, BOSS, filled(view, source="looked again"))
    assert entry == PriceEntry(wanted, 50_000, 10_000, 10_000, 8_192, hosted.hosting, date(2027, 1, 14), "looked again")


@pytest.mark.parametrize(
    ("typed", "block_id"),
    [
        ({"train": "free"}, "train"),
        ({"input": "-1"}, "input"),
        ({"output": "nan"}, "output"),
        ({"train": "0.0000001"}, "train"),
        ({"minute": "0.02"}, "leash"),
        ({"minute": "0.02", "leash": "20", "month": "26"}, "month"),
        ({"context": "many"}, "context"),
        ({"shutdown": "soon"}, "shutdown"),
        ({"source": "  "}, "source"),
    ],
)
async def test_wrong_entries_are_told_at_their_field(bench: Bench, typed: dict[str, str], block_id: str) -> None:
    view = price_form(await bench.price_opened(replace(WANTED, base="gpt-mini")), "").to_dict()
    with pytest.raises(WrongEntry) as wrong:
        price_entry(TEAM, BOSS, filled(view, **({"source": "page"} | typed)))
    assert wrong.value.block_id == block_id


async def test_the_list_offers_to_add_what_is_missing(bench: Bench) -> None:
    said = str(price_list(await bench.prices_listed(TEAM, BOSS)).to_dict())
    assert "No price; I won't guess." in said and "Add price" in said and "Change" in said
