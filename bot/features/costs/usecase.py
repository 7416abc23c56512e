"""The cost card: what training this round would cost, on every base the voice may use."""

from dataclasses import dataclass
from math import ceil, floor
from typing import Any, Final

from bot.cards import round_thread
from bot.few_shot import comparing_microusd
from bot.lookup import find_voice
from bot.offers import Market, Offer, Offers
from bot.readiness import Ready, current_dataset
from pipeline.domain.spending import Range
from pipeline.domain.voices import Voice
from pipeline.domain.work import Saying
from pipeline.estimate import DRAFTS_PER_MONTH
from pipeline.ports import Clock, Database, Transaction

COST: Final = "costs.card"


@dataclass(frozen=True, slots=True)
class CostQuestion:
    """like: only bases whose name starts so; empty for all."""

    team_id: str
    handle: str
    like: str = ""
    drafts: int = DRAFTS_PER_MONTH


@dataclass(frozen=True, slots=True)
class ShowCost:
    """Says the card in the dataset thread, or edits the one that is there.

    Raises UnknownVoice, TextsNotReady, NoPrice.
    """

    database: Database
    market: Market
    clock: Clock

    async def __call__(self, question: CostQuestion) -> Ready:
        today = self.clock().date()
        async with self.database.begin() as tx:
            voice = await find_voice(tx, question.team_id, question.handle)
            ready = await current_dataset(tx, voice)
            facts = ready.dataset.facts
            market = await self.market.in_force(tx, question.team_id)
            offers = market.offers(facts, voice.sensitivity, today, like=question.like, drafts=question.drafts)
            key = f"round:{ready.round.round_id}:cost"
            card = cost_facts(voice, ready, offers, question.drafts)
            card["comparing_microusd"] = await self.comparing(tx, ready, offers)
            await tx.outbox.say(Saying(key, COST, card, round_thread(ready.round)))
        return ready

    async def comparing(self, tx: Transaction, ready: Ready, offers: Offers) -> int | None:
        """What few-shot drafts on the first base would cost; None once they were made, or when nothing can be asked."""
        known = await tx.baselines.newest(ready.dataset)
        if not offers.open or (known is not None and known.state != "failed"):
            return None
        first = offers.open[0].estimate
        return comparing_microusd(ready.dataset.facts, self.market.prices.find(first.provider, first.base))


def cost_facts(voice: Voice, ready: Ready, offers: Offers, drafts: int) -> dict[str, Any]:
    return {
        "handle": voice.handle,
        "number": ready.round.number,
        "texts": ready.dataset.facts.kept,
        "train_texts": ready.dataset.facts.train_examples,
        "train_tokens": ready.dataset.facts.train_tokens,
        "drafts": drafts,
        "offers": [offer_facts(offer) for offer in offers.priced],
        "unpriced": [list(pair) for pair in offers.unpriced],
        "can_ask": bool(offers.open),
    }


def offer_facts(offer: Offer) -> dict[str, Any]:
    known, error = offer.estimate, offer.estimate.own_error
    return {
        "provider": known.provider,
        "base": known.base,
        "is_own": offer.is_own,
        "epochs": known.epochs,
        "train_tokens": known.train_tokens,
        "validation_tokens": known.validation_tokens,
        "training": range_facts(known.training),
        "hosting": range_facts(known.hosting),
        "drafting": range_facts(known.drafting),
        "few_shot": range_facts(known.few_shot),
        "break_even_drafts": offer.break_even_drafts,
        "source": known.price_source,
        "as_of": known.price_as_of.isoformat(),
        "is_exact": known.encoding_is_exact,
        "shutdown_on": known.shutdown_on.isoformat() if known.shutdown_on else None,
        "days_left": offer.days_left,
        "day_of_life_microusd": offer.day_of_life_microusd,
        "closes_on": offer.closes_on.isoformat() if offer.closes_on else None,
        "is_closed": offer.is_closed,
        "age_days": offer.age_days,
        "is_stale": offer.is_stale,
        "leash_minutes": offer.leash_minutes,
        "own_error": error
        and {
            "runs": error.runs,
            "lowest_percent": floor(error.lowest * 100),
            "highest_percent": ceil(error.highest * 100),
        },
    }


def range_facts(amounts: Range) -> list[int]:
    """Low, expected, high in micro-dollars."""
    return [amounts.low_microusd, amounts.expected_microusd, amounts.high_microusd]
