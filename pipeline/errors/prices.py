"""What stands in the way of buying a base: its price, its life, its provider."""

from datetime import date

from pipeline.errors.money import SpendError


class PriceError(SpendError):
    """This base cannot be bought here, or not now."""


class NoPrice(PriceError):
    def __init__(self, provider: str, base: str) -> None:
        super().__init__(provider, base)
        self.provider = provider
        self.base = base


class BaseTooSmall(PriceError):
    """Long texts were kept whole, and this base would cut their ends off."""

    def __init__(self, base: str, context_tokens: int, needed_tokens: int) -> None:
        super().__init__(base, context_tokens, needed_tokens)
        self.base = base
        self.context_tokens = context_tokens
        self.needed_tokens = needed_tokens


class BaseGone(PriceError):
    """closes_on: the day from which the provider takes no new training. shutdown_on: the day the base is turned off."""

    def __init__(self, provider: str, base: str, shutdown_on: date | None, closes_on: date | None) -> None:
        super().__init__(provider, base, shutdown_on, closes_on)
        self.provider = provider
        self.base = base
        self.shutdown_on = shutdown_on
        self.closes_on = closes_on


class WayClosed(PriceError):
    """This base cannot be trained in the way that was chosen. why: see bot.courses.Closed.

    version: the promoted one; 0 without one. pairs: how many the round has.
    """

    def __init__(self, why: str, provider: str, base: str, version: int, pairs: int) -> None:
        super().__init__(why, provider, base, version, pairs)
        self.why = why
        self.provider = provider
        self.base = base
        self.version = version
        self.pairs = pairs


class StalePrice(PriceError):
    def __init__(self, base: str, age_days: int) -> None:
        super().__init__(base, age_days)
        self.base = base
        self.age_days = age_days


class UnmeasuredMachine(PriceError):
    """Our own machine costs something by the hour, and nobody knows how many it takes."""

    def __init__(self, provider: str, base: str) -> None:
        super().__init__(provider, base)
        self.provider = provider
        self.base = base


class PreflightPending(PriceError):
    """The provider has not said yet whether it would train, or said so too long ago; it is being asked."""

    def __init__(self, provider: str, base: str) -> None:
        super().__init__(provider, base)
        self.provider = provider
        self.base = base


class PreflightRefused(PriceError):
    """refusal: which check said no (pipeline.domain.preflights)."""

    def __init__(self, provider: str, base: str, refusal: str) -> None:
        super().__init__(provider, base, refusal)
        self.provider = provider
        self.base = base
        self.refusal = refusal
