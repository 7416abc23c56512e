"""The decision about money: one approval makes exactly one training run, whoever presses how often."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.baseline_gate import closed_by_baseline
from bot.cards import round_thread, say_round_card
from bot.features.spending.sayings import HASH_SHOWN, month_of, say_settled
from bot.readiness import only_with_consent
from bot.rehearsal_gate import closed_by_rehearsal
from bot.run_line import line_at
from pipeline.domain.spending import SpendRequest, SpendRequestId, SpendState
from pipeline.domain.training import TuningJob, TuningJobId
from pipeline.domain.voices import DatasetId, Round, RoundId, Voice, VoiceId
from pipeline.domain.work import AuditEntry, Saying
from pipeline.errors import AlreadyDecided, NotApprover, OverBudget, OwnRequest, RequestVoid, SpendError
from pipeline.failpoints import failpoint
from pipeline.ports import Clock, Database, People, Transaction

APPROVED: Final = "spending.approved"
DECLINED: Final = "spending.declined"


@dataclass(frozen=True, slots=True)
class Decision:
    """One press by one person."""

    team_id: str
    request_id: SpendRequestId
    user: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CheckDecline:
    """Before the form for a reason is shown. Raises NotApprover, AlreadyDecided."""

    database: Database
    people: People

    async def __call__(self, decision: Decision) -> SpendRequest:
        async with self.database.read() as tx:
            request = await request_of(tx, decision)
        only_who_may_decline(request, decision.user, self.people)
        only_open(request)
        return request


@dataclass(frozen=True, slots=True)
class ApproveSpend:
    """Holds the money and queues the run, in one transaction.

    Raises NotApprover, OwnRequest, AlreadyDecided, RequestVoid, ConsentMissing, ConsentWithdrawn, OverBudget, and for
    a request older than the gates NotRehearsed, RehearsalRefused, TooFewToRehearse, NotCompared, ComparisonUnderWay,
    FewShotIsEnough.
    """

    database: Database
    people: People
    clock: Clock

    async def __call__(self, decision: Decision) -> TuningJob:
        now = self.clock()
        async with self.database.begin() as tx:
            request = await request_of(tx, decision)
            only_other_approver(request, decision.user, self.people)
            only_open(request)
            round_ = await tx.rounds.by_id(RoundId(request.round_id))
            voice = await tx.voices.by_id(VoiceId(request.voice_id))
            if not await fits(tx, request, round_):
                refusal: SpendError | None = await void(tx, request, round_, voice, now)
            else:
                dataset = await tx.datasets.by_id(DatasetId(request.dataset_id))
                refusal = await closed_by_rehearsal(tx, voice, round_, dataset, now=now)
                refusal = refusal or await closed_by_baseline(tx, voice, round_, dataset)
            if refusal is None:
                job = await approve(tx, request, round_, voice, decision.user, now)
        if refusal is not None:  # raised only now: a closed request, or a rehearsal that was started, must commit
            raise refusal
        return job


@dataclass(frozen=True, slots=True)
class DeclineSpend:
    """An approver says no, or whoever asked takes it back. Raises NotApprover, AlreadyDecided."""

    database: Database
    people: People
    clock: Clock

    async def __call__(self, decision: Decision) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            request = await request_of(tx, decision)
            only_who_may_decline(request, decision.user, self.people)
            only_open(request)
            declined = await decided(tx, request, "declined", decision.user, now, decision.reason or None)
            round_ = await tx.rounds.by_id(RoundId(request.round_id))
            voice = await tx.voices.by_id(VoiceId(request.voice_id))
            await say_settled(tx, declined, voice, round_)
            facts = {"label": request.label, "user": decision.user, "reason": decision.reason}
            key = f"spend:{request.spend_request_id}:decided"
            await tx.outbox.say(Saying(key, DECLINED, facts, round_thread(round_)))


async def request_of(tx: Transaction, decision: Decision) -> SpendRequest:
    """Raises AlreadyDecided for one that this workspace does not have: nothing can be decided about it."""
    try:
        request = await tx.spend_requests.by_id(decision.request_id)
    except LookupError as error:
        raise AlreadyDecided("void", None, None) from error
    if request.team_id != decision.team_id:
        raise AlreadyDecided("void", None, None)
    return request


def only_other_approver(request: SpendRequest, user: str, people: People) -> None:
    """Raises NotApprover, OwnRequest."""
    approvers = people.approvers(request.team_id)
    if user not in approvers:
        raise NotApprover(approvers)
    if user == request.requested_by:
        raise OwnRequest(tuple(other for other in approvers if other != user))


def only_who_may_decline(request: SpendRequest, user: str, people: People) -> None:
    approvers = people.approvers(request.team_id)
    if user not in approvers and user != request.requested_by:
        raise NotApprover(approvers)


def only_open(request: SpendRequest) -> None:
    if request.state != "asked":
        raise AlreadyDecided(request.state, request.decided_by, request.decided_at)


async def fits(tx: Transaction, request: SpendRequest, round_: Round) -> bool:
    """Whether what would be trained now is what was asked for."""
    if round_.dataset_id is None or round_.revision != round_.prepared_revision:
        return False
    return (await tx.datasets.by_id(round_.dataset_id)).facts.content_hash == request.dataset_hash


async def void(tx: Transaction, request: SpendRequest, round_: Round, voice: Voice, now: datetime) -> RequestVoid:
    closed = await decided(tx, request, "void", None, now, None)
    await say_settled(tx, closed, voice, round_)
    then = await tx.datasets.by_id(DatasetId(request.dataset_id))
    current = await tx.datasets.by_id(round_.dataset_id) if round_.dataset_id else None
    return RequestVoid(request.label, then.facts.kept, current.facts.kept if current else 0)


async def approve(
    tx: Transaction, request: SpendRequest, round_: Round, voice: Voice, user: str, now: datetime
) -> TuningJob:
    await only_with_consent(tx, voice, now)
    month, ceiling = month_of(now), request.ceiling_microusd
    if not await tx.ledger.reserve(request.spend_request_id, request.team_id, month, ceiling):
        spent = await tx.ledger.month(request.team_id, month)
        would_be = spent.held_microusd + spent.settled_microusd + ceiling
        raise OverBudget(month, would_be, spent.limit_microusd)
    approved = await decided(tx, request, "approved", user, now, None)
    failpoint("approve.decided")
    job = await tx.tuning_jobs.queue(new_job(approved, now))
    await tx.rounds.lock(round_.round_id)
    await tx.work.enqueue("tuning", job.tuning_job_id, job.team_id, run_at=now)
    await say_settled(tx, approved, voice, round_)
    await say_round_card(tx, round_, voice, job)
    before = (await line_at(tx, job.provider)).before(job.tuning_job_id)
    facts = {"user": user, "ceiling_microusd": ceiling, "handle": voice.handle, "place_in_queue": before + 1}
    await tx.outbox.say(Saying(f"spend:{request.spend_request_id}:decided", APPROVED, facts, round_thread(round_)))
    return job


async def decided(
    tx: Transaction, request: SpendRequest, state: SpendState, user: str | None, now: datetime, reason: str | None
) -> SpendRequest:
    """Compare-and-set, and its audit row. Raises AlreadyDecided."""
    won = await tx.spend_requests.decide(request.spend_request_id, state=state, by=user, at=now, reason=reason)
    after = await tx.spend_requests.by_id(request.spend_request_id)
    if not won:
        only_open(after)
    entry = AuditEntry(
        request.team_id, user or "understudy", f"spend.{state}", request.label, {"state": "asked"}, {"state": state}
    )
    await tx.audit.record(entry, now=now)
    return after


def new_job(request: SpendRequest, now: datetime) -> TuningJob:
    """Its key is what the provider is asked for when an answer was lost: the same for the same approval, always."""
    return TuningJob(
        tuning_job_id=TuningJobId(0),
        team_id=request.team_id,
        voice_id=VoiceId(request.voice_id),
        round_id=RoundId(request.round_id),
        dataset_id=DatasetId(request.dataset_id),
        spend_request_id=request.spend_request_id,
        key=f"us-{request.team_id}-{request.spend_request_id}-{request.dataset_hash[:HASH_SHOWN]}",
        provider=request.provider,
        base=request.base,
        epochs=request.epochs,
        state="queued",
        queued_at=now,
    )
