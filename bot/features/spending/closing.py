"""A request that is decided: compare-and-set, its audit row, and the card that says so in every copy."""

from datetime import datetime
from typing import Final

from bot.deciders import WhoDecides, refresh_homes
from bot.features.spending.binding import misfit
from bot.features.spending.sayings import say_settled
from pipeline.domain.spending import SpendRequest, SpendRequestId, SpendState
from pipeline.domain.voices import DatasetId, Round, RoundId, Voice, VoiceId
from pipeline.domain.work import AuditEntry
from pipeline.errors import AlreadyDecided, RequestVoid
from pipeline.ports import Transaction

US: Final = "understudy"  # who did it, in the audit log, when no person did


async def request_of(tx: Transaction, team_id: str, request_id: SpendRequestId) -> SpendRequest:
    """Raises AlreadyDecided for one that this workspace does not have: nothing can be decided about it."""
    try:
        request = await tx.spend_requests.by_id(request_id)
    except LookupError as error:
        raise AlreadyDecided("void", None, None) from error
    if request.team_id != team_id:
        raise AlreadyDecided("void", None, None)
    return request


async def subject_of(tx: Transaction, request: SpendRequest) -> tuple[Round, Voice]:
    return await tx.rounds.by_id(RoundId(request.round_id)), await tx.voices.by_id(VoiceId(request.voice_id))


def only_open(request: SpendRequest) -> None:
    """Raises AlreadyDecided."""
    if request.state != "asked":
        raise AlreadyDecided(request.state, request.decided_by, request.decided_at)


async def decided(
    tx: Transaction, request: SpendRequest, state: SpendState, user: str | None, now: datetime, reason: str | None
) -> SpendRequest:
    """Raises AlreadyDecided."""
    won = await tx.spend_requests.decide(request.spend_request_id, state=state, by=user, at=now, reason=reason)
    after = await tx.spend_requests.by_id(request.spend_request_id)
    if not won:
        only_open(after)
    entry = AuditEntry(request.team_id, user or US, f"spend.{state}", request.label, {"state": "asked"}, bound(after))
    await tx.audit.record(entry, now=now)
    return after


def bound(request: SpendRequest) -> dict[str, object]:
    """What was decided on, for the record."""
    return {
        "state": request.state,
        "dataset_hash": request.dataset_hash,
        "provider": request.provider,
        "base": request.base,
        "method": request.method,
        "pairs_hash": request.pairs_hash,
        "parent_version": request.parent_version,
        "epochs": request.epochs,
        "ceiling_microusd": request.ceiling_microusd,
    }


async def void(tx: Transaction, request: SpendRequest, who: WhoDecides, now: datetime) -> RequestVoid:
    """What it was asked for has changed: nobody can approve it any more."""
    round_, _ = await subject_of(tx, request)
    changed = await misfit(tx, request, round_)
    await close(tx, request, "void", who, now)
    then = await tx.datasets.by_id(DatasetId(request.dataset_id))
    current = await tx.datasets.by_id(round_.dataset_id) if round_.dataset_id else None
    return RequestVoid(request.label, then.facts.kept, current.facts.kept if current else 0, changed or "texts")


async def expire(tx: Transaction, request: SpendRequest, who: WhoDecides, now: datetime) -> AlreadyDecided:
    """Nobody answered in time."""
    await close(tx, request, "expired", who, now)
    return AlreadyDecided("expired", None, now)


def is_too_late(request: SpendRequest, now: datetime) -> bool:
    return request.expires_at is not None and request.expires_at <= now


async def close(tx: Transaction, request: SpendRequest, state: SpendState, who: WhoDecides, now: datetime) -> None:
    round_, voice = await subject_of(tx, request)
    await say_settled(tx, await decided(tx, request, state, None, now, None), voice, round_)
    await refresh_homes(tx, request.team_id, who.besides(request.requested_by), now=now)
