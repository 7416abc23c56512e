"""The decision about money: one approval makes exactly one training run, whoever presses how often."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.baseline_gate import closed_by_baseline
from bot.cards import round_thread
from bot.courses import course_asked
from bot.deciders import WhoDecides, refresh_homes, who_decides
from bot.features.spending.binding import fits
from bot.features.spending.closing import decided, expire, is_too_late, only_open, request_of, subject_of, void
from bot.features.spending.sayings import say_settled
from bot.features.spending.signing import SignedOnly, approve, only_who_may_sign, sign
from bot.offers import Market
from bot.readiness import only_with_consent
from bot.rehearsal_gate import closed_by_rehearsal
from pipeline.domain.approvals import Signature
from pipeline.domain.spending import SpendRequest, SpendRequestId
from pipeline.domain.training import TuningJob
from pipeline.domain.voices import DatasetId
from pipeline.domain.work import AuditEntry, Place, Saying
from pipeline.errors import AppError, EmergencyClosed, NotApprover, PriceRose
from pipeline.ports import Clock, Database, Deciders, Transaction

DECLINED: Final = "spending.declined"
EMERGENCY: Final = "spending.emergency"


@dataclass(frozen=True, slots=True)
class Decision:
    """One press by one person. raises: on the button that agrees to raise a budget for it, too."""

    team_id: str
    request_id: SpendRequestId
    user: str
    reason: str = ""
    raises: bool = False


@dataclass(frozen=True, slots=True)
class CheckDecline:
    """Before the form for a reason is shown. Raises NotApprover, AlreadyDecided."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, decision: Decision) -> SpendRequest:
        async with self.database.read() as tx:
            request = await request_of(tx, decision.team_id, decision.request_id)
            who = await who_decides(tx, self.people, request.team_id, self.clock().date())
        only_who_may_decline(request, decision.user, who)
        only_open(request)
        return request


@dataclass(frozen=True, slots=True)
class ApproveSpend:
    """One yes; when it is the last that is needed, the money is held and the run queued, in one transaction.

    Raises NotApprover, OwnRequest, AlreadyDecided, AlreadySigned, RequestVoid, OverBudget, PriceRose, ConsentMissing,
    ConsentWithdrawn, what Market.offer raises, and for a request older than the gates NotRehearsed, RehearsalRefused,
    TooFewToRehearse, NotCompared, ComparisonUnderWay, FewShotIsEnough.
    """

    database: Database
    market: Market
    people: Deciders
    clock: Clock

    async def __call__(self, decision: Decision) -> TuningJob | SignedOnly:
        now = self.clock()
        async with self.database.begin() as tx:
            request = await request_of(tx, decision.team_id, decision.request_id)
            who = await who_decides(tx, self.people, request.team_id, now.date())
            only_who_may_sign(request, decision.user, who)
            only_open(request)
            outcome: TuningJob | SignedOnly | AppError | None = await gate(tx, self.market, request, who, now)
            if outcome is None:
                outcome = await sign(tx, request, decision.user, who, now, raises=decision.raises)
        if isinstance(outcome, AppError):  # raised only now: what was closed, said or started must commit
            raise outcome
        return outcome


