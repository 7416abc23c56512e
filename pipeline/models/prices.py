"""The operator's dated price table: TOML in, Price rows out, never a guessed amount."""

import importlib.resources
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline.domain.spending import Price, base_of
from pipeline.errors import NoPrice
from pipeline.models.price_rows import BadPriceTable, read_billing, read_price

STALE_AFTER_DAYS: Final = 90  # the vendors' pages change about once a quarter


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Every price the operator has entered."""

    prices: tuple[Price, ...]

    def find(self, provider: str, base: str) -> Price:
        """The row of a base, or of the base a tuned model came from. Raises NoPrice."""
        wanted = base_of(base)
        for price in self.prices:
            if price.provider == provider and price.base == wanted:
                return price
        raise NoPrice(provider, wanted)

    def offered_by(self, provider: str) -> tuple[Price, ...]:
        return tuple(price for price in self.prices if price.provider == provider)


def shipped_prices() -> PriceTable:
    """The table that comes with the program; an operator's own file replaces it."""
    return read_prices((importlib.resources.files("pipeline.models") / "prices.toml").read_text("utf-8"))


def read_prices(text: str) -> PriceTable:
    """Read a table from TOML text. Raises BadPriceTable."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        raise BadPriceTable(0, "", str(err)) from err
    rows = table.get("price")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadPriceTable(0, "price", "needs one [[price]] table for each row")
    if unknown := table.keys() - {"price", "billing"}:
        raise BadPriceTable(0, min(unknown), "is not a field of this table")
    billing = read_billing(table.get("billing", []))
    prices = tuple(read_price(row, number, billing) for number, row in enumerate(rows, start=1))
    _refuse_twice(prices)
    return PriceTable(prices)


def age_days(price: Price, today: date) -> int:
    return (today - price.as_of).days


def is_stale(price: Price, today: date) -> bool:
    return age_days(price, today) > STALE_AFTER_DAYS


def _refuse_twice(prices: Iterable[Price]) -> None:
    seen: set[tuple[str, str]] = set()
    for number, price in enumerate(prices, start=1):
        if (price.provider, price.base) in seen:
            raise BadPriceTable(number, "base", f"{price.provider} {price.base} is there twice")
        seen.add((price.provider, price.base))
