"""What a provider's answers mean for a run that is about to be paid for."""

from datetime import date, datetime, timedelta
from typing import Final

from pipeline.domain.preflights import Check, CheckOutcome, Preflight, ProviderStanding

# A model that lives less than a month after training has cost more than it can give back; still, only a warning.
SHORT_LIFE_DAYS: Final = 30
# Keys are withdrawn and organisations closed between one day and the next, not between two clicks.
FRESH_FOR: Final = timedelta(days=1)


def checks(
    standing: ProviderStanding, *, closes_on: date | None, shutdown_on: date | None, today: date
) -> tuple[Check, ...]:
    """closes_on: from when the provider takes no new training. shutdown_on: of the base, as we know it ourselves."""
    closed = closes_on is not None and today >= closes_on
    return (
        Check("key", told(standing.key_is_valid)),
        Check("training", "refused" if closed else told(standing.may_train)),
        Check("base", told(standing.has_base)),
        Check("life", life(_earlier(standing.shutdown_on, shutdown_on), today)),
        Check("funds", told(standing.has_funds)),
    )


def told(answer: bool | None) -> CheckOutcome:
    return "unknown" if answer is None else "ok" if answer else "refused"


def life(shutdown_on: date | None, today: date) -> CheckOutcome:
    if shutdown_on is None:
        return "ok"
    days = (shutdown_on - today).days
    return "refused" if days <= 0 else "warning" if days < SHORT_LIFE_DAYS else "ok"


def is_fresh(known: Preflight | None, now: datetime) -> bool:
    return known is not None and now - known.asked_at <= FRESH_FOR


def _earlier(one: date | None, other: date | None) -> date | None:
    return min(filter(None, (one, other)), default=None)
