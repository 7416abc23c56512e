"""What could be bought for a dataset: the bases a voice may train on, and what each would cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from pipeline.domain.spending import Estimate, Price
from pipeline.domain.voices import NewDataset, Sensitivity
from pipeline.errors import BaseTooSmall, NoPrice, SensitivityNotAllowed, StalePrice
from pipeline.estimate import DRAFTS_PER_MONTH, MICROUSD_PER_CENT, Workload, estimate
from pipeline.ports import Providers

STALE_AFTER_DAYS: Final = 90  # vendors' price pages change about once a quarter
PROMPT_TOKENS: Final = 60  # a system line and a brief; a dataset keeps only whole rows' totals
CEILING_QUARTERS: Final = 5  # the ceiling offered is the high estimate and a quarter more


class Prices(Protocol):
    def find(self, provider: str, base: str) -> Price:
        """Raises NoPrice."""
        ...


class Bases(Protocol):
    def offered_by(self, provider: str) -> tuple[str, ...]:
        """The bases that can be trained at this provider, as configured."""
        ...


@dataclass(frozen=True, slots=True)
class Offer:
    """One base at one provider. is_own: private texts may go there, so it is our own server.

    days_left: until the base stops answering; None when nobody has announced that.
    """

    estimate: Estimate
    is_own: bool
    age_days: int
    is_stale: bool
    days_left: int | None
    context_tokens: int = 0
    needs_context_tokens: int = 0

    @property
    def is_open(self) -> bool:
        """Whether approval may be asked for."""
        return self.fits and not self.is_stale and (self.days_left is None or self.days_left > 0)

    @property
    def fits(self) -> bool:
        """Whether it takes the longest text whole, where that was asked for."""
        return self.context_tokens >= self.needs_context_tokens


@dataclass(frozen=True, slots=True)
class Offers:
    """unpriced: (provider, base) on offer that nobody entered a price for."""

    priced: tuple[Offer, ...]
    unpriced: tuple[tuple[str, str], ...]

    @property
    def open(self) -> tuple[Offer, ...]:
        return tuple(offer for offer in self.priced if offer.is_open)


@dataclass(frozen=True, slots=True)
class Market:
    """Prices, bases and who may see which texts. stale_after_days: an older price is a rough guess."""

    prices: Prices
    bases: Bases
    providers: Providers
    stale_after_days: int = STALE_AFTER_DAYS

    def offers(
        self,
        dataset: NewDataset,
        sensitivity: Sensitivity,
        today: date,
        *,
        like: str = "",
        drafts: int = DRAFTS_PER_MONTH,
    ) -> Offers:
        """All bases whose name starts with `like`. Raises NoPrice when there is nothing with a price."""
        priced, unpriced = list[Offer](), list[tuple[str, str]]()
        for provider, base in self._on_offer(sensitivity, like):
            try:
                priced.append(self._offer(dataset, provider, base, today, drafts=drafts))
            except NoPrice:
                unpriced.append((provider, base))
        if not priced:
            raise NoPrice(*(unpriced[0] if unpriced else ("the providers this voice may use", like or "any base")))
        return Offers(tuple(priced), tuple(unpriced))

    def offer(
        self,
        dataset: NewDataset,
        sensitivity: Sensitivity,
        provider: str,
        base: str,
        today: date,
        *,
        epochs: int | None,
    ) -> Offer:
        """The one that was chosen. Raises SensitivityNotAllowed, NoPrice, StalePrice, BaseTooSmall."""
        if provider not in self.providers.names_for(sensitivity):
            raise SensitivityNotAllowed(provider, sensitivity)
        if base not in self.bases.offered_by(provider):
            raise NoPrice(provider, base)
        offer = self._offer(dataset, provider, base, today, epochs=epochs)
        if not offer.fits:
            raise BaseTooSmall(base, offer.context_tokens, offer.needs_context_tokens)
        if offer.is_stale:
            raise StalePrice(base, offer.age_days)
        if not offer.is_open:
            raise NoPrice(provider, base)  # the base is turned off, whatever it once cost
        return offer

    def is_own(self, provider: str) -> bool:
        return provider in self.providers.names_for("private")

    def _on_offer(self, sensitivity: Sensitivity, like: str) -> Iterator[tuple[str, str]]:
        for provider in self.providers.names_for(sensitivity):
            for base in self.bases.offered_by(provider):
                if base.startswith(like):
                    yield provider, base

    def _offer(
        self,
        dataset: NewDataset,
        provider: str,
        base: str,
        today: date,
        *,
        epochs: int | None = None,
        drafts: int = DRAFTS_PER_MONTH,
    ) -> Offer:
        price = self.prices.find(provider, base)
        age_days = (today - price.as_of).days
        return Offer(
            estimate=estimate(workload_of(dataset), price, drafts_per_month=drafts, epochs=epochs),
            is_own=self.is_own(provider),
            age_days=age_days,
            is_stale=age_days > self.stale_after_days,
            days_left=(price.shutdown_on - today).days if price.shutdown_on else None,
            context_tokens=price.context_tokens,
            needs_context_tokens=dataset.needs_context_tokens,
        )


def workload_of(dataset: NewDataset) -> Workload:
    row_tokens = -(-dataset.tokens // max(1, dataset.examples))
    prompt_tokens = min(PROMPT_TOKENS, row_tokens)
    return Workload(dataset.train_examples, dataset.train_tokens, prompt_tokens, row_tokens - prompt_tokens)


def usual_ceiling(offer: Offer) -> int:
    """Micro-USD: the high estimate and a quarter, rounded up to a cent; never less than one."""
    quarters = offer.estimate.training.high_microusd * CEILING_QUARTERS
    return max(1, -(-quarters // (4 * MICROUSD_PER_CENT))) * MICROUSD_PER_CENT
