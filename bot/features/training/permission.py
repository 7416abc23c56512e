"""Whether a run may still leave this machine: asked before every step that sends something."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pipeline.domain.training import TuningJob
from pipeline.errors import UnknownProvider
from pipeline.ports import RunProviders, Transaction

# consent, money: it is gone. late: the approval was not used in time. private: the provider may not see such texts.
# closed, base-gone, unknown-provider: nothing can be trained there any more.
Why = Literal["consent", "money", "late", "private", "closed", "base-gone", "unknown-provider"]


@dataclass(frozen=True, slots=True)
class Permission:
    providers: RunProviders
    send_within_s: float

    async def why_not(self, tx: Transaction, job: TuningJob, now: datetime) -> Why | None:
        """None when it may."""
        consent = await tx.consents.newest(job.voice_id)
        if consent is None or not consent.covers(now):
            return "consent"
        if not await money_is_held(tx, job):
            return "money"
        return "late" if now >= self.expires_at(job) else None

    async def last_look(self, tx: Transaction, job: TuningJob, now: datetime) -> Why | None:
        """The same, and whether the provider would take it: the configuration may have changed since the approval."""
        if (why := await self.why_not(tx, job, now)) is not None:
            return why
        voice, dataset = await tx.voices.by_id(job.voice_id), await tx.datasets.by_id(job.dataset_id)
        try:
            refused = self.providers.refuses(job.provider, job.base, now.date())
        except UnknownProvider:
            return "unknown-provider"
        if job.provider not in self.providers.names_for(dataset.facts.sensitivity(voice)):
            return "private"
        return refused

    def expires_at(self, job: TuningJob) -> datetime:
        return job.queued_at + timedelta(seconds=self.send_within_s)


async def money_is_held(tx: Transaction, job: TuningJob) -> bool:
    request = await tx.spend_requests.by_id(job.spend_request_id)
    if request.state != "approved" or request.decided_at is None:
        return False
    # Held already: reserving the same again changes nothing and says whether the hold still stands.
    month = month_of(request.decided_at)
    return await tx.ledger.reserve(request.spend_request_id, job.team_id, month, request.ceiling_microusd)


def month_of(at: datetime) -> str:
    """The month whose budget pays: the one in which it was approved."""
    return f"{at:%Y-%m}"
