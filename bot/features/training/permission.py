"""Whether a run may still leave this machine: asked before every step that sends something."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.versions import is_sound, version_of
from pipeline.domain.training import TuningJob
from pipeline.errors import UnknownProvider
from pipeline.ports import RunProviders, Transaction

# consent, money: it is gone. late: the approval was not used in time. private: the provider may not see such texts.
# closed, base-gone, method-gone, unknown-provider: this can't be trained there any more. pairs, version: what was
# approved, of which it learns or from which it goes on, is no longer there.
Why = Literal[
    "consent",
    "money",
    "late",
    "private",
    "closed",
    "base-gone",
    "method-gone",
    "unknown-provider",
    "pairs",
    "version",
]


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
        if now >= self.expires_at(job):
            return "late"
        return await what_is_missing(tx, job)

    async def last_look(self, tx: Transaction, job: TuningJob, now: datetime) -> Why | None:
        """The same, and whether the provider would take it: the configuration may have changed since the approval."""
        if (why := await self.why_not(tx, job, now)) is not None:
            return why
        voice, dataset = await tx.voices.by_id(job.voice_id), await tx.datasets.by_id(job.dataset_id)
        try:
            refused = self.providers.refuses(job, now.date())
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


async def what_is_missing(tx: Transaction, job: TuningJob) -> Literal["pairs", "version"] | None:
    """The approved hash is compared again: pairs that were forgotten, or taken anew, are not what was agreed to."""
    request = await tx.spend_requests.by_id(job.spend_request_id)
    if job.method == "dpo":
        taken = await tx.round_feedbacks.of_round(job.round_id)
        if taken is None or not request.pairs_hash or taken.pairs_blob != request.pairs_hash:
            return "pairs"
    if job.parent_version is not None:
        parent = await version_of(tx, job.voice_id, job.parent_version)
        if parent is None or not is_sound(parent):
            return "version"
    return None


def month_of(at: datetime) -> str:
    """The month whose budget pays: the one in which it was approved."""
    return f"{at:%Y-%m}"
