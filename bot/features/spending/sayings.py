"""The approval card, while it waits and once it is decided."""

from datetime import datetime
from typing import Final

from bot.audits import audits_of
from bot.baseline_gate import baseline_standing
from bot.cards import APPROVAL_CARD, approval_card_key
from bot.offers import Offer
from bot.readiness import Ready
from bot.rehearsal_gate import standing
from pipeline.domain.spending import SpendRequest
from pipeline.domain.voices import DatasetId, Round, Voice
from pipeline.domain.work import Place, Saying
from pipeline.ports import Transaction

SETTLED: Final = "spending.settled"
HASH_SHOWN: Final = 12


def month_of(at: datetime) -> str:
    """The month whose budget pays: the one in which it was approved."""
    return f"{at:%Y-%m}"


async def say_request(
    tx: Transaction, request: SpendRequest, voice: Voice, ready: Ready, offer: Offer, *, note: str, channel_id: str
) -> None:
    month = await tx.ledger.month(request.team_id, month_of(request.requested_at))
    training = offer.estimate.training
    facts = {
        "request_id": request.spend_request_id,
        "label": request.label,
        "handle": voice.handle,
        "number": ready.round.number,
        "user": request.requested_by,
        "ceiling_microusd": request.ceiling_microusd,
        "low_microusd": training.low_microusd,
        "expected_microusd": training.expected_microusd,
        "high_microusd": training.high_microusd,
        "texts": ready.dataset.facts.kept,
        "audits": await audits_of(tx, ready.round),
        "open_blockers": list(ready.dataset.facts.open_blockers),
        "rehearsal": standing(await tx.rehearsals.of_dataset(ready.dataset)),
        "baseline": await baseline_standing(tx, ready.dataset),
        "provider": request.provider,
        "is_own": offer.is_own,
        "base": request.base,
        "epochs": request.epochs,
        "shutdown_on": offer.estimate.shutdown_on.isoformat() if offer.estimate.shutdown_on else None,
        "days_left": offer.days_left,
        "closes_on": offer.closes_on.isoformat() if offer.closes_on else None,
        "month": month.month,
        "spent_microusd": month.held_microusd + month.settled_microusd,
        "limit_microusd": month.limit_microusd,
        "dataset_hash": request.dataset_hash[:HASH_SHOWN],
        "note": note,
    }
    place = Place(team_id=request.team_id, channel_id=channel_id)
    await tx.outbox.say(Saying(approval_card_key(request), APPROVAL_CARD, facts, place))


async def say_settled(tx: Transaction, request: SpendRequest, voice: Voice, round_: Round) -> None:
    """The same card without buttons: what was decided, by whom and when."""
    asked_for = await tx.datasets.by_id(DatasetId(request.dataset_id))
    now_there = await tx.datasets.by_id(round_.dataset_id) if round_.dataset_id else None
    facts = {
        "label": request.label,
        "handle": voice.handle,
        "number": round_.number,
        "user": request.requested_by,
        "ceiling_microusd": request.ceiling_microusd,
        "provider": request.provider,
        "base": request.base,
        "epochs": request.epochs,
        "dataset_hash": request.dataset_hash[:HASH_SHOWN],
        "state": request.state,
        "by": request.decided_by,
        "at": request.decided_at.isoformat() if request.decided_at else None,
        "reason": request.reason,
        "texts_then": asked_for.facts.kept,
        "texts_now": now_there.facts.kept if now_there else 0,
    }
    # A card that stands keeps its place; the channel only counts if it was never said.
    place = Place(team_id=request.team_id, channel_id=voice.channel_id)
    await tx.outbox.say(Saying(approval_card_key(request), SETTLED, facts, place))
