"""What a month of keeping a tuned model costs, from how often it is asked and how soon it falls asleep."""

from fractions import Fraction
from typing import Final

from pipeline.domain.spending import Hosting, Range

# A draft and one more of it ("Another", "Shorter") are asked for in one sitting, so they share a waking.
# An assumption; docs/decisions/0017-what-a-cost-card-assumes.md says what would replace it.
DRAFTS_PER_SITTING: Final = 2
MINUTES_PER_DRAFT: Final = 1
MINUTES_TO_WAKE: Final = 2  # product.md: "takes about 90 s to wake the model"; billed while it loads
MINUTES_PER_MONTH: Final = 31 * 24 * 60

NONE: Final = Range(0, 0, 0)


def hosting_cost(hosting: Hosting | None, *, drafts: int) -> Range:
    """low: all drafts in one sitting; high: each on its own; never more than the whole month awake."""
    if hosting is None:
        return NONE
    if hosting.microusd_per_month:
        return Range(hosting.microusd_per_month, hosting.microusd_per_month, hosting.microusd_per_month)
    return Range(
        low_microusd=int(_awake(hosting, drafts, sittings=Fraction(min(1, drafts)))),
        expected_microusd=-int(-expected_hosting(hosting, drafts=drafts) // 1),
        high_microusd=-int(-_awake(hosting, drafts, sittings=Fraction(drafts)) // 1),
    )


def expected_hosting(hosting: Hosting | None, *, drafts: int) -> Fraction:
    """Micro-dollars a month, not rounded."""
    if hosting is None:
        return Fraction(0)
    if hosting.microusd_per_month:
        return Fraction(hosting.microusd_per_month)
    return _awake(hosting, drafts, sittings=max(Fraction(min(1, drafts)), Fraction(drafts, DRAFTS_PER_SITTING)))


def _awake(hosting: Hosting, drafts: int, *, sittings: Fraction) -> Fraction:
    minutes = sittings * (MINUTES_TO_WAKE + hosting.leash_minutes) + drafts * MINUTES_PER_DRAFT
    return min(minutes, Fraction(MINUTES_PER_MONTH)) * hosting.microusd_per_minute
