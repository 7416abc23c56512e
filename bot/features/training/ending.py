"""How a run ends: a model and its bill, or a reason and the money back. One transaction each."""

from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol

from bot.cards import say_voice_card
from bot.features.training.record import Record, move, round_and_voice, say
from pipeline.domain.spending import MICROUSD_PER_USD, Price
from pipeline.domain.training import TuningJob
from pipeline.domain.work import Place, Saying, WorkItem
from pipeline.errors import NoPrice, ProviderError, ProviderRefused, SensitivityNotAllowed, TrainingClosed
from pipeline.ports import Transaction

READY: Final = "training.ready"
FAILED: Final = "training.failed"
CANCELLED: Final = "training.cancelled"
STOPPED: Final = "training.stopped"
TOKENS_PER_RATE: Final = MICROUSD_PER_USD  # rates are micro-dollars per million tokens

CLOSED: Final = "training_closed"
NOT_ALLOWED: Final = "sensitivity_not_allowed"
UNKNOWN: Final = "unknown_provider"


class Prices(Protocol):
    def find(self, provider: str, base: str) -> Price:
        """Raises NoPrice."""
        ...


@dataclass(frozen=True, slots=True)
class Ending:
    record: Record
    prices: Prices

    async def ready(self, item: WorkItem, job: TuningJob, told: TuningJob, model_name: str) -> None:
        """told: the run as the provider describes it now. Model, bill, cards and both messages commit together."""
        now = self.record.clock()
        async with self.record.writing(item, job) as tx:
            request = await tx.spend_requests.by_id(job.spend_request_id)
            billed = self.billed(told)
            actual = request.estimate_microusd if billed is None else billed
            done = replace(told, state="ready", model_name=model_name, actual_microusd=actual, finished_at=now)
            model = await tx.voice_models.add(done, model_name=model_name, now=now)
            await tx.ledger.settle(job.spend_request_id, actual)
            await move(tx, job, done, now=now)
            round_, voice = await round_and_voice(tx, job)
            await say_voice_card(tx, voice, now=now)
            facts = {
                "version": model.version,
                "channel": voice.channel_id,
                "actual_microusd": actual,
                "estimate_microusd": request.estimate_microusd,
                "is_billed": billed is not None,
            }
            await say(tx, job, "ready", READY, **facts)
            direct = Place(team_id=job.team_id, user_id=voice.steward)
            named = {"handle": voice.handle, "number": round_.number, "provider": job.provider, **facts}
            await tx.outbox.say(Saying(f"tuning:{job.tuning_job_id}:ready-dm", READY, named, direct))
            await tx.work.finish(item)

    async def without_model(
        self, item: WorkItem, job: TuningJob, told: TuningJob, state: Literal["failed", "cancelled"]
    ) -> None:
        """The provider ended it. What it trained until then is paid; the rest of the hold is given back."""
        now = self.record.clock()
        billed = self.billed(told) or 0
        async with self.record.writing(item, job) as tx:
            done = replace(told, state=state, actual_microusd=billed, finished_at=now)
            await (
                tx.ledger.settle(job.spend_request_id, billed) if billed else tx.ledger.release(job.spend_request_id)
            )
            await move(tx, job, done, now=now)
            template = FAILED if state == "failed" else CANCELLED
            await say(tx, job, "ended", template, **failure_facts(done))
            await tx.work.finish(item)

    async def refused(self, item: WorkItem, job: TuningJob, error: ProviderError) -> None:
        """Definitely not accepted, and a repeat would change nothing."""
        code, words = refusal(error)
        async with self.record.writing(item, job) as tx:
            failed = replace(job, state="failed", intent_at=None, failure_code=code, failure_message=words)
            await self.unpaid(tx, item, job, failed)
            await say(tx, job, "ended", FAILED, **failure_facts(failed))

    async def stopped(self, tx: Transaction, item: WorkItem, job: TuningJob, why: Literal["consent", "money"]) -> None:
        """Nothing was sent and nothing will be: consent or the money is gone."""
        await self.unpaid(tx, item, job, replace(job, state="cancelled", failure_code=why))
        await say(tx, job, "ended", STOPPED, why=why)

    async def unpaid(self, tx: Transaction, item: WorkItem, job: TuningJob, ended: TuningJob) -> None:
        now = self.record.clock()
        await tx.ledger.release(job.spend_request_id)
        await move(tx, job, replace(ended, actual_microusd=0, finished_at=now), now=now)
        await tx.work.finish(item)

    def billed(self, job: TuningJob) -> int | None:
        """Micro-USD, rounded up; None when the provider says no tokens or nobody knows the price any more."""
        if job.trained_tokens is None:
            return None
        try:
            rate = self.prices.find(job.provider, job.base).train_microusd_per_million
        except NoPrice:
            return None
        return -(-job.trained_tokens * rate // TOKENS_PER_RATE)


def failure_facts(job: TuningJob) -> dict[str, str | int | None]:
    return {
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
