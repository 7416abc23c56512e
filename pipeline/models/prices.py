"""The operator's dated price table: TOML in, Price rows out, never a guessed amount."""

import importlib.resources
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from pipeline.domain.spending import MICROUSD_PER_USD, Price
from pipeline.errors import NoPrice
from pipeline.models.tokens import base_of

STALE_AFTER_DAYS: Final = 90  # the vendors' pages change about once a quarter

_TEXT_FIELDS: Final = ("provider", "base", "source", "encoding")
_RATE_FIELDS: Final = ("train_usd_per_million", "input_usd_per_million", "output_usd_per_million")
_REQUIRED: Final = frozenset((*_TEXT_FIELDS, *_RATE_FIELDS, "as_of", "context_tokens"))
_OPTIONAL: Final = frozenset(("encoding_is_exact", "shutdown_on"))


class BadPriceTable(ValueError):
    """The table cannot be used. row: counts from 1, 0 for the whole file; field: empty when no one field is wrong."""

    def __init__(self, row: int, field: str, why: str) -> None:
        where = f"row {row}" if row else "price table"
        super().__init__(f"{where}, {field}: {why}" if field else f"{where}: {why}")
        self.row = row
        self.field = field
        self.why = why


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
    if unknown := table.keys() - {"price"}:
        raise BadPriceTable(0, min(unknown), "is not a field of this table")
    prices = tuple(_price(row, number) for number, row in enumerate(rows, start=1))
    _refuse_twice(prices)
    return PriceTable(prices)


def age_days(price: Price, today: date) -> int:
    return (today - price.as_of).days


def is_stale(price: Price, today: date) -> bool:
    return age_days(price, today) > STALE_AFTER_DAYS


def _price(row: Mapping[str, Any], number: int) -> Price:
    for missing in sorted(_REQUIRED - row.keys()):
        raise BadPriceTable(number, missing, "is missing")
    for unknown in sorted(row.keys() - _REQUIRED - _OPTIONAL):
        raise BadPriceTable(number, unknown, "is not a field of a price")
    provider, base, source, encoding = (_text(row, field, number) for field in _TEXT_FIELDS)
    train, read, written = (_rate(row, field, number) for field in _RATE_FIELDS)
    return Price(
        provider=provider,
        base=base,
        train_microusd_per_million=train,
        input_microusd_per_million=read,
        output_microusd_per_million=written,
        source=source,
        as_of=_day(row, "as_of", number),
        context_tokens=_context(row, number),
        encoding=encoding,
        encoding_is_exact=_flag(row, "encoding_is_exact", number),
        shutdown_on=_day(row, "shutdown_on", number) if "shutdown_on" in row else None,
    )


def _text(row: Mapping[str, Any], field: str, number: int) -> str:
    value = row[field]
    if not isinstance(value, str) or not value.strip():
        raise BadPriceTable(number, field, "needs some text")
    return value.strip()


def _rate(row: Mapping[str, Any], field: str, number: int) -> int:
    """USD per million tokens as a string, e.g. "0.80"; returned in micro-dollars."""
    value = row[field]
    if not isinstance(value, str):
        raise BadPriceTable(number, field, 'needs an amount in quotes, such as "0.80"')
    try:
        usd = Decimal(value.strip())
    except InvalidOperation as err:
        raise BadPriceTable(number, field, f"{value!r} is not an amount") from err
    if not usd.is_finite() or usd < 0:
        raise BadPriceTable(number, field, f"{value!r} is not an amount of zero or more")
    microusd = usd * MICROUSD_PER_USD
    if microusd != int(microusd):
        raise BadPriceTable(number, field, f"{value!r} has more than six decimals")
    return int(microusd)


def _day(row: Mapping[str, Any], field: str, number: int) -> date:
    value = row[field]
    if isinstance(value, datetime) or not isinstance(value, date):
        raise BadPriceTable(number, field, "needs a day without quotes, such as 2026-11-21")
    return value


def _context(row: Mapping[str, Any], number: int) -> int:
    value = row["context_tokens"]
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise BadPriceTable(number, "context_tokens", "needs a whole number above zero")
    return value


def _flag(row: Mapping[str, Any], field: str, number: int) -> bool:
    value = row.get(field, True)
    if not isinstance(value, bool):
        raise BadPriceTable(number, field, "needs true or false")
    return value


def _refuse_twice(prices: Iterable[Price]) -> None:
    seen: set[tuple[str, str]] = set()
    for number, price in enumerate(prices, start=1):
        if (price.provider, price.base) in seen:
            raise BadPriceTable(number, "base", f"{price.provider} {price.base} is there twice")
        seen.add((price.provider, price.base))
