"""What people can say is wrong with a draft, after a 👎; only how often it was said is ever shown."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from pipeline.domain.work import AuditEntry

REASON_GIVEN: Final = "feedback.reason"  # in the audit log
DISLIKES: Final = {
    "voice": "Not this voice",
    "facts": "Facts",
    "dull": "Dull/long",
    "repeats": "Repeats an old post",
    "other": "Other",
}


def count_dislikes(entries: Iterable[AuditEntry]) -> dict[str, int]:
    """How many people said what, the most frequent first; of each person and draft the last word counts.

    entries: oldest first.
    """
    last = {(one.who, one.subject): str(one.after["reason"]) for one in entries if one.what == REASON_GIVEN}
    return dict(Counter(last.values()).most_common())
