"""Amounts and numbers that people type into a form, and how they are shown there."""

from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Final

from pipeline.domain.spending import MICROUSD_PER_USD

MOST_USD: Final = 1_000_000  # more is a slip of the finger


class WrongEntry(ValueError):
    """Something typed into a field that is not what the field is for."""

    def __init__(self, block_id: str, sentence: str) -> None:
        super().__init__(block_id, sentence)
        self.block_id = block_id
        self.sentence = sentence


def amount_in(text: str, block_id: str, *, least: int = 1) -> int | None:
    """Micro-USD, parts of one rounded up; None when nothing was typed. least: in micro-USD. Raises WrongEntry."""
    cleaned = text.strip().removeprefix("$").strip()
    if not cleaned:
        return None
    try:
        amount = Decimal(cleaned)
    except InvalidOperation as error:
        raise WrongEntry(block_id, "An amount in dollars, such as 0.50.") from error
    if not amount.is_finite() or not 0 <= amount <= MOST_USD:
        raise WrongEntry(block_id, "An amount in dollars above zero, such as 0.50.")
    microusd = int((amount * MICROUSD_PER_USD).to_integral_value(ROUND_CEILING))
    if microusd < least:
        raise WrongEntry(block_id, "An amount in dollars above zero, such as 0.50.")
    return microusd


def number_in(text: str, block_id: str, *, least: int, most: int) -> int:
    """Raises WrongEntry."""
    cleaned = text.strip().removesuffix("%").strip()
    if not (cleaned.isascii() and cleaned.isdigit() and least <= int(cleaned[:9]) <= most):
        raise WrongEntry(block_id, f"A whole number from {least} to {most}.")
    return int(cleaned)


def typed_amount(microusd: int | None) -> str | None:
    """As it would be typed: "150", "0.5"; None for no amount."""
    return None if microusd is None else f"{(Decimal(microusd) / MICROUSD_PER_USD).normalize():f}"
