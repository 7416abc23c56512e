"""A server of our own is counted in hours and electricity: by its past runs, by what it tells, else not at all."""

from dataclasses import replace
from typing import Any

import pytest

from bot.features.costs.price_views import WrongEntry, price_entry, price_form, price_list
from bot.features.costs.prices import PriceWanted
from bot.features.costs.usecase import COST, CostQuestion
from bot.features.costs.views import TEMPLATES
from bot.features.spending.asking import Asked
from bot.slack.machine_words import energy_words, time_words
from pipeline.domain.preflights import Check, Preflight
from pipeline.domain.spending import Machine
from pipeline.errors import UnmeasuredMachine
from tests.fakes.money_bench import BOSS, NOW, TEAM, Bench, price, wish

METERED = Machine(watts=300, kwh_microusd=300_000)  # 9 cents an hour
WANTED = PriceWanted(TEAM, BOSS, "private", "small", "founder")


def own(machine: Machine) -> list[Any]:
    return [price("private", "small", train_microusd_per_million=0, machine=machine, encoding_is_exact=False)]


async def offer(bench: Bench) -> dict[str, Any]:
    await bench.cost(CostQuestion(TEAM, "founder"))
    facts: dict[str, Any] = (await bench.said())["round:1:cost"][1]
    return facts


def words(facts: dict[str, Any]) -> str:
    return str(TEMPLATES[COST](facts).payload())


async def test_hours_come_from_this_workspaces_own_runs(bench: Bench) -> None:
    bench.prices.rows = own(METERED)
    voice = await bench.add_voice()
    await bench.prepare(voice)
    for trained_s in (4_800.0, 2_400.0, 3_600.0):  # 240,000 tokens each: 50, 100 and 66.7 a second
        await bench.billed(voice, "private", estimate_microusd=1, actual_microusd=1, trained_s=trained_s)
    facts = await offer(bench)
    known = facts["offers"][0]
    assert known["machine"] == {"seconds": [2_400, 3_600, 4_800], "runs": 3, "watts": 300, "is_free": False}
    assert known["training"] == [60_000, 90_000, 120_000] and known["own_error"] is None
    assert "about 60 min of your machine (40–80 min), ≈ 0.3 kWh, *$0.09* ($0.06–$0.12), once" in words(facts)
    assert "by your last 3 runs there" in words(facts) and facts["can_ask"]


async def test_before_a_run_the_servers_own_figure_is_taken(bench: Bench) -> None:
    bench.prices.rows = own(METERED)
    await bench.prepare(await bench.add_voice())
    told = Preflight(TEAM, "private", "small", (Check("key", "ok"),), NOW, train_tokens_per_s=100.0)
    async with bench.db.begin() as tx:
        await tx.preflights.record(told)
    facts = await offer(bench)
    assert facts["offers"][0]["machine"]["seconds"] == [2_223, 2_400, 2_609]  # 240,000 tokens at 100 a second, 8 %
    assert "by what your server measured" in words(facts)
    assert isinstance(await bench.ask(wish()), Asked)


async def test_hours_that_cost_money_and_were_never_measured_close_approval(bench: Bench) -> None:
    bench.prices.rows = own(METERED)
    await bench.prepare(await bench.add_voice())
    facts = await offer(bench)
    assert not facts["can_ask"] and "understudy modelserver --measure small" in words(facts)
    with pytest.raises(UnmeasuredMachine):
        await bench.ask(wish())


async def test_hours_that_cost_nothing_are_asked_for_without_a_measure(bench: Bench) -> None:
    bench.prices.rows = own(Machine())
    await bench.prepare(await bench.add_voice())
    facts = await offer(bench)
    assert "I don't know yet how many, the first run tells" in words(facts) and "--measure" not in words(facts)
    assert isinstance(await bench.ask(wish()), Asked)


