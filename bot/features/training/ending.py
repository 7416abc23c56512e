"""How a run ends: a model and its bill, or a reason and the money back. One transaction each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from bot.cards import say_voice_card
from bot.features.training.billing import Billing, say_ended
from bot.features.training.blame import Blame
from bot.features.training.permission import Why
from bot.features.training.record import Record, move, round_and_voice, say
from pipeline.domain.training import TuningJob, TuningState
from pipeline.domain.work import Place, Saying, WorkItem
from pipeline.errors import ProviderError, ProviderRefused, SensitivityNotAllowed, TrainingClosed
from pipeline.ports import Transaction

READY: Final = "training.ready"
FAILED: Final = "training.failed"
STOPPED: Final = "training.stopped"
NO_FUNDS_SAID: Final = "training.no_funds"

CLOSED: Final = "training_closed"
NOT_ALLOWED: Final = "sensitivity_not_allowed"
UNKNOWN: Final = "unknown_provider"
BASE_GONE: Final = "base_gone"
METHOD_GONE: Final = "method_gone"
PAIRS_GONE: Final = "pairs_gone"
VERSION_GONE: Final = "version_gone"
# Codes of OpenAI, and of servers that follow it, for an account that is empty.
NO_FUNDS: Final = frozenset({"insufficient_quota", "exceeded_quota", "billing_hard_limit_reached"})
CODES: Final[Mapping[Why, str]] = {
    "private": NOT_ALLOWED,
    "closed": CLOSED,
    "base-gone": BASE_GONE,
    "method-gone": METHOD_GONE,
    "pairs": PAIRS_GONE,
    "version": VERSION_GONE,
    "unknown-provider": UNKNOWN,
}
STOPPED_AS: Final[Mapping[Why, TuningState]] = {"consent": "cancelled", "money": "cancelled", "late": "expired"}


@dataclass(frozen=True, slots=True)
class Ending:
    record: Record
    billing: Billing
    blame: Blame

    async def ready(self, item: WorkItem, job: TuningJob, told: TuningJob, model_name: str) -> None:
        """told: the run as the provider describes it now. Model, bill, cards and both messages commit together."""
        now = self.record.clock()
        async with self.record.writing(item, job) as tx:
            request = await tx.spend_requests.by_id(job.spend_request_id)
            done = replace(told, state="ready", model_name=model_name, finished_at=now)
            done = await self.billing.settled(tx, done, request.estimate_microusd, without_price=True)
            model = await tx.voice_models.add(done, model_name=model_name, now=now)
            await move(tx, job, done, now=now)
            round_, voice = await round_and_voice(tx, job)
            await say_voice_card(tx, voice, now=now)
            facts = {
                "version": model.version,
                "channel": voice.channel_id,
                "actual_microusd": done.actual_microusd,
                "estimate_microusd": request.estimate_microusd,
                "is_billed": await self.billing.of(tx, done) is not None,
            }
            await say(tx, job, "ready", READY, **facts)
            direct = Place(team_id=job.team_id, user_id=voice.steward)
            named = {"handle": voice.handle, "number": round_.number, "provider": job.provider, **facts}
            await tx.outbox.say(Saying(f"tuning:{job.tuning_job_id}:ready-dm", READY, named, direct))
            await tx.work.enqueue("evaluate", model.voice_model_id, job.team_id, run_at=now)
            if done.results:
                await tx.work.enqueue("loss-curve", job.tuning_job_id, job.team_id, run_at=now)
            await self.billing.then(tx, item, done)

    async def without_model(
        self,
        item: WorkItem,
        job: TuningJob,
        told: TuningJob,
        state: Literal["failed", "cancelled"],
        error_param: str | None,
    ) -> None:
        """The provider ended it. What it trained until then is paid; the rest of the hold is given back."""
        now = self.record.clock()
        done = replace(told, state=state, finished_at=now)
        reason = await self.blame.of(done, error_param) if state == "failed" else {}
        async with self.record.writing(item, job) as tx:
            request = await tx.spend_requests.by_id(job.spend_request_id)
            done = await self.billing.settled(tx, done, request.estimate_microusd)
            await move(tx, job, done, now=now)
            if state == "failed":
                await self.say_failed(tx, done, reason)
            else:
                await say_ended(tx, done, request.estimate_microusd)
            await self.billing.then(tx, item, done)

    async def refused(self, item: WorkItem, job: TuningJob, error: ProviderError) -> None:
        """Definitely not accepted, and a repeat would change nothing but where the account is empty."""
        code, words = refusal(error)
        failed = replace(job, state="failed", intent_at=None, failure_code=code, failure_message=words)
        if code in NO_FUNDS:
            return await self.without_funds(item, job, failed)
        reason = await self.blame.of(failed)
        async with self.record.writing(item, job) as tx:
            await self.unpaid(tx, item, job, failed)
            await self.say_failed(tx, failed, reason)

    async def without_funds(self, item: WorkItem, job: TuningJob, failed: TuningJob) -> None:
        """The approval and its money stay until somebody presses Retry or it expires."""
        now = self.record.clock()
        async with self.record.writing(item, job) as tx:
            await move(tx, job, replace(failed, finished_at=now), now=now)
            request = await tx.spend_requests.by_id(job.spend_request_id)
            await say(
                tx,
                job,
                "ended",
                NO_FUNDS_SAID,
                job_id=job.tuning_job_id,
                words=failed.failure_message,
                ceiling_microusd=request.ceiling_microusd,
            )
            await tx.work.again(item, run_at=self.billing.expires_at(job))

    async def expire(self, item: WorkItem, job: TuningJob) -> None:
        """A run that waited for money at the provider, and nobody pressed Retry in time."""
        if self.record.clock() < self.billing.expires_at(job):
            async with self.record.database.begin() as tx:
                return await tx.work.again(item, run_at=self.billing.expires_at(job))
        async with self.record.writing(item, job) as tx:
            await self.stopped(tx, item, job, "late")

    async def say_failed(self, tx: Transaction, job: TuningJob, reason: Mapping[str, Any]) -> None:
        await say(tx, job, "ended", FAILED, **failure_facts(job), **reason)

    async def stopped(self, tx: Transaction, item: WorkItem, job: TuningJob, why: Why) -> None:
        """Nothing was sent and nothing will be."""
        state = STOPPED_AS.get(why, "failed")
        ended = replace(job, state=state, failure_code=CODES.get(why, why), failure_message=None)
        await self.unpaid(tx, item, job, ended)
        if state == "failed":
            await self.say_failed(tx, ended, {})
        else:
            await say(tx, job, "ended", STOPPED, why=why)

    async def unpaid(self, tx: Transaction, item: WorkItem, job: TuningJob, ended: TuningJob) -> None:
        now = self.record.clock()
        await tx.ledger.release(job.spend_request_id)
        await move(tx, job, replace(ended, actual_microusd=0, finished_at=now), now=now)
        await tx.work.finish(item)


def failure_facts(job: TuningJob) -> dict[str, str | int | None]:
    return {
        "job_id": job.tuning_job_id,
        "code": job.failure_code,
        "words": job.failure_message,
        "actual_microusd": job.actual_microusd or 0,
    }


def refusal(error: ProviderError) -> tuple[str, str]:
    """Code and the provider's own words, kept for the record."""
    match error:
        case ProviderRefused():
            return error.code, error.message
        case TrainingClosed():
            return CLOSED, ""
        case SensitivityNotAllowed():
            return NOT_ALLOWED, error.sensitivity
        case _:
            return UNKNOWN, ""
