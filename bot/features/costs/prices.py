"""Prices that approvers look at, confirm and enter; each entry is a row over the operator's file, and audited."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Final

from bot.features.costs.usecase import say_cost_again
from bot.offers import Market
from pipeline.domain.spending import Hosting, Machine, Price
from pipeline.domain.work import AuditEntry
from pipeline.errors import NoPrice, NotApprover
from pipeline.ports import Clock, Database, Deciders, Transaction

ENTERED: Final = "price.entered"
# What is taken for a base that the file does not know: a near tokenizer, marked as one.
NEAR_ENCODING: Final = "o200k_base"


@dataclass(frozen=True, slots=True)
class PriceWanted:
    """One base at one provider, and who asks about it. handle: of the voice whose card was pressed; "" for none."""

    team_id: str
    user: str
    provider: str
    base: str
    handle: str = ""


@dataclass(frozen=True, slots=True)
class PriceEntry:
    """A form as it was filled in. Amounts are micro-dollars; source says where they were read."""

    wanted: PriceWanted
    train_microusd_per_million: int
    input_microusd_per_million: int
    output_microusd_per_million: int
    context_tokens: int
    hosting: Hosting | None
    shutdown_on: date | None
    source: str
    machine: Machine | None = None


@dataclass(frozen=True, slots=True)
class Priced:
    """A base on offer. price: None where nobody has entered one. is_own: it may be trained by a machine of our own."""

    provider: str
    base: str
    price: Price | None
    age_days: int = 0
    is_stale: bool = False
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class ListPrices:
    """Every base on offer with its price in force. Raises NotApprover."""

    database: Database
    market: Market
    people: Deciders
    clock: Clock

    async def __call__(self, team_id: str, user: str) -> list[Priced]:
        async with self.database.read() as tx:
            await only_approver(tx, self.people, team_id, user)
            market = await self.market.in_force(tx, team_id)
        on_offer = [(name, base) for name in market.all_providers() for base in market.bases.offered_by(name)]
        return [priced(market, provider, base, self.clock().date()) for provider, base in on_offer]


@dataclass(frozen=True, slots=True)
class OpenPrice:
    """What the form begins with. Raises NotApprover, NoPrice for what is not on offer."""

    database: Database
    market: Market
    people: Deciders
    clock: Clock

    async def __call__(self, wanted: PriceWanted) -> Priced:
        async with self.database.read() as tx:
            await only_approver(tx, self.people, wanted.team_id, wanted.user)
            market = await self.market.in_force(tx, wanted.team_id)
        only_on_offer(market, wanted)
        return priced(market, wanted.provider, wanted.base, self.clock().date())


@dataclass(frozen=True, slots=True)
class EnterPrice:
    """Today's price, whoever confirms the old amounts or types new ones. Raises NotApprover, NoPrice."""

    database: Database
    market: Market
    people: Deciders
    clock: Clock

    async def __call__(self, entry: PriceEntry) -> None:
        wanted, now = entry.wanted, self.clock()
        async with self.database.begin() as tx:
            await only_approver(tx, self.people, wanted.team_id, wanted.user)
            only_on_offer(self.market, wanted)
            market = await self.market.in_force(tx, wanted.team_id)
            before = priced(market, wanted.provider, wanted.base, now.date()).price
            after = entered(entry, before, now.date())
            await tx.entered_prices.add(wanted.team_id, after, by=wanted.user, now=now)
            subject = f"{wanted.provider}/{wanted.base}"
            was = price_facts(before) if before else {}
            audit = AuditEntry(wanted.team_id, wanted.user, ENTERED, subject, was, price_facts(after))
            await tx.audit.record(audit, now=now)
            if wanted.handle:
                await say_cost_again(tx, self.market, wanted.team_id, wanted.handle, now)


async def only_approver(tx: Transaction, people: Deciders, team_id: str, user: str) -> None:
    """Raises NotApprover."""
    approvers = people.reachable(team_id, (await tx.spend_rules.of_team(team_id)).approvers)
    if user not in approvers:
        raise NotApprover(approvers)


def only_on_offer(market: Market, wanted: PriceWanted) -> None:
    """Raises NoPrice: a price makes nothing trainable that the configuration does not offer."""
    known = wanted.provider in market.all_providers() and wanted.base in market.bases.offered_by(wanted.provider)
    if not known:
        raise NoPrice(wanted.provider, wanted.base)


def priced(market: Market, provider: str, base: str, today: date) -> Priced:
    try:
        price = market.prices.find(provider, base)
    except NoPrice:
        return Priced(provider, base, None, is_own=market.is_own(provider))
    age_days = (today - price.as_of).days
    return Priced(provider, base, price, age_days, age_days > market.stale_after_days, market.is_own(provider))


def entered(entry: PriceEntry, before: Price | None, today: date) -> Price:
    price = Price(
        provider=entry.wanted.provider,
        base=entry.wanted.base,
        train_microusd_per_million=entry.train_microusd_per_million,
        input_microusd_per_million=entry.input_microusd_per_million,
        output_microusd_per_million=entry.output_microusd_per_million,
        source=entry.source,
        as_of=today,
        context_tokens=entry.context_tokens,
        encoding=NEAR_ENCODING,
        encoding_is_exact=False,
        shutdown_on=entry.shutdown_on,
        hosting=entry.hosting,
        machine=entry.machine,
    )
    if before is None:
        return price
    return replace(price, encoding=before.encoding, encoding_is_exact=before.encoding_is_exact)


def price_facts(price: Price) -> dict[str, Any]:
    """For the audit log."""
    hosting = price.hosting or Hosting()
    machine = asdict(price.machine) if price.machine else {}
    return {
        "train_microusd_per_million": price.train_microusd_per_million,
        "input_microusd_per_million": price.input_microusd_per_million,
        "output_microusd_per_million": price.output_microusd_per_million,
        "hosting_microusd_per_minute": hosting.microusd_per_minute,
        "leash_minutes": hosting.leash_minutes,
        "hosting_microusd_per_month": hosting.microusd_per_month,
        **{f"machine_{name}": amount for name, amount in machine.items()},
        "context_tokens": price.context_tokens,
        "shutdown_on": price.shutdown_on.isoformat() if price.shutdown_on else None,
        "as_of": price.as_of.isoformat(),
        "source": price.source,
    }
