"""Whether a run may still leave this machine: the owner's consent and the held money."""

from datetime import datetime
from typing import Literal

from pipeline.domain.training import TuningJob
from pipeline.ports import Transaction


async def why_not(tx: Transaction, job: TuningJob, now: datetime) -> Literal["consent", "money"] | None:
    """None when it may."""
    consent = await tx.consents.newest(job.voice_id)
    if consent is None or not consent.covers(now):
        return "consent"
    request = await tx.spend_requests.by_id(job.spend_request_id)
    if request.state != "approved" or request.decided_at is None:
        return "money"
    # Held already: reserving the same again changes nothing and says whether the hold still stands.
    month = month_of(request.decided_at)
    held = await tx.ledger.reserve(request.spend_request_id, job.team_id, month, request.ceiling_microusd)
    return None if held else "money"


def month_of(at: datetime) -> str:
    """The month whose budget pays: the one in which it was approved."""
    return f"{at:%Y-%m}"
