"""Words that every message about runs shares."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.slack.mrkdwn import quoted, shortened
from pipeline.domain.training import TuningState

SHORT: Final = 80  # characters shown of a name
MINUTE_S: Final = 60
LONG_MINUTES: Final = 180  # above that, hours are easier to read
ORDINALS: Final = {1: "1st", 2: "2nd", 3: "3rd"}
STATE_WORDS: Final[dict[TuningState, str]] = {
    "queued": "⏳ queued",
    "preflight": "📤 a last look before sending",
    "uploading": "📤 sending the texts",
    "sending": "📤 sending",
    "in-doubt": "❓ asking the provider whether it has the job",
    "validating": "🔎 the provider is checking the file",
    "running": "🏋️ training",
    "evaluating": "🧪 testing",
    "ready": "✅ ready",
    "failed": "🛑 failed",
    "cancelled": "✋ cancelled",
    "expired": "⌛ not sent in time",
}


def run(facts: Mapping[str, Any]) -> str:
    return f"{named(facts['handle'])} round {facts['number']}"


def named(text: str) -> str:
    return quoted(shortened(text, SHORT))


def usually(usual: Mapping[str, Any] | None) -> str:
    """ "usually 6–25 min (your last 4)" """
    if usual is None:
        return ""
    span = span_words(usual["low_s"], usual["high_s"])
    return f"your last run took {span}" if usual["runs"] == 1 else f"usually {span} (your last {usual['runs']})"


def span_words(low_s: float, high_s: float) -> str:
    low, high = round(low_s / MINUTE_S), round(high_s / MINUTE_S)
    if high < 1:
        return "under a minute"
    if high > LONG_MINUTES:
        return between(round(low / 60), round(high / 60), "h")
    return between(max(1, low), high, "min")


def between(low: int, high: int, unit: str) -> str:
    return f"{high} {unit}" if low >= high else f"{low}–{high} {unit}"


def ordinal(number: int) -> str:
    return ORDINALS.get(number, f"{number}th")


def clock_time(at: datetime | str) -> str:
    """An hour of the reader's day."""
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"<!date^{int(at.timestamp())}^{{time}}|{at:%H:%M} UTC>"


def status_words(state: TuningState, provider_status: str | None) -> str:
    """The state, and the provider's own word where it says more."""
    usual = {None, "validating_files", "queued", "running", "succeeded", "failed", "cancelled"}
    words = STATE_WORDS[state]
    return words if provider_status in usual else f"{words} ({named(str(provider_status))})"


def waits_for_words(waits_for: list[list[Any] | None] | tuple[tuple[str, int] | None, ...]) -> str:
    own = [f"{named(one[0])} round {one[1]}" for one in waits_for if one]
    others = ["a run of another workspace"] if len(own) < len(waits_for) else []
    return " and ".join([*own, *others])
