"""What an approver entered lies over the operator's file, until the file has something newer."""

from dataclasses import replace
from datetime import date

import pytest

from pipeline.domain.spending import Billing, Price
from pipeline.errors import NoPrice
from pipeline.models.prices import PriceTable
from pipeline.price_layers import LayeredPrices

FILED = Price(
    "openai", "small", 5, 1, 1, "file", date(2026, 11, 1), 8192, "o200k_base", billing=Billing(validation=False)
)
ENTERED = replace(FILED, train_microusd_per_million=7, source="page", as_of=date(2026, 11, 20), billing=Billing())


def test_the_later_of_file_and_entry_holds() -> None:
    prices = LayeredPrices(PriceTable((FILED,)), (ENTERED,))
    assert prices.find("openai", "small") == replace(ENTERED, billing=FILED.billing)
    newer = replace(FILED, as_of=date(2026, 11, 21))
    assert LayeredPrices(PriceTable((newer,)), (ENTERED,)).find("openai", "small") == newer


def test_a_tuned_model_costs_what_was_entered_for_its_base() -> None:
    prices = LayeredPrices(PriceTable(()), (ENTERED,))
    assert prices.find("openai", "ft:small:team::abc") == ENTERED


@pytest.mark.parametrize(("provider", "base"), [("openai", "large"), ("elsewhere", "small")])
def test_what_nobody_entered_has_no_price(provider: str, base: str) -> None:
    with pytest.raises(NoPrice):
        LayeredPrices(PriceTable((FILED,)), (ENTERED,)).find(provider, base)
