"""What a run really cost: told at its end, or late, or never."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final, Protocol

from bot.features.training.progress_card import say_progress
from bot.features.training.record import Record, Timing, move, round_and_voice, say
from bot.offers import prices_in_force
from pipeline.domain.spending import MICROUSD_PER_USD, Price
from pipeline.domain.training import ProviderJob, TuningJob
from pipeline.domain.work import AuditEntry, WorkItem
from pipeline.errors import NoPrice, ProviderError
from pipeline.machine_time import machine_bill
from pipeline.ports import RunProviders, Transaction

CANCELLED: Final = "training.cancelled"
BILLED: Final = "training.billed"
TOKENS_PER_RATE: Final = MICROUSD_PER_USD  # rates are micro-dollars per million tokens


class Prices(Protocol):
    def find(self, provider: str, base: str) -> Price:
        """Raises NoPrice."""
        ...


@dataclass(frozen=True, slots=True)
class Billing:
    """What is billed and not told yet keeps its money held until it is."""

    record: Record
    providers: RunProviders
    prices: Prices
    timing: Timing

    async def of(self, tx: Transaction, job: TuningJob) -> int | None:
        """Micro-USD, rounded up; None when the provider says no tokens or nobody knows the price any more."""
        if job.trained_tokens is None:
            return None
        return await self.priced(tx, job, job.trained_tokens, seconds_of(job))

    async def priced(self, tx: Transaction, job: TuningJob, trained_tokens: int, trained_s: float | None) -> int | None:
        """By the token, or by the hour where our own machine trains."""
        prices = await prices_in_force(tx, job.team_id, self.prices)
        try:
            price = prices.find(job.provider, job.base)
        except NoPrice:
            return None
        if price.machine is not None:
            return None if trained_s is None else machine_bill(price.machine, Fraction(trained_s))
        return -(-trained_tokens * price.train_microusd_per_million // TOKENS_PER_RATE)

    async def settled(
        self, tx: Transaction, job: TuningJob, estimate_microusd: int, *, without_price: bool = False
    ) -> TuningJob:
        """The ended run with its cost in the ledger; without one while its bill may still come.

        without_price: the estimate stands in where nobody knows the price any more.
        """
        billed = await self.of(tx, job)
        if billed is None and job.trained_tokens is None and may_be_billed(job):
            return job
        if billed is None:
            billed = estimate_microusd if without_price else 0
        return await self.paid(tx, job, billed)

    async def paid(self, tx: Transaction, job: TuningJob, microusd: int) -> TuningJob:
        """The ledger has what the provider bills for: also jobs that nobody approved, as far as they are known."""
        strays = await tx.stray_jobs.of_run(job.tuning_job_id)
        total = microusd + sum(stray.billed_microusd or 0 for stray in strays)
        await (tx.ledger.settle(job.spend_request_id, total) if total else tx.ledger.release(job.spend_request_id))
        return replace(job, actual_microusd=microusd, trained_s=seconds_of(job))

    async def then(self, tx: Transaction, item: WorkItem, job: TuningJob) -> None:
        """What the work item does after the end: nothing, or it asks for the bill."""
        if job.actual_microusd is None:
            await tx.work.again(item, run_at=self.record.after(self.timing.settle_s))
        else:
            await tx.work.finish(item)

    async def ask(self, item: WorkItem, job: TuningJob, provider_job: str) -> None:
        """A look for the bill of a run that has ended."""
        told = await self.told(job, provider_job)
        tokens, trained_s = (told.trained_tokens, told.trained_s) if told else (None, None)
        if tokens is None and self.record.clock() < self.asked_until(job):
            waited_s = (self.record.clock() - (job.finished_at or self.record.clock())).total_seconds()
            return await self.record.later(item, min(self.timing.patience_s, max(self.timing.settle_s, waited_s / 2)))
        await self.came(item, job, replace(job, trained_tokens=tokens, trained_s=trained_s))

    async def came(self, item: WorkItem, job: TuningJob, told: TuningJob) -> None:
        """told: with its tokens; without them the provider never told, and what it comes to at most is counted."""
        now = self.record.clock()
        async with self.record.writing(item, job) as tx:
            request = await tx.spend_requests.by_id(job.spend_request_id)
            billed = await self.of(tx, told)
            counted = share_of(job, request.estimate_microusd) if billed is None else billed
            paid = await self.paid(tx, told, counted)
            await move(tx, job, paid, now=now)
            entry = AuditEntry(job.team_id, "understudy", "training.billed", job.key, after={"microusd": counted})
            await tx.audit.record(entry, now=now)
            if job.state == "cancelled":
                await say_ended(tx, paid, request.estimate_microusd, is_billed=billed is not None)
            else:
                facts = {"actual_microusd": counted, "estimate_microusd": request.estimate_microusd}
                await say(tx, paid, "bill", BILLED, is_billed=billed is not None, **facts)
            round_, voice = await round_and_voice(tx, paid)
            await say_progress(tx, round_, voice, paid)
            await tx.work.finish(item)

    async def told(self, job: TuningJob, provider_job: str) -> ProviderJob | None:
        try:
            return await self.providers.training(job.provider).job(provider_job)
        except ProviderError:
            return None

    def asked_until(self, job: TuningJob) -> datetime:
        return (job.finished_at or job.queued_at) + timedelta(seconds=self.timing.bill_within_s)

    def expires_at(self, job: TuningJob) -> datetime:
        return job.queued_at + timedelta(seconds=self.timing.send_within_s)


def seconds_of(job: TuningJob) -> float | None:
    """How long its machine trained, as the server measured it, else as we saw it run.

    finish_at of a run that succeeded: when that was seen; its results may have taken longer to come.
    """
    if job.trained_s is not None or job.running_at is None or job.finished_at is None:
        return job.trained_s
    return (min(job.finish_at or job.finished_at, job.finished_at) - job.running_at).total_seconds()


def may_be_billed(job: TuningJob) -> bool:
    """Whether a bill may still come: a run that failed is none of it, and one that never began has cost nothing."""
    return job.state == "ready" or (job.state == "cancelled" and job.running_at is not None)


def share_of(job: TuningJob, estimate_microusd: int) -> int:
    """The estimate, as far as the run came; all of it where that was not told. Rounded up."""
    if job.state == "ready" or not job.steps or job.step is None:
        return estimate_microusd
    return -(-estimate_microusd * min(job.step, job.steps) // job.steps)


async def say_ended(tx: Transaction, job: TuningJob, estimate_microusd: int, *, is_billed: bool = True) -> None:
    """A cancelled run, and what it cost: nothing of that while the bill may still come."""
    facts = {
        "user": job.cancelled_by,
        "step": job.step,
        "steps": job.steps,
        "actual_microusd": job.actual_microusd,
        "estimate_microusd": estimate_microusd,
        "is_billed": is_billed,
    }
    await say(tx, job, "ended", CANCELLED, **facts)
