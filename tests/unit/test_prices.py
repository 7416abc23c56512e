"""The operator's price table."""

from dataclasses import replace
from datetime import date

import pytest

from pipeline.domain.spending import Billing, Hosting, Machine
from pipeline.errors import NoPrice
from pipeline.models.price_rows import BadPriceTable
from pipeline.models.prices import age_days, is_stale, read_prices, shipped_prices

ROW = """
[[price]]
provider = "openai"
base = "small"
train_usd_per_million = "25.00"
input_usd_per_million = "0.30"
output_usd_per_million = "0.000001"
source = "the vendor's page"
as_of = 2026-11-21
context_tokens = 65536
encoding = "o200k_base"
"""


def test_amounts_become_whole_microdollars() -> None:
    (price,) = read_prices(ROW).prices
    assert price.train_microusd_per_million == 25_000_000
    assert price.input_microusd_per_million == 300_000
    assert price.output_microusd_per_million == 1
    assert price.encoding_is_exact
    assert price.shutdown_on is None


@pytest.mark.parametrize(
    ("line", "instead", "field"),
    [
        ('base = "small"\n', "", "base"),
        ('"25.00"', "25.00", "train_usd_per_million"),
        ('"25.00"', '"-1"', "train_usd_per_million"),
        ('"25.00"', '"NaN"', "train_usd_per_million"),
        ('"0.30"', '"a lot"', "input_usd_per_million"),
        ('"0.30"', '"0.0000001"', "input_usd_per_million"),
        ("2026-11-21", '"2026-11-21"', "as_of"),
        ("2026-11-21", "2026-11-21T10:00:00", "as_of"),
        ("65536", "0", "context_tokens"),
        ("65536", "true", "context_tokens"),
        ('"the vendor\'s page"', '" "', "source"),
        ('encoding = "o200k_base"', 'encoding = "o200k_base"\ncolour = "red"', "colour"),
        ('encoding = "o200k_base"', 'encoding = "o200k_base"\nencoding_is_exact = "no"', "encoding_is_exact"),
    ],
)
def test_a_bad_row_names_row_and_field(line: str, instead: str, field: str) -> None:
    assert line in ROW
    with pytest.raises(BadPriceTable) as caught:
        read_prices(ROW.replace("small", "first") + ROW.replace(line, instead))
    assert (caught.value.row, caught.value.field) == (2, field)
    assert f"row 2, {field}: " in str(caught.value)


@pytest.mark.parametrize("text", ["", "price = 3", "[[price", 'title = "x"\n' + ROW, "[price]\nbase = 1"])
def test_a_file_that_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(BadPriceTable) as caught:
        read_prices(text)
    assert caught.value.row == 0


def test_a_base_has_one_price_at_a_provider() -> None:
    with pytest.raises(BadPriceTable, match="row 2, base: openai small is there twice"):
        read_prices(ROW + ROW)


def test_a_tuned_model_costs_what_its_base_does() -> None:
    table = read_prices(ROW)
    assert table.find("openai", "ft:small:team::abc") is table.find("openai", "small")


@pytest.mark.parametrize(("provider", "base"), [("openai", "large"), ("azure", "small")])
def test_no_price_is_guessed(provider: str, base: str) -> None:
    with pytest.raises(NoPrice) as caught:
        read_prices(ROW).find(provider, base)
    assert (caught.value.provider, caught.value.base) == (provider, base)


def test_the_shipped_table_is_sound() -> None:
    table = shipped_prices()
    assert {(price.provider, price.base) for price in table.prices} == {
        ("openai", "gpt-4.1-2025-04-14"),
        ("openai", "gpt-4.1-mini-2025-04-14"),
        ("openai", "gpt-4o-2024-08-06"),
        ("openai", "gpt-4o-mini-2024-07-18"),
        ("private", "understudy-ngram"),
    }
    assert all(price.shutdown_on == date(2027, 1, 14) for price in table.offered_by("openai"))
    assert not table.find("private", "understudy-ngram").encoding_is_exact


