"""What could be bought for a dataset: the bases a voice may train on, and what each would cost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Protocol

from bot.courses import FROM_BASE, Course, Material, Methods
from pipeline.break_even import break_even_drafts
from pipeline.domain.spending import Estimate, OwnError, Price, Range, TrainingSpeed
from pipeline.domain.voices import NewDataset, Sensitivity
from pipeline.errors import (
    BaseGone,
    BaseTooSmall,
    NoPrice,
    SensitivityNotAllowed,
    StalePrice,
    UnmeasuredMachine,
)
from pipeline.estimate import (
    DRAFTS_PER_MONTH,
    MICROUSD_PER_CENT,
    Workload,
    draft_cost,
    estimate,
    few_shot_prompt_tokens,
)
from pipeline.machine_time import speed_on_pairs, training_speed
from pipeline.own_error import LAST_RUNS, own_error
from pipeline.ports import Providers, Transaction
from pipeline.price_layers import LayeredPrices
from pipeline.trials import trial_cost

STALE_AFTER_DAYS: Final = 90  # vendors' price pages change about once a quarter
PROMPT_TOKENS: Final = 60  # a system line and a brief; a dataset keeps only whole rows' totals
SENSITIVITIES: Final[tuple[Sensitivity, ...]] = ("public", "internal", "private")
CEILING_QUARTERS: Final = 5  # the ceiling offered is the most it should come to and a quarter more


class Prices(Protocol):
    def find(self, provider: str, base: str) -> Price:
        """Raises NoPrice."""
        ...


class Bases(Methods, Protocol):
    def offered_by(self, provider: str) -> tuple[str, ...]:
        """The bases that can be trained at this provider, as configured."""
        ...

    def closes_on(self, provider: str) -> date | None:
        """The day from which it takes no new training; None when nobody has announced one."""
        ...


@dataclass(frozen=True, slots=True)
class Offer:
    """One base at one provider. is_own: private texts may go there, so it is our own server.

    days_left: until the base stops answering; None when nobody has announced that. closes_on: as of Bases.
    break_even_drafts: drafts a month from which training is cheaper than posts in every prompt; None for never.
    trial: what trying the new version on held-out requests costs. paid_microusd: the most that training and that cost.
    leash_minutes: how long its endpoint stays awake after a draft; 0 where it has none or never sleeps.
    course: what it learns from and what it goes on from.
    """

    estimate: Estimate
    trial: Range
    is_own: bool
    age_days: int
    is_stale: bool
    days_left: int | None
    leash_minutes: int = 0
    closes_on: date | None = None
    is_closed: bool = False
    break_even_drafts: int | None = None
    context_tokens: int = 0
    needs_context_tokens: int = 0
    course: Course = FROM_BASE

    @property
    def is_open(self) -> bool:
        """Whether approval may be asked for."""
        return self.fits and not self.is_stale and not self.is_gone and not self.estimate.is_unmeasured

    @property
    def is_gone(self) -> bool:
        """Whether the base is turned off or its provider takes no new training."""
        return self.is_closed or (self.days_left is not None and self.days_left <= 0)

    @property
    def day_of_life_microusd(self) -> int | None:
        """What training comes to for each day that the model lives, rounded up; None without an announced end."""
        return -(-self.estimate.training.expected_microusd // self.days_left) if self.days_left else None

    @property
    def paid_microusd(self) -> int:
        return self.estimate.training.high_microusd + self.trial.high_microusd

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
    """Prices, bases and who may see which texts. stale_after_days: an older price is a rough guess.

    past: by provider, how far its estimates were off. speeds: by provider and base, how fast our own machines
    train on examples.
    """

    prices: Prices
    bases: Bases
    providers: Providers
    stale_after_days: int = STALE_AFTER_DAYS
    past: Mapping[str, OwnError | None] = field(default_factory=dict)
    speeds: Mapping[tuple[str, str], TrainingSpeed | None] = field(default_factory=dict)

    async def in_force(self, tx: Transaction, team_id: str) -> "Market":
        """The same with what this workspace knows: prices it entered, and how far its past estimates were off."""
        prices = await prices_in_force(tx, team_id, self.prices)
        past = {
            name: own_error(await tx.past_runs.newest(team_id, name, most=LAST_RUNS)) for name in self.all_providers()
        }
        return replace(self, prices=prices, past=past, speeds=await self.measured(tx, team_id, prices))

    async def measured(
        self, tx: Transaction, team_id: str, prices: Prices
    ) -> Mapping[tuple[str, str], TrainingSpeed | None]:
        """How fast every base is trained that is paid by the hour of our own machine."""
        told = {(one.provider, one.base): one.train_tokens_per_s for one in await tx.preflights.of_team(team_id)}
        speeds = dict[tuple[str, str], TrainingSpeed | None]()
        for pair in ((provider, base) for provider in self.all_providers() for base in self.bases.offered_by(provider)):
            if has_machine(prices, *pair):
                runs = await tx.past_runs.tokens_per_s(team_id, *pair, most=LAST_RUNS)
                speeds[pair] = training_speed(runs, told.get(pair))
        return speeds

    def all_providers(self) -> tuple[str, ...]:
        """Whatever they may see."""
        names = (name for sensitivity in SENSITIVITIES for name in self.providers.names_for(sensitivity))
        return tuple(dict.fromkeys(names))

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
        for provider, base in self.on_offer(sensitivity, like):
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
        course: Course = FROM_BASE,
    ) -> Offer:
        """The one that was chosen.

        Raises SensitivityNotAllowed, NoPrice, StalePrice, UnmeasuredMachine, BaseTooSmall, BaseGone.
        """
        if provider not in self.providers.names_for(sensitivity):
            raise SensitivityNotAllowed(provider, sensitivity)
        if base not in self.bases.offered_by(provider):
            raise NoPrice(provider, base)
        offer = self._offer(dataset, provider, base, today, epochs=epochs, course=course)
        if not offer.fits:
            raise BaseTooSmall(base, offer.context_tokens, offer.needs_context_tokens)
        if offer.is_stale:
            raise StalePrice(base, offer.age_days)
        if offer.estimate.is_unmeasured:
            raise UnmeasuredMachine(provider, base)
        if not offer.is_open:
            raise BaseGone(provider, base, offer.estimate.shutdown_on, offer.closes_on if offer.is_closed else None)
        return offer

    def other_ways(self, offer: Offer, dataset: NewDataset, material: Material, today: date) -> list[Offer]:
        """The same base, trained in the ways that are open there beside examples from the base. Raises NoPrice."""
        provider, base = offer.estimate.provider, offer.estimate.base
        courses = material.courses(self.bases, provider, base)
        return [self._offer(dataset, provider, base, today, course=course) for course in courses]

    def is_own(self, provider: str) -> bool:
        return provider in self.providers.names_for("private")

    def on_offer(self, sensitivity: Sensitivity, like: str = "") -> Iterator[tuple[str, str]]:
        """As configured, but our own server first for anything that is not public."""
        providers = self.providers.names_for(sensitivity)
        if sensitivity != "public":
            providers = tuple(sorted(providers, key=self.is_own, reverse=True))
        for provider in providers:
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
        course: Course = FROM_BASE,
    ) -> Offer:
        price, work = self.prices.find(provider, base), course.work(workload_of(dataset))
        speed = self.speeds.get((provider, base))
        known = estimate(
            work,
            price,
            drafts_per_month=drafts,
            epochs=course.usual_epochs(work.examples) if epochs is None else epochs,
            past=self.past.get(provider),
            speed=speed_on_pairs(speed) if speed and course.pairs else speed,
        )
        age_days = (today - price.as_of).days
        days_left = (price.shutdown_on - today).days if price.shutdown_on else None
        closes_on = self.bases.closes_on(provider)
        return Offer(
            estimate=known,
            trial=trial_cost(work, price),
            is_own=self.is_own(provider),
            age_days=age_days,
            is_stale=age_days > self.stale_after_days,
            days_left=days_left,
            leash_minutes=price.hosting.leash_minutes if price.hosting else 0,
            closes_on=closes_on,
            is_closed=closes_on is not None and today >= closes_on,
            break_even_drafts=breaking_even(price, work, known, days_left),
            context_tokens=price.context_tokens,
            needs_context_tokens=dataset.needs_context_tokens,
            course=course,
        )


def has_machine(prices: Prices, provider: str, base: str) -> bool:
    try:
        return prices.find(provider, base).machine is not None
    except NoPrice:
        return False


def breaking_even(price: Price, work: Workload, known: Estimate, days_left: int | None) -> int | None:
    draft, few_shot = (
        draft_cost(price, prompt_tokens=read, completion_tokens=work.completion_tokens)
        for read in (work.prompt_tokens, few_shot_prompt_tokens(work))
    )
    return break_even_drafts(
        training_microusd=known.training.expected_microusd,
        life_days=days_left,
        draft=draft,
        few_shot=few_shot,
        hosting=price.hosting,
    )


async def prices_in_force(tx: Transaction, team_id: str, file: Prices) -> LayeredPrices:
    """file: the operator's prices, which a workspace's own lie over."""
    return LayeredPrices(file, tuple(await tx.entered_prices.newest(team_id)))


def workload_of(dataset: NewDataset) -> Workload:
    row_tokens = -(-dataset.tokens // max(1, dataset.examples))
    prompt_tokens = min(PROMPT_TOKENS, row_tokens)
    return Workload(
        dataset.train_examples,
        dataset.train_tokens,
        prompt_tokens,
        row_tokens - prompt_tokens,
        dataset.validation_tokens,
    )


def usual_ceiling(offer: Offer) -> int:
    """Micro-USD: the most that training and trying come to and a quarter, rounded up to a cent; never less than one."""
    quarters = offer.paid_microusd * CEILING_QUARTERS
    return max(1, -(-quarters // (4 * MICROUSD_PER_CENT))) * MICROUSD_PER_CENT
