"""The approval card and its copies, while it waits and once it is decided."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from bot.audits import audits_of
from bot.baseline_gate import baseline_standing
from bot.cards import APPROVAL_CARD, say_approval_card
from bot.courses import Course
from bot.deciders import WhoDecides, refresh_homes
from bot.features.spending.binding import misfit
from bot.machine_facts import machine_facts
from bot.offers import Offer
from bot.readiness import Ready
from bot.rehearsal_gate import standing
from pipeline.domain.approvals import Budget, Signature
from pipeline.domain.spending import SpendRequest
from pipeline.domain.voices import DatasetId, Round, Voice, VoiceId
from pipeline.domain.work import Place, Saying
from pipeline.ports import Transaction

SETTLED: Final = "spending.settled"
WARNING: Final = "spending.warning"
HASH_SHOWN: Final = 12


def month_of(at: datetime) -> str:
    """The month whose budget pays: the one in which it was approved."""
    return f"{at:%Y-%m}"


def spend_place(voice: Voice, who: WhoDecides) -> Place:
    return Place(team_id=voice.team_id, channel_id=who.rules.channel_id or voice.channel_id)


async def say_request(
    tx: Transaction, request: SpendRequest, voice: Voice, ready: Ready, offer: Offer, *, note: str, who: WhoDecides
) -> SpendRequest:
    """The card in the spend channel and with each approver who wants it; the request, with those who have it now."""
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
        "machine": machine_facts(offer.estimate),
        "trial": [offer.trial.expected_microusd, offer.trial.high_microusd],
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
        **course_facts(request, offer.course),
        "note": note,
        "expires_at": request.expires_at.isoformat() if request.expires_at else None,
        "signed": [],
        "needed": 2 if who.rules.needs_two(request.ceiling_microusd) else 1,
        "over": [],
        "questions": [],
    }
    await say_approval_card(tx, request, APPROVAL_CARD, facts, spend_place(voice, who))
    return await give_copies(tx, request, who, now=request.requested_at)


async def give_copies(tx: Transaction, request: SpendRequest, who: WhoDecides, *, now: datetime) -> SpendRequest:
    """To approvers who want the card and have none yet."""
    told = tuple(dict.fromkeys([*request.direct_copies, *who.told(request.requested_by)]))
    after = replace(request, direct_copies=told)
    if told != request.direct_copies:
        await tx.waiting_requests.keep(after)
    await amend(tx, after)
    await refresh_homes(tx, request.team_id, who.besides(request.requested_by), now=now)
    return after


async def amend(tx: Transaction, request: SpendRequest, **changed: Any) -> None:
    """The card that waits, in all its copies, with these facts changed."""
    key = f"spend:{request.spend_request_id}:card"
    known = await tx.outbox.facts(request.team_id, key)
    if known is not None:
        place = Place(team_id=request.team_id, channel_id="")  # one that stands keeps its own
        await say_approval_card(tx, request, APPROVAL_CARD, {**known, **changed}, place)


async def say_settled(tx: Transaction, request: SpendRequest, voice: Voice, round_: Round) -> None:
    """The same card without buttons, in all its copies: what was decided, by whom and when."""
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
        "changed": await misfit(tx, request, round_) if request.state == "void" else None,
        "pairs_hash": request.pairs_hash[:HASH_SHOWN],
        "parent_version": request.parent_version,
        "state": request.state,
        "by": request.decided_by,
        "at": request.decided_at.isoformat() if request.decided_at else None,
        "reason": request.reason,
        "texts_then": asked_for.facts.kept,
        "texts_now": now_there.facts.kept if now_there else 0,
        "signed": signed(await tx.signatures.of_request(request.spend_request_id)),
    }
    # A card that stands keeps its place; the channel only counts if it was never said.
    place = Place(team_id=request.team_id, channel_id=voice.channel_id)
    await say_approval_card(tx, request, SETTLED, facts, place)


def course_facts(request: SpendRequest, course: Course) -> dict[str, Any]:
    """What it learns from and goes on from, as cards show it."""
    return {
        "way": course.way,
        "pairs": course.pairs.count if course.pairs else 0,
        "pairs_hash": request.pairs_hash[:HASH_SHOWN],
        "parent_version": request.parent_version,
    }


def signed(signatures: Sequence[Signature]) -> list[dict[str, Any]]:
    """As cards show them. for: the approver whom this person stands in for; None for themselves."""
    return [
        {
            "user": one.user,
            "for": one.authority if one.authority != one.user else None,
            "at": one.at.isoformat(),
            "kind": one.kind,
            "reason": one.reason,
            "raises": bool(one.raises),
        }
        for one in signatures
    ]


async def budget_facts(tx: Transaction, budget: Budget, would_be_microusd: int) -> dict[str, Any]:
    name = budget.subject
    if budget.kind == "voice":
        name = (await tx.voices.by_id(VoiceId(int(budget.subject)))).handle
    return {
        "kind": budget.kind,
        "name": name,
        "month": budget.month,
        "would_be_microusd": would_be_microusd,
        "limit_microusd": budget.limit_microusd,
    }


async def warn_of_budgets(
    tx: Transaction, request: SpendRequest, voice: Voice, who: WhoDecides, *, now: datetime
) -> None:
    """Once per budget and month, where the cards stand."""
    for budget in await tx.budgets.warn(request.spend_request_id, month_of(now), now=now):
        facts = await budget_facts(tx, budget, budget.used_microusd)
        key = f"budget:{budget.month}:{budget.scope}:warning"
        await tx.outbox.say(Saying(key, WARNING, facts, spend_place(voice, who)))
