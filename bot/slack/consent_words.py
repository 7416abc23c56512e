"""How far an owner agreed, in words (pure)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Final

from bot.slack.message import Facts
from bot.slack.mrkdwn import day, quoted

# What a yes is for, as the end of "this voice is for …".
PURPOSES: Final[Mapping[str, str]] = {
    "generation": "writing posts",
    "extraction": "pulling facts out of texts",
    "summarization": "summing texts up",
    "rewriting": "rewriting texts",
    "classification": "sorting texts",
    "question answering": "answering questions",
}


def limits_told(facts: Facts) -> str:
    """What was agreed to with limits, as the end of a sentence; nothing when there are none."""
    since = f" · nothing from before {day(noon(facts['not_before']))}" if facts.get("not_before") else ""
    words = f" · “{quoted(facts['limits'])}”" if facts.get("limits") else ""
    return since + words


def noon(of_day: str) -> datetime:
    """The same day in nearly every zone."""
    return datetime.combine(date.fromisoformat(of_day), time(12), UTC)
