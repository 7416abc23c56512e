"""Numbers that people enter for a draft (pure)."""

from typing import Final

from pipeline.errors import MissingArgument

LIMITS: Final = "/voice draft founder <brief>, with words= from 50 to 2000, temp= from 0 to 1.5, n= from 1 to 3"
MAX_TEMPERATURE: Final = 1.5
MAX_COUNT: Final = 3


def number(entered: str | float, least: float, most: float) -> float:
    """Raises MissingArgument when it is none, or out of range."""
    try:
        value = float(str(entered).replace(",", "."))
    except ValueError as error:
        raise MissingArgument(LIMITS) from error
    if not least <= value <= most:
        raise MissingArgument(LIMITS)
    return value