@dataclass(frozen=True, slots=True)
class CheckEmergency:
    """Before the form for a reason is shown. Raises EmergencyClosed, NotApprover, AlreadyDecided."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, decision: Decision) -> SpendRequest:
        async with self.database.read() as tx:
            request = await request_of(tx, decision.team_id, decision.request_id)
            who = await who_decides(tx, self.people, request.team_id, self.clock().date())
        only_in_emergency(request, decision.user, who)
        return request


@dataclass(frozen=True, slots=True)
class ApproveInEmergency:
    """An approver says yes alone, also to their own request, with a reason that every approver is sent.

    Never over a budget. Raises as CheckEmergency, and as ApproveSpend about texts, prices, consent and budgets.
    """

    database: Database
    market: Market
    people: Deciders
    clock: Clock

    async def __call__(self, decision: Decision) -> TuningJob:
        now = self.clock()
        async with self.database.begin() as tx:
            request = await request_of(tx, decision.team_id, decision.request_id)
            who = await who_decides(tx, self.people, request.team_id, now.date())
            only_in_emergency(request, decision.user, who)
            outcome: TuningJob | AppError | None = await gate(tx, self.market, request, who, now)
            if outcome is None:
                outcome = await self.sign_alone(tx, request, decision, who, now)
        if isinstance(outcome, AppError):
            raise outcome
        return outcome

    async def sign_alone(
        self, tx: Transaction, request: SpendRequest, decision: Decision, who: WhoDecides, now: datetime
    ) -> TuningJob:
        alone = Signature(decision.user, decision.user, now, "emergency", decision.reason)
        await tx.signatures.sign(request.spend_request_id, alone)
        facts = {"user": decision.user, "reason": decision.reason, "label": request.label}
        entry = AuditEntry(request.team_id, decision.user, "spend.emergency", request.label, after=facts)
        await tx.audit.record(entry, now=now)
        job = await approve(tx, request, decision.user, who, now, reason=decision.reason)
        _, voice = await subject_of(tx, request)
        more = {"handle": voice.handle, "ceiling_microusd": request.ceiling_microusd, "asked_by": request.requested_by}
        for user in (*who.approvers, *who.stand_ins.values()):
            key = f"spend:{request.spend_request_id}:emergency:{user}"
            direct = Place(team_id=request.team_id, user_id=user)
            await tx.outbox.say(Saying(key, EMERGENCY, facts | more, direct))
        return job


@dataclass(frozen=True, slots=True)
class DeclineSpend:
    """An approver says no, or whoever asked takes it back. Raises NotApprover, AlreadyDecided."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, decision: Decision) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            request = await request_of(tx, decision.team_id, decision.request_id)
            who = await who_decides(tx, self.people, request.team_id, now.date())
            only_who_may_decline(request, decision.user, who)
            only_open(request)
            late = await expire(tx, request, who, now) if is_too_late(request, now) else None
            if late is None:
                await self.say_no(tx, request, decision, who, now)
        if late is not None:
            raise late

    async def say_no(
        self, tx: Transaction, request: SpendRequest, decision: Decision, who: WhoDecides, now: datetime
    ) -> None:
        declined = await decided(tx, request, "declined", decision.user, now, decision.reason or None)
        round_, voice = await subject_of(tx, request)
        await say_settled(tx, declined, voice, round_)
        await refresh_homes(tx, request.team_id, who.besides(request.requested_by), now=now)
        facts = {"label": request.label, "user": decision.user, "reason": decision.reason}
        key = f"spend:{request.spend_request_id}:decided"
        await tx.outbox.say(Saying(key, DECLINED, facts, round_thread(round_)))


def only_who_may_decline(request: SpendRequest, user: str, who: WhoDecides) -> None:
    """Raises NotApprover."""
    if user not in (request.requested_by, *who.besides(request.requested_by)):
        raise NotApprover(who.besides(request.requested_by))


def only_in_emergency(request: SpendRequest, user: str, who: WhoDecides) -> None:
    """Raises NotApprover, AlreadyDecided, EmergencyClosed. Nobody stands in for an approver here."""
    if user not in who.approvers:
        raise NotApprover(who.besides(request.requested_by))
    only_open(request)
    if not who.rules.emergency:
        raise EmergencyClosed


async def gate(
    tx: Transaction, market: Market, request: SpendRequest, who: WhoDecides, now: datetime
) -> AppError | None:
    """Why this request can no longer be approved as it was asked; None when it can.

    Raises what changes nothing here: consent, and what Market.offer raises.
    """
    round_, voice = await subject_of(tx, request)
    if is_too_late(request, now):
        return await expire(tx, request, who, now)
    if not await fits(tx, request, round_):
        return await void(tx, request, who, now)
    dataset = await tx.datasets.by_id(DatasetId(request.dataset_id))
    closed = await closed_by_rehearsal(tx, voice, round_, dataset, now=now)
    closed = closed or await closed_by_baseline(tx, voice, round_, dataset)
    if closed is not None:
        return closed
    await only_with_consent(tx, voice, now)
    current = await market.in_force(tx, request.team_id)
    course = await course_asked(tx, request, current.bases)
    offer = current.offer(
        dataset.facts,
        voice.sensitivity,
        request.provider,
        request.base,
        now.date(),
        epochs=request.epochs,
        course=course,
    )
    if offer.paid_microusd > request.ceiling_microusd:
        raise PriceRose(request.label, offer.paid_microusd, request.ceiling_microusd)
    return None