def test_a_price_is_stale_after_ninety_days() -> None:
    price = replace(read_prices(ROW).prices[0], as_of=date(2026, 1, 1))
    assert age_days(price, date(2026, 4, 1)) == 90
    assert not is_stale(price, date(2026, 4, 1))
    assert is_stale(price, date(2026, 4, 2))


HOSTED = ROW + 'hosting_usd_per_minute = "0.02"\nidle_leash_minutes = 20\n'
BILLING = '\n[[billing]]\nprovider = "openai"\nsource = "the vendor\'s guide"\n'


def test_hosting_is_by_the_minute_by_the_month_or_none() -> None:
    assert read_prices(ROW).prices[0].hosting is None
    assert read_prices(HOSTED).prices[0].hosting == Hosting(microusd_per_minute=20_000, leash_minutes=20)
    monthly = read_prices(ROW + 'hosting_usd_per_month = "26.00"\n').prices[0].hosting
    assert monthly == Hosting(microusd_per_month=26_000_000)
    assert read_prices(ROW + 'hosting_usd_per_month = "0"\n').prices[0].hosting is None


def test_how_a_provider_bills_goes_with_each_of_its_prices() -> None:
    rules = 'validation = true\npacked_tokens = 8192\nleast_usd = "4.00"\n'
    billing = read_prices(ROW + BILLING + rules).prices[0].billing
    assert billing == Billing(True, 8192, 4_000_000, "the vendor's guide")
    assert read_prices(ROW).prices[0].billing == Billing(validation=None)
    assert read_prices(ROW + BILLING.replace("openai", "other") + rules).prices[0].billing == Billing()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (HOSTED + 'hosting_usd_per_month = "1"\n', "hosting_usd_per_month"),
        (ROW + 'hosting_usd_per_minute = "0.02"\n', "idle_leash_minutes"),
        (ROW + "idle_leash_minutes = 20\n", "idle_leash_minutes"),
        (HOSTED.replace("20\n", "0\n"), "idle_leash_minutes"),
        (ROW + BILLING.replace('source = "the vendor\'s guide"\n', ""), "source"),
        (ROW + BILLING + 'validation = "no"\n', "validation"),
        (ROW + BILLING + "least_usd = 4\n", "least_usd"),
        (ROW + BILLING + "packed = 1\n", "packed"),
        (ROW + BILLING + BILLING, "provider"),
    ],
)
def test_bad_hosting_and_billing_name_their_field(text: str, field: str) -> None:
    with pytest.raises(BadPriceTable) as caught:
        read_prices(text)
    assert caught.value.field == field


OWN = ROW.replace('train_usd_per_million = "25.00"\n', "")


def test_our_own_machine_is_paid_by_the_hour() -> None:
    metered = read_prices(OWN + 'machine_watts = 300\nkwh_usd = "0.30"\nmachine_usd_per_hour = "0.05"\n').prices[0]
    assert metered.machine == Machine(watts=300, kwh_microusd=300_000, microusd_per_hour=50_000)
    assert metered.machine.hour_microusd == 140_000  # 0.3 kW * $0.30 + $0.05
    assert read_prices(OWN + 'machine_usd_per_hour = "0"\n').prices[0].machine == Machine()
    assert read_prices(ROW).prices[0].machine is None


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (OWN, "train_usd_per_million"),
        (ROW + "machine_watts = 300\n", "train_usd_per_million"),
        (OWN + 'kwh_usd = "0.30"\n', "machine_watts"),
        (OWN + "machine_watts = 0\n", "machine_watts"),
        (OWN + 'machine_watts = 300\nkwh_usd = "dear"\n', "kwh_usd"),
    ],
)
def test_a_bad_machine_names_its_field(text: str, field: str) -> None:
    with pytest.raises(BadPriceTable) as caught:
        read_prices(text)
    assert caught.value.field == field
