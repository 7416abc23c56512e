"""Action ids of buttons that one feature shows and another answers: the approvers' on the home tab."""

from typing import Final

APPROVE: Final = "spending.approve"
RAISE: Final = "spending.raise"  # approve, and raise the budget it would pass
DECLINE: Final = "spending.decline"
QUESTION: Final = "spending.ask_about"
STAND_IN: Final = "spending.stand_in"
STAND_IN_END: Final = "spending.stand_in_end"
DIRECT: Final = "spending.direct"  # value "yes" or "no": whether cards come as direct messages
