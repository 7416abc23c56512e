"""The cost card: what training this round would cost, on every base the voice may use."""

from dataclasses import dataclass
from typing import Any, Final

from bot.cards import round_thread
from bot.lookup import find_voice
from bot.offers import Market, Offer, Offers
from bot.readiness import Ready, current_dataset
from pipeline.domain.voices import Voice
from pipeline.domain.work import Saying
from pipeline.estimate import DRAFTS_PER_MONTH
from pipeline.ports import Clock, Database

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
            offers = self.market.offers(facts, voice.sensitivity, today, like=question.like, drafts=question.drafts)
            key = f"round:{ready.round.round_id}:cost"
            card = cost_facts(voice, ready, offers, question.drafts)
            await tx.outbox.say(Saying(key, COST, card, round_thread(ready.round)))
        return ready


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
    known = offer.estimate
    return {
        "provider": known.provider,
        "base": known.base,
        "is_own": offer.is_own,
        "epochs": known.epochs,
        "low_microusd": known.training.low_microusd,
        "expected_microusd": known.training.expected_microusd,
        "high_microusd": known.training.high_microusd,
        "drafting_microusd": known.drafting_microusd,
        "few_shot_microusd": known.few_shot_microusd,
        "source": known.price_source,
        "as_of": known.price_as_of.isoformat(),
        "is_exact": known.encoding_is_exact,
        "shutdown_on": known.shutdown_on.isoformat() if known.shutdown_on else None,
        "days_left": offer.days_left,
        "age_days": offer.age_days,
        "is_stale": offer.is_stale,
    }
