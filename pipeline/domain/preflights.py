"""What a provider said when it was asked, before anybody was asked for money."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

# key: ours is valid. training: this organisation may start runs. base: it is offered. life: the model lives long
# enough. funds: the account can pay.
CheckName = Literal["key", "training", "base", "life", "funds"]
# refused: a definite no. unknown: the provider does not tell.
CheckOutcome = Literal["ok", "warning", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class ProviderStanding:
    """A provider's answers about one base; None where it does not say. shutdown_on: as it tells, or None.

    train_tokens_per_s: how fast it trained lately, in tokens as it counts them.
    """

    key_is_valid: bool | None = None
    has_base: bool | None = None
    may_train: bool | None = None
    has_funds: bool | None = None
    shutdown_on: date | None = None
    train_tokens_per_s: float | None = None


@dataclass(frozen=True, slots=True)
class Check:
    name: CheckName
    outcome: CheckOutcome


@dataclass(frozen=True, slots=True)
class Preflight:
    """One base at one provider, as of the last time it was asked. Holds for the whole workspace."""

    team_id: str
    provider: str
    base: str
    checks: tuple[Check, ...]
    asked_at: datetime
    train_tokens_per_s: float | None = None

    @property
    def refusal(self) -> CheckName | None:
        """The first definite no."""
        return next((check.name for check in self.checks if check.outcome == "refused"), None)
