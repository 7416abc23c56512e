"""How long a machine of one's own trains, in words (pure)."""

from collections.abc import Mapping
from typing import Any, Final

MINUTE_S: Final = 60
HOUR_S: Final = 3_600
SHORT_S: Final = 90  # below that, seconds are easier to read
LONG_MINUTES: Final = 100  # above that, hours are
FEW: Final = 10  # below that many hours or kilowatt-hours one digit after the point says something
WATT_SECONDS_PER_KWH: Final = 3_600_000


def machine_words(machine: Mapping[str, Any]) -> list[str]:
    """ "about 2 h of your machine (1.8–2.3 h)", "≈ 0.6 kWh"; the second where somebody entered watts."""
    low, expected, high = machine["seconds"]
    words = [f"about {time_words(expected)} of your machine{spread(low, high)}"]
    if machine["watts"]:
        words.append(f"≈ {energy_words(machine['watts'] * expected / WATT_SECONDS_PER_KWH)}")
    return words


def measured_by(machine: Mapping[str, Any]) -> str:
    runs = machine["runs"]
    if not runs:
        return "by what your server measured"
    return "by your last run there" if runs == 1 else f"by your last {runs} runs there"


def spread(low_s: int, high_s: int) -> str:
    low, high = time_words(low_s), time_words(high_s)
    if low == high:
        return ""
    number, unit = high.split()
    return f" ({low.removesuffix(unit).strip()}–{number} {unit})"


def time_words(seconds: int) -> str:
    """ "12 s", "35 min", "2 h"."""
    if seconds < SHORT_S:
        return f"{seconds} s"
    if seconds < LONG_MINUTES * MINUTE_S:
        return f"{round(seconds / MINUTE_S)} min"
    return f"{short(seconds / HOUR_S)} h"


def energy_words(kilowatt_hours: float) -> str:
    if kilowatt_hours < 0.01:
        return "less than 0.01 kWh"
    return f"{kilowatt_hours:.2f} kWh" if kilowatt_hours < 0.1 else f"{short(kilowatt_hours)} kWh"


def short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0") if number < FEW else f"{number:,.0f}"
