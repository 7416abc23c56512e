"""The cost card: what training this round would cost, on every base the voice may use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor
from typing import Any, Final

from bot.cards import round_thread
from bot.courses import material_of
from bot.duel_gate import proof_of
from bot.few_shot import comparing_microusd
from bot.lookup import find_voice
from bot.machine_facts import machine_facts
from bot.offers import Market, Offer, Offers
from bot.preflight_gate import about, ask_providers
from bot.readiness import Ready, current_dataset
from pipeline.domain.preflights import Preflight
from pipeline.domain.spending import Range
from pipeline.domain.voices import Round, Voice
from pipeline.domain.work import Saying
from pipeline.errors import TextsNotReady, UnknownVoice
from pipeline.estimate import DRAFTS_PER_MONTH
from pipeline.ports import Clock, Database, Transaction
from pipeline.preflight import is_fresh

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
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await find_voice(tx, question.team_id, question.handle)
            ready = await current_dataset(tx, voice)
            if not await say_cost(tx, self.market, voice, ready, question, now):
                await ask_providers(tx, ready.round, now=now)
        return ready


async def say_cost(
    tx: Transaction, market: Market, voice: Voice, ready: Ready, question: CostQuestion, now: datetime
) -> bool:
    """Whether what providers answered is known and fresh for all it shows. Raises NoPrice."""
    known = await market.in_force(tx, voice.team_id)
    offers = known.offers(
        ready.dataset.facts, voice.sensitivity, now.date(), like=question.like, drafts=question.drafts
    )
    answers = [one for one in await tx.preflights.of_team(voice.team_id) if is_fresh(one, now)]
    card = cost_facts(voice, ready, offers, question, answers)
    await add_ways(tx, card, known, ready, offers, now)
    card["comparing_microusd"] = await comparing(tx, known, ready, offers)
    await tx.outbox.say(Saying(card_key(ready.round), COST, card, round_thread(ready.round)))
    return all(offer["preflight"] is not None for offer in card["offers"])


async def add_ways(
    tx: Transaction, card: dict[str, Any], market: Market, ready: Ready, offers: Offers, now: datetime
) -> None:
    """What else each base could be trained in, and why none can learn from the round's pairs."""
    material = await material_of(tx, ready.round)
    card["pairs"] = material.pairs.count
    card["version"] = material.promoted.version if material.promoted else 0
    for offer, facts in zip(offers.priced, card["offers"], strict=True):
        others = market.other_ways(offer, ready.dataset.facts, material, now.date())
        facts["ways"] = [way_facts(other) for other in others]
        on = (offer.estimate.provider, offer.estimate.base)
        facts["pairs_closed"] = material.closed("pairs", market.bases, *on)


def way_facts(offer: Offer) -> dict[str, Any]:
    return {
        "way": offer.course.way,
        "training": range_facts(offer.estimate.training),
        "train_tokens": offer.estimate.train_tokens,
        "validation_tokens": offer.estimate.validation_tokens,
        "epochs": offer.estimate.epochs,
    }


async def comparing(tx: Transaction, market: Market, ready: Ready, offers: Offers) -> int | None:
    """What few-shot drafts on the first base would cost; None once they were made, when a version has beaten them in a
    duel, or when nothing can be asked."""
    if await proof_of(tx, ready.dataset.facts.voice_id) is not None:
        return None
    known = await tx.baselines.newest(ready.dataset)
    if not offers.open or (known is not None and known.state != "failed"):
        return None
    first = offers.open[0].estimate
    return comparing_microusd(ready.dataset.facts, market.prices.find(first.provider, first.base))


async def say_cost_again(tx: Transaction, market: Market, team_id: str, handle: str, now: datetime) -> None:
    """The card that stands, with the question it answered; nothing where there is none or the texts changed."""
    try:
        voice = await find_voice(tx, team_id, handle)
        ready = await current_dataset(tx, voice)
    except (UnknownVoice, TextsNotReady):
        return
    said = await tx.outbox.facts(team_id, card_key(ready.round))
    if said is not None:
        question = CostQuestion(team_id, handle, said["like"], said["drafts"])
        await say_cost(tx, market, voice, ready, question, now)


def card_key(round_: Round) -> str:
    return f"round:{round_.round_id}:cost"


def cost_facts(
    voice: Voice, ready: Ready, offers: Offers, question: CostQuestion, answers: Sequence[Preflight]
) -> dict[str, Any]:
    return {
        "handle": voice.handle,
        "number": ready.round.number,
        "texts": ready.dataset.facts.kept,
        "train_texts": ready.dataset.facts.train_examples,
        "train_tokens": ready.dataset.facts.train_tokens,
        "like": question.like,
        "drafts": question.drafts,
        "offers": [offer_facts(offer, answers) for offer in offers.priced],
        "unpriced": [list(pair) for pair in offers.unpriced],
        "can_ask": bool(offers.open),
    }


def offer_facts(offer: Offer, answers: Sequence[Preflight]) -> dict[str, Any]:
    known, error = offer.estimate, offer.estimate.own_error
    answer = about(answers, known.provider, known.base)
    return {
        "provider": known.provider,
        "base": known.base,
        "is_own": offer.is_own,
        "epochs": known.epochs,
        "train_tokens": known.train_tokens,
        "validation_tokens": known.validation_tokens,
        "training": range_facts(known.training),
        "machine": machine_facts(known),
        "trial": range_facts(offer.trial),
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
        "preflight": answer and {check.name: check.outcome for check in answer.checks},
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
