"""One row of the price table: TOML values in, a Price or how a provider bills out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from pipeline.domain.spending import MICROUSD_PER_USD, Billing, Hosting, Machine, Price

_TEXT_FIELDS: Final = ("provider", "base", "source", "encoding")
_RATE_FIELDS: Final = ("input_usd_per_million", "output_usd_per_million")
_TRAIN_RATE: Final = "train_usd_per_million"
_REQUIRED: Final = frozenset((*_TEXT_FIELDS, *_RATE_FIELDS, "as_of", "context_tokens"))
_HOSTING: Final = frozenset(("hosting_usd_per_minute", "idle_leash_minutes", "hosting_usd_per_month"))
_MACHINE: Final = frozenset(("machine_watts", "kwh_usd", "machine_usd_per_hour"))
_OPTIONAL: Final = frozenset(("encoding_is_exact", "shutdown_on", _TRAIN_RATE)) | _HOSTING | _MACHINE
_BILLING_REQUIRED: Final = frozenset(("provider", "source"))
_BILLING_OPTIONAL: Final = frozenset(("validation", "packed_tokens", "least_usd"))


class BadPriceTable(ValueError):
    """The table cannot be used. row: counts from 1, 0 for the whole file; field: empty when no one field is wrong."""

    def __init__(self, row: int, field: str, why: str) -> None:
        where = f"row {row}" if row else "price table"
        super().__init__(f"{where}, {field}: {why}" if field else f"{where}: {why}")
        self.row = row
        self.field = field
        self.why = why


def read_billing(rows: object) -> Mapping[str, Billing]:
    """By provider. Raises BadPriceTable."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadPriceTable(0, "billing", "needs one [[billing]] table for each provider")
    known: dict[str, Billing] = {}
    for number, row in enumerate(rows, start=1):
        _only_fields(row, number, _BILLING_REQUIRED, _BILLING_OPTIONAL)
        provider = _text(row, "provider", number)
        if provider in known:
            raise BadPriceTable(number, "provider", f"how {provider} bills is there twice")
        known[provider] = Billing(
            validation=_flag(row, "validation", number) if "validation" in row else None,
            packed_tokens=_whole(row, "packed_tokens", number) if "packed_tokens" in row else 0,
            least_microusd=_rate(row, "least_usd", number) if "least_usd" in row else 0,
            source=_text(row, "source", number),
        )
    return known


def read_price(row: Mapping[str, Any], number: int, billing: Mapping[str, Billing]) -> Price:
    """number: of the row, from 1. Raises BadPriceTable."""
    _only_fields(row, number, _REQUIRED, _OPTIONAL)
    provider, base, source, encoding = (_text(row, field, number) for field in _TEXT_FIELDS)
    read, written = (_rate(row, field, number) for field in _RATE_FIELDS)
    machine = _machine(row, number)
    price = Price(
        provider=provider,
        base=base,
        train_microusd_per_million=0 if machine else _rate(row, _TRAIN_RATE, number),
        input_microusd_per_million=read,
        output_microusd_per_million=written,
        source=source,
        as_of=_day(row, "as_of", number),
        context_tokens=_whole(row, "context_tokens", number),
        encoding=encoding,
        encoding_is_exact=_flag(row, "encoding_is_exact", number) if "encoding_is_exact" in row else True,
        shutdown_on=_day(row, "shutdown_on", number) if "shutdown_on" in row else None,
    )
    return replace(price, hosting=_hosting(row, number), billing=billing.get(provider, Billing()), machine=machine)


def _machine(row: Mapping[str, Any], number: int) -> Machine | None:
    """None where training is paid by the token; one of the two must be there."""
    if not _MACHINE & row.keys():
        _only_fields(row, number, _REQUIRED | {_TRAIN_RATE}, _OPTIONAL)
        return None
    if _TRAIN_RATE in row:
        raise BadPriceTable(number, _TRAIN_RATE, "stands beside what the machine costs; only one can hold")
    if "kwh_usd" in row and "machine_watts" not in row:
        raise BadPriceTable(number, "machine_watts", "goes with kwh_usd: what the machine draws while it trains")
    return Machine(
        watts=_whole(row, "machine_watts", number) if "machine_watts" in row else 0,
        kwh_microusd=_rate(row, "kwh_usd", number) if "kwh_usd" in row else 0,
        microusd_per_hour=_rate(row, "machine_usd_per_hour", number) if "machine_usd_per_hour" in row else 0,
    )


def _hosting(row: Mapping[str, Any], number: int) -> Hosting | None:
    """By the minute with a leash, by the month, or none at all."""
    by_minute, by_month = "hosting_usd_per_minute" in row, "hosting_usd_per_month" in row
    if by_minute and by_month:
        raise BadPriceTable(number, "hosting_usd_per_month", "stands beside hosting_usd_per_minute; only one can hold")
    if by_minute != ("idle_leash_minutes" in row):
        raise BadPriceTable(number, "idle_leash_minutes", "goes with hosting_usd_per_minute, and only with it")
    if by_minute:
        leash = _whole(row, "idle_leash_minutes", number)
        hosting = Hosting(microusd_per_minute=_rate(row, "hosting_usd_per_minute", number), leash_minutes=leash)
    elif by_month:
        hosting = Hosting(microusd_per_month=_rate(row, "hosting_usd_per_month", number))
    else:
        return None
    return hosting if hosting.microusd_per_minute or hosting.microusd_per_month else None


def _only_fields(row: Mapping[str, Any], number: int, required: frozenset[str], optional: frozenset[str]) -> None:
    for missing in sorted(required - row.keys()):
        raise BadPriceTable(number, missing, "is missing")
    for unknown in sorted(row.keys() - required - optional):
        raise BadPriceTable(number, unknown, "is not a field here")


def _text(row: Mapping[str, Any], field: str, number: int) -> str:
    value = row[field]
    if not isinstance(value, str) or not value.strip():
        raise BadPriceTable(number, field, "needs some text")
    return value.strip()


def _rate(row: Mapping[str, Any], field: str, number: int) -> int:
    """USD as a string, e.g. "0.80"; returned in micro-dollars."""
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


def _whole(row: Mapping[str, Any], field: str, number: int) -> int:
    value = row[field]
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise BadPriceTable(number, field, "needs a whole number above zero")
    return value


def _flag(row: Mapping[str, Any], field: str, number: int) -> bool:
    value = row[field]
    if not isinstance(value, bool):
        raise BadPriceTable(number, field, "needs true or false")
    return value