async def test_runs_of_another_base_or_workspace_say_nothing(bench: Bench) -> None:
    voice = await bench.add_voice()
    await bench.prepare(voice)
    await bench.billed(voice, "private", estimate_microusd=1, actual_microusd=1, trained_s=60.0)
    async with bench.db.read() as tx:
        assert len(await tx.past_runs.tokens_per_s(TEAM, "private", "small", most=5)) == 1
        assert await tx.past_runs.tokens_per_s(TEAM, "private", "other", most=5) == []
        assert await tx.past_runs.tokens_per_s("T2", "private", "small", most=5) == []


def filled(view: dict[str, Any], **typed: str) -> dict[str, Any]:
    """The form as it comes back: what stood in it, with some of it typed over."""
    values = {
        block["block_id"]: {"it": {"value": typed.get(block["block_id"], block["element"].get("initial_value"))}}
        for block in view["blocks"]
        if block["type"] == "input"
    }
    return view | {"state": {"values": values}}


async def test_the_form_takes_watts_and_a_price_of_electricity_and_gives_them_back(bench: Bench) -> None:
    view = price_form(await bench.price_opened(WANTED), "founder").to_dict()
    typed = {"train": "", "watts": "300", "kwh": "0.30", "hour": "0.05", "source": "the meter"}
    entry = price_entry(TEAM, BOSS, filled(view, **typed))
    assert entry.machine == Machine(300, 300_000, 50_000) and entry.train_microusd_per_million == 0
    await bench.price_entered(entry)
    again = price_form(await bench.price_opened(WANTED), "founder").to_dict()
    assert price_entry(TEAM, BOSS, filled(again, source="again")).machine == entry.machine
    assert (await bench.audit())[-1].after["machine_watts"] == 300
    listed = str(price_list(await bench.prices_listed(TEAM, BOSS)).to_dict())
    assert "300 W at $0.30 a kWh · $0.05 an hour of your machine · $0.01 · $0.01" in listed


@pytest.mark.parametrize(
    ("typed", "block_id"),
    [
        ({"watts": "300"}, "train"),
        ({"train": "", "kwh": "0.30"}, "watts"),
        ({"train": "", "watts": "many"}, "watts"),
        ({"train": "", "hour": "-1"}, "hour"),
    ],
)
async def test_a_wrong_machine_is_told_at_its_field(bench: Bench, typed: dict[str, str], block_id: str) -> None:
    view = price_form(await bench.price_opened(WANTED), "").to_dict()
    with pytest.raises(WrongEntry) as wrong:
        price_entry(TEAM, BOSS, filled(view, **({"source": "page"} | typed)))
    assert wrong.value.block_id == block_id


async def test_nothing_about_training_means_hours_that_cost_nothing(bench: Bench) -> None:
    view = price_form(await bench.price_opened(WANTED), "").to_dict()
    assert price_entry(TEAM, BOSS, filled(view, train="", source="page")).machine == Machine()
    await bench.price_entered(price_entry(TEAM, BOSS, filled(view, train="", source="page")))
    again = price_form(await bench.price_opened(WANTED), "").to_dict()
    by_token = price_entry(TEAM, BOSS, filled(again, train="0.5", source="page"))
    assert by_token.machine is None and by_token.train_microusd_per_million == 500_000


async def test_only_a_server_of_our_own_is_asked_for_watts(bench: Bench) -> None:
    elsewhere = replace(WANTED, provider="openai", base="gpt-mini")
    asked = [block.get("block_id") for block in price_form(await bench.price_opened(elsewhere), "").to_dict()["blocks"]]
    assert "train" in asked and not {"watts", "kwh", "hour"} & set(asked)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(12, "12 s"), (89, "89 s"), (120, "2 min"), (5_400, "90 min"), (7_200, "2 h"), (9_000, "2.5 h")],
)
def test_times_are_told_in_the_unit_that_is_easy_to_read(seconds: int, words: str) -> None:
    assert time_words(seconds) == words


@pytest.mark.parametrize(
    ("kilowatt_hours", "words"), [(0.001, "less than 0.01 kWh"), (0.05, "0.05 kWh"), (0.6, "0.6 kWh"), (25.0, "25 kWh")]
)
def test_energy_is_told_with_what_matters(kilowatt_hours: float, words: str) -> None:
    assert energy_words(kilowatt_hours) == words
