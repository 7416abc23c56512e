"""What cards say of a base on offer: its names, who sees the texts there, how long it lives (pure)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from bot.slack.mrkdwn import quoted, shortened

SHORT: Final = 80  # characters shown of a name that an operator or a person wrote


def named(text: str, length: int = SHORT) -> str:
    return quoted(shortened(text, length))


def day_words(day: str) -> str:
    return f"{date.fromisoformat(day):%-d %b %Y}"


def sees(offer: Mapping[str, Any]) -> str:
    provider = named(offer["provider"])
    return f"{provider}, your own server" if offer["is_own"] else provider


def lifetime(offer: Mapping[str, Any]) -> str:
    if offer["shutdown_on"] is None:
        return "as long as your server runs" if offer["is_own"] else "no end announced"
    until = day_words(offer["shutdown_on"])
    if offer["days_left"] <= 0:
        return f"*{until}: it is turned off already*"
    return f"*{until} — {offer['days_left']} days*"


def closing(offer: Mapping[str, Any]) -> str:
    """That a provider stops training or turns a base off, and what is paid for until then; "" when neither is known."""
    provider, days = named(offer["provider"]), offer["days_left"]
    turned_off = f"turns this base off on {day_words(offer['shutdown_on'])}" if offer["shutdown_on"] else ""
    stops = f"takes no new fine-tunes after {day_words(offer['closes_on'])}" if offer["closes_on"] else ""
    if not turned_off and not stops:
        return ""
    paid_for = f" You'd pay for {days} days." if days and days > 0 else ""
    return f"{provider} {' and '.join(filter(None, (stops, turned_off)))}.{paid_for}"


def unmeasured_words(provider: str, base: str) -> str:
    """Why nobody can be asked to pay for hours of our own machine, and who can change that."""
    return (
        f"Nothing was ever trained on {named(base)} at {named(provider)}, so I don't know how many hours it takes and "
        f"what they cost. Whoever runs it measures that with `understudy modelserver --measure {named(base)}`; "
        "`/voice cost` asks again."
    )


def refused_words(provider: str, base: str, refusal: str) -> str:
    """Why a provider would not train, as it said itself, and what to do. refusal: pipeline.domain.preflights."""
    who = named(provider)
    match refusal:
        case "key":
            return f"{who} doesn't accept our key any more. Whoever runs me must set a new one."
        case "training":
            return f"Your {who} organisation can't start fine-tunes. Choose another provider of the cost card."
        case "base":
            return f"{who} doesn't offer {named(base)} to us. Choose another base of the cost card."
        case "life":
            return f"{who} has turned {named(base)} off. Choose another base of the cost card."
        case _:
            return f"{who} says that the balance is too low. Whoever pays there must top it up."
