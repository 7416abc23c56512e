"""One person's yes: whether it may count, whether it is enough, and what follows when it is."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from bot.cards import round_thread, say_round_card
from bot.deciders import WhoDecides, refresh_homes
from bot.features.spending.closing import US, decided, subject_of
from bot.features.spending.sayings import (
    HASH_SHOWN,
    amend,
    budget_facts,
    month_of,
    say_settled,
    signed,
    warn_of_budgets,
)
from bot.readiness import only_with_consent
from bot.run_line import line_at
from pipeline.domain.approvals import Budget, Signature
from pipeline.domain.spending import SpendRequest
from pipeline.domain.training import TuningJob, TuningJobId
from pipeline.domain.voices import DatasetId, RoundId, VoiceId
from pipeline.domain.work import AuditEntry, Saying
from pipeline.errors import AlreadySigned, NotApprover, OverBudget, OwnRequest
from pipeline.failpoints import failpoint
from pipeline.ports import Transaction

APPROVED: Final = "spending.approved"


@dataclass(frozen=True, slots=True)
class SignedOnly:
    """One yes of the two that are needed."""

    by: str


def only_who_may_sign(request: SpendRequest, user: str, who: WhoDecides) -> str:
    """For whom they sign. Raises OwnRequest, NotApprover."""
    others = who.besides(request.requested_by)
    if user == request.requested_by:
        raise OwnRequest(others, emergency=who.rules.emergency and user in who.approvers)
    authority = who.authority(user, requester=request.requested_by)
    if authority is None:
        raise NotApprover(others)
    return authority


async def sign(
    tx: Transaction, request: SpendRequest, user: str, who: WhoDecides, now: datetime, *, raises: bool
) -> TuningJob | SignedOnly | OverBudget:
    """raises: they agree to raise the budgets that this request would pass, too. Raises as only_who_may_sign, and
    AlreadySigned. What it returns must commit: OverBudget is then raised.
    """
    authority = only_who_may_sign(request, user, who)
    month = month_of(now)
    passed = await budgets_passed(tx, request, month)
    if passed and not raises:
        return await over_budget(tx, request, passed)
    limits = {budget.scope: budget.used_microusd + request.ceiling_microusd for budget in passed}
    signature = Signature(user, authority, now, month=month if limits else "", raises=limits)
    is_new = await tx.signatures.sign(request.spend_request_id, signature)
    standing = await tx.signatures.of_request(request.spend_request_id)
    counted = [one for one in standing if one.authority in who.approvers and one.covers(limits, month)]
    needed = 2 if limits or who.rules.needs_two(request.ceiling_microusd) else 1
    if len(counted) < needed:
        if not is_new:
            raise AlreadySigned(*next((one.user, one.at) for one in standing if user in (one.user, one.authority)))
        return await wait_for_the_second(tx, request, signature, counted, who, now)
    if limits:
        await raise_budgets(tx, request, month, passed, limits, user, now)
    return await approve(tx, request, user, who, now)


async def budgets_passed(tx: Transaction, request: SpendRequest, month: str) -> list[Budget]:
    budgets = await tx.budgets.of_request(request.spend_request_id, month)
    return [budget for budget in budgets if budget.passed_by(request.ceiling_microusd)]


async def over_budget(tx: Transaction, request: SpendRequest, passed: list[Budget]) -> OverBudget:
    """The card says it, with the button that raises the budget; the first of these budgets is named in the sentence."""
    over = [
        await budget_facts(tx, budget, budget.used_microusd + request.ceiling_microusd)
        for budget in passed
        if budget.limit_microusd is not None
    ]
    await amend(tx, request, over=over, needed=2)
    first = over[0]
    return OverBudget(
        date.fromisoformat(first["month"] + "-01"),
        first["would_be_microusd"],
        first["limit_microusd"],
        first["kind"],
        str(first["name"]),
    )


async def wait_for_the_second(
    tx: Transaction,
    request: SpendRequest,
    signature: Signature,
    counted: list[Signature],
    who: WhoDecides,
    now: datetime,
) -> SignedOnly:
    await amend(tx, request, signed=signed(counted), needed=2)
    await refresh_homes(tx, request.team_id, who.besides(request.requested_by), now=now)
    after = {"for": signature.authority, "raises": dict(signature.raises)}
    entry = AuditEntry(request.team_id, signature.user, "spend.signed", request.label, after=after)
    await tx.audit.record(entry, now=now)
    return SignedOnly(signature.user)


async def raise_budgets(
    tx: Transaction,
    request: SpendRequest,
    month: str,
    passed: list[Budget],
    limits: dict[str, int],
    user: str,
    now: datetime,
) -> None:
    """For this month only, and just enough for this request."""
    await tx.budgets.raise_to(request.spend_request_id, month, limits)
    for budget in passed:
        before, after = {"limit_microusd": budget.limit_microusd}, {"limit_microusd": limits[budget.scope]}
        subject = f"{month}:{budget.scope or 'workspace'}"
        entry = AuditEntry(request.team_id, user, "budget.raised", subject, before, after | {"for": request.label})
        await tx.audit.record(entry, now=now)


async def approve(
    tx: Transaction, request: SpendRequest, user: str, who: WhoDecides, now: datetime, *, reason: str | None = None
) -> TuningJob:
    """Holds the money and queues the run. Raises OverBudget, AlreadyDecided, ConsentMissing, ConsentWithdrawn.

    user: who gave the last yes that was needed; US when a rule did.
    """
    round_, voice = await subject_of(tx, request)
    await only_with_consent(tx, voice, now)
    month, ceiling = month_of(now), request.ceiling_microusd
    if not await tx.ledger.reserve(request.spend_request_id, request.team_id, month, ceiling):
        raise await over_budget(tx, request, await budgets_passed(tx, request, month))
    approved = await decided(tx, request, "approved", None if user == US else user, now, reason)
    failpoint("approve.decided")
    job = await tx.tuning_jobs.queue(new_job(approved, now))
    await tx.rounds.lock(round_.round_id)
    await tx.work.enqueue("round-locked", round_.round_id, round_.team_id, run_at=now)
    await tx.work.enqueue("tuning", job.tuning_job_id, job.team_id, run_at=now)
    await say_settled(tx, approved, voice, round_)
    await say_round_card(tx, round_, voice, job)
    before = (await line_at(tx, job.provider)).before(job.tuning_job_id)
    facts = {
        "users": [one.user for one in await tx.signatures.of_request(request.spend_request_id)],
        "ceiling_microusd": ceiling,
        "handle": voice.handle,
        "place_in_queue": before + 1,
    }
    await tx.outbox.say(Saying(f"spend:{request.spend_request_id}:decided", APPROVED, facts, round_thread(round_)))
    await warn_of_budgets(tx, request, voice, who, now=now)
    await refresh_homes(tx, request.team_id, who.besides(request.requested_by), now=now)
    return job


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
        method=request.method,
        parent_version=request.parent_version,
    )
