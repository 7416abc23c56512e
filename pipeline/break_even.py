"""From how many drafts a month training is cheaper than posts in every prompt."""

from fractions import Fraction
from typing import Final

from pipeline.domain.spending import Hosting
from pipeline.hosting import expected_hosting

MOST_DRAFTS: Final = 100_000  # a month; who asks for more has other questions
DAYS_PER_MONTH: Final = 30
# What training is spread over where nobody has announced an end: a voice is trained anew about once a year.
USUAL_LIFE_DAYS: Final = 365


def break_even_drafts(
    *, training_microusd: int, life_days: int | None, draft: Fraction, few_shot: Fraction, hosting: Hosting | None
) -> int | None:
    """Drafts a month; None when training never becomes cheaper, or the model has no life left.

    draft, few_shot: micro-dollars of one draft by the tuned model, and by the untrained one with posts in its prompt.
    """
    days = USUAL_LIFE_DAYS if life_days is None else life_days
    if days <= 0:
        return None
    training_per_month = Fraction(training_microusd * DAYS_PER_MONTH, days)

    def pays(drafts: int) -> bool:
        tuned = training_per_month + expected_hosting(hosting, drafts=drafts) + drafts * draft
        return tuned <= drafts * few_shot

    if not pays(MOST_DRAFTS):
        return None
    fails, holds = 0, MOST_DRAFTS
    while holds - fails > 1:
        middle = (fails + holds) // 2
        fails, holds = (fails, middle) if pays(middle) else (middle, holds)
    return holds
