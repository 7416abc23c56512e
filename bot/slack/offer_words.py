"""What cards say of a base on offer: its names, who sees the texts there, how long it lives (pure)."""

from datetime import date
from typing import Final

from bot.slack.message import Facts
from bot.slack.mrkdwn import quoted, shortened

SHORT: Final = 80  # characters shown of a name that an operator or a person wrote
OPENAI: Final = "openai"
OPENAI_LAST_TRAINING_DAY: Final = date(2027, 1, 6)  # OpenAI's deprecations page: no new fine-tunes for anyone after it


def named(text: str, length: int = SHORT) -> str:
    return quoted(shortened(text, length))


def day_words(day: str) -> str:
    return f"{date.fromisoformat(day):%-d %b %Y}"


def sees(offer: Facts) -> str:
    provider = named(offer["provider"])
    return f"{provider}, your own server" if offer["is_own"] else provider


def lifetime(offer: Facts) -> str:
    if offer["shutdown_on"] is None:
        return "as long as you run it" if offer["is_own"] else "no end announced"
    until = day_words(offer["shutdown_on"])
    if offer["days_left"] <= 0:
        return f"*{until}: it is turned off already*"
    lasting = f"*{until} — {offer['days_left']} days*. You'd pay for {offer['days_left']} days."
    if offer["provider"] == OPENAI:
        return f"{lasting} OpenAI takes no new fine-tunes after {OPENAI_LAST_TRAINING_DAY:%-d %b %Y}."
    return lasting
