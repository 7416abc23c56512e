"""What a voice's people want of it: how long a draft may take, and whether they are written to each week."""

from dataclasses import dataclass
from typing import Final

TARGET_S: Final = 30  # product.md: "9 s per draft (target 30)"


@dataclass(frozen=True, slots=True)
class Preferences:
    """target_s: seconds that half of the drafts should take at the most. weekly: whether there is a weekly digest."""

    target_s: int = TARGET_S
    weekly: bool = True
