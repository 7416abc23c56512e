"""Prices in Slack: the list of those in force, the form that enters one, and what was entered in it."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from slack_sdk.models.blocks import Block, ButtonElement, InputBlock, PlainTextInputElement, PlainTextObject
from slack_sdk.models.views import View

from bot.features.costs.prices import Priced, PriceEntry, PriceWanted
from bot.slack.forms import field_value, text_input
from bot.slack.message import button, section
from bot.slack.mrkdwn import shortened, usd
from bot.slack.offer_words import day_words, named
from pipeline.domain.spending import MICROUSD_PER_USD, Hosting, Machine, Price

PRICE: Final = "costs.price"  # a button that opens the form, and the form
MOST_LISTED: Final = 60  # a modal takes 100 blocks
SOURCE_CHARS: Final = 300
VALUE_CHARS: Final = 2000  # of a button
MOST_USD: Final = 1_000_000  # more is a slip of the finger
AMOUNT: Final = "An amount in dollars of zero or more, such as 0.80."
MACHINE: Final = ("watts", "kwh", "hour")
RATES: Final = {
    "train": "Training, $ for 1,000,000 tokens",
    "input": "Reading, $ for 1,000,000 tokens",
    "output": "Writing, $ for 1,000,000 tokens",
}


class WrongEntry(ValueError):
    """Something typed into a field that is not what the field is for."""

    def __init__(self, block_id: str, sentence: str) -> None:
        super().__init__(block_id, sentence)
        self.block_id = block_id
        self.sentence = sentence


def price_button(provider: str, base: str, handle: str, *, label: str) -> ButtonElement | None:
    """label: "Confirm price", "Add price" or "Change". None where the names are longer than Slack sends back."""
    value = json.dumps([provider, base, handle], ensure_ascii=False)
    return button(label, PRICE, value) if len(value) <= VALUE_CHARS else None


def price_wanted(team_id: str, user: str, value: str) -> PriceWanted:
    provider, base, handle = json.loads(value)
    return PriceWanted(team_id, user, provider, base, handle)


def price_list(rows: Sequence[Priced]) -> View:
    blocks: list[Block] = [
        section(
            "Dollars for 1,000,000 tokens of training, reading and writing; of a machine of your own, what an hour of "
            "training costs. A price older than 90 days closes approval until an approver confirms it."
        )
    ]
    blocks += [price_line(row) for row in rows[:MOST_LISTED]]
    if not rows:
        blocks.append(section("No provider is set up to train at. Whoever runs me enters a key for one."))
    return View(
        type="modal",
        title=PlainTextObject(text="Prices"),
        close=PlainTextObject(text="Close"),
        blocks=blocks,
    )


def price_line(row: Priced) -> Block:
    name = f"*{named(row.base)}* · {named(row.provider)}"
    if row.price is None:
        return section(f"{name}\nNo price; I won't guess.", price_button(row.provider, row.base, "", label="Add price"))
    rates = " · ".join(rate_words(row.price))
    old = f" ⚠️ {row.age_days} days old" if row.is_stale else ""
    source = f"_{day_words(row.price.as_of.isoformat())}, {named(row.price.source, 120)}_"
    label = "Confirm price" if row.is_stale else "Change"
    return section(f"{name}\n{rates}{old}\n{source}", price_button(row.provider, row.base, "", label=label))


def rate_words(price: Price) -> list[str]:
    """Training, reading and writing; of a machine of our own what an hour of it costs."""
    if price.machine is None:
        return [usd(rate) for rate in rates_of(price)]
    machine = price.machine
    power = f"{machine.watts:,} W at {usd(machine.kwh_microusd)} a kWh" if machine.watts else ""
    rent = f"{usd(machine.microusd_per_hour)} an hour of your machine" if machine.microusd_per_hour or not power else ""
    return [*filter(None, (power, rent)), *(usd(rate) for rate in rates_of(price)[1:])]


def rates_of(price: Price) -> tuple[int, int, int]:
    return price.train_microusd_per_million, price.input_microusd_per_million, price.output_microusd_per_million


def price_form(row: Priced, handle: str) -> View:
    """private_metadata: provider, base and handle as JSON. Amounts stand in it already, to be confirmed or changed."""
    known = row.price
    rates = [plain_usd(rate) for rate in rates_of(known)] if known else ["", "", ""]
    if known and known.machine:
        rates[0] = ""
    hosting = known.hosting if known and known.hosting else Hosting()
    context = str(known.context_tokens) if known else None
    return View(
        type="modal",
        callback_id=PRICE,
        title=PlainTextObject(text="Confirm price" if known and row.is_stale else "Price"),
        submit=PlainTextObject(text="Save"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=json.dumps([row.provider, row.base, handle], ensure_ascii=False),
        blocks=[
            section(f"*{named(row.base)}* at {named(row.provider)}, as you read it today."),
            *(
                text_input(name, label, "0.80", optional=name == "train" and row.is_own, initial=rate or None)
                for (name, label), rate in zip(RATES.items(), rates, strict=True)
            ),
            *(machine_inputs(known.machine if known else None) if row.is_own else ()),
            text_input(
                "minute", "Hosting, $ a minute awake", "empty: none", initial=filled(hosting.microusd_per_minute)
            ),
            text_input("leash", "Minutes until it sleeps", "20", initial=str(hosting.leash_minutes or "") or None),
            text_input("month", "Or hosting, $ a month", "empty: none", initial=filled(hosting.microusd_per_month)),
            text_input("context", "Longest text, in tokens", "65536", optional=False, initial=context),
            text_input(
                "shutdown",
                "Turned off on",
                "2027-01-14; empty: no end announced",
                initial=known.shutdown_on.isoformat() if known and known.shutdown_on else None,
            ),
            source_input(),
        ],
    )


def machine_inputs(machine: Machine | None) -> list[InputBlock]:
    """In place of a price by the token, for a server of our own; all empty: hours that cost nothing."""
    known = machine or Machine()
    return [
        text_input(
            "watts", "Empty above, by the hour: watts while it trains", "350", initial=str(known.watts or "") or None
        ),
        text_input("kwh", "Electricity, $ for a kWh", "0.30", initial=filled(known.kwh_microusd)),
        text_input("hour", "The machine itself, $ an hour", "empty: nothing", initial=filled(known.microusd_per_hour)),
    ]


def source_input() -> InputBlock:
    """Never filled in: who confirms a price has looked it up again."""
    return InputBlock(
        block_id="source",
        label=PlainTextObject(text="Where did you read it?"),
        element=PlainTextInputElement(
            action_id="source", placeholder=PlainTextObject(text="the vendor's pricing page"), max_length=SOURCE_CHARS
        ),
    )


def plain_usd(microusd: int) -> str:
    """ "0.8": as it is typed."""
    return f"{Decimal(microusd) / MICROUSD_PER_USD:f}"


def filled(microusd: int) -> str | None:
    return plain_usd(microusd) if microusd else None


def price_entry(team_id: str, user: str, view: dict[str, Any]) -> PriceEntry:
    """Raises WrongEntry."""
    machine = machine_in(view)
    train, read, written = (0 if machine and name == "train" else amount_in(view, name) for name in RATES)
    source = shortened(field_value(view, "source"), SOURCE_CHARS)
    if not source:
        raise WrongEntry("source", "Say where you read it; the next approver wants to look there.")
    return PriceEntry(
        wanted=price_wanted(team_id, user, view["private_metadata"]),
        train_microusd_per_million=train,
        input_microusd_per_million=read,
        output_microusd_per_million=written,
        context_tokens=whole_in(view, "context"),
        hosting=hosting_in(view),
        shutdown_on=day_in(view, "shutdown"),
        source=source,
        machine=machine,
    )


def amount_in(view: dict[str, Any], block_id: str) -> int:
    """Micro-USD."""
    try:
        amount = Decimal(field_value(view, block_id).strip().removeprefix("$").strip())
    except InvalidOperation as error:
        raise WrongEntry(block_id, AMOUNT) from error
    if not amount.is_finite() or not 0 <= amount <= MOST_USD:
        raise WrongEntry(block_id, AMOUNT)
    microusd = amount * MICROUSD_PER_USD
    if microusd != int(microusd):
        raise WrongEntry(block_id, "At most six digits after the point.")
    return int(microusd)


def machine_in(view: dict[str, Any]) -> Machine | None:
    """None where training is paid by the token. Only the form of our own servers has these fields."""
    typed = {name for name in MACHINE if field_value(view, name).strip()}
    by_token = bool(field_value(view, "train").strip())
    if by_token and typed:
        raise WrongEntry("train", "By the token or by the hour of your machine, not both.")
    if by_token or not view["state"]["values"].keys() & set(MACHINE):
        return None
    if "kwh" in typed and "watts" not in typed:
        raise WrongEntry("watts", "What the machine draws while it trains, in watts.")
    return Machine(
        watts=whole_in(view, "watts") if "watts" in typed else 0,
        kwh_microusd=amount_in(view, "kwh") if "kwh" in typed else 0,
        microusd_per_hour=amount_in(view, "hour") if "hour" in typed else 0,
    )


def hosting_in(view: dict[str, Any]) -> Hosting | None:
    by_minute, by_month = (bool(field_value(view, name).strip()) for name in ("minute", "month"))
    if by_minute and by_month:
        raise WrongEntry("month", "By the minute or by the month, not both.")
    if by_minute:
        hosting = Hosting(microusd_per_minute=amount_in(view, "minute"), leash_minutes=whole_in(view, "leash"))
    elif by_month:
        hosting = Hosting(microusd_per_month=amount_in(view, "month"))
    else:
        return None
    return hosting if hosting.microusd_per_minute or hosting.microusd_per_month else None


def whole_in(view: dict[str, Any], block_id: str) -> int:
    typed = field_value(view, block_id).strip().replace(",", "")
    if not (typed.isascii() and typed.isdigit() and int(typed[:9]) > 0 and len(typed) <= 9):
        raise WrongEntry(block_id, "A whole number above zero.")
    return int(typed)


def day_in(view: dict[str, Any], block_id: str) -> date | None:
    typed = field_value(view, block_id).strip()
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise WrongEntry(block_id, "A day such as 2027-01-14, or nothing.") from error
