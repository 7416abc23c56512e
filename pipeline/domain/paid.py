"""A text that is sent for and paid for, perhaps more than once."""

from dataclasses import dataclass
from typing import Final

SENDS: Final = 2  # paid for per text: one, and one more when an answer was lost or of no use


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """sends: how often it was sent for, counted before anything leaves. answered: to how many of those an answer came.

    cost_microusd: of the answers.
    """

    sends: int = 0
    answered: int = 0
    cost_microusd: int = 0

    def at_most_microusd(self, send_microusd: int) -> int:
        """What was answered costs what it cost; what never was may have been charged in full: send_microusd each."""
        return self.cost_microusd + (self.sends - self.answered) * send_microusd
