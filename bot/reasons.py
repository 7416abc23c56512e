"""What counts as a reason to go on although a gate before money says no."""

from typing import Final

MIN_REASON_CHARS: Final = 20  # of "ok" and "because" an approver learns nothing; "the links are wanted" is a reason
MAX_REASON_CHARS: Final = 500
