"""Who may say yes to spending, by which rules, and the yeses that were said. Amounts are integer micro-dollars."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

RuleName = Literal[
    "approvers",
    "channel_id",
    "month_limit_microusd",
    "voice_limit_microusd",
    "person_limit_microusd",
    "warn_percent",
    "second_from_microusd",
    "emergency",
    "auto_below_microusd",
    "auto_per_day",
    "tells_approvers",
]
BudgetKind = Literal["workspace", "voice", "person"]
SignatureKind = Literal["approver", "emergency", "rule"]

BY_RULE: Final = "rule"  # stands where a user id would: no person signed


@dataclass(frozen=True, slots=True)
class SpendRules:
    """One workspace's rules. A limit that is None is not there.

    approvers: user ids, and ids of user groups (S…). channel_id: of the approval cards; empty: the voice's channel.
    second_from_microusd: from this amount on two people sign. auto_below_microusd: less than this needs nobody, at most
    auto_per_day times; 0 is off. tells_approvers: whether they get the card as a direct message, unless they say.
    """

    approvers: tuple[str, ...] = ()
    channel_id: str = ""
    month_limit_microusd: int = 150_000_000
    voice_limit_microusd: int | None = None
    person_limit_microusd: int | None = None
    warn_percent: int = 80
    second_from_microusd: int | None = None
    emergency: bool = False
    auto_below_microusd: int = 0
    auto_per_day: int = 1
    tells_approvers: bool = True

    def limit_microusd(self, kind: BudgetKind) -> int | None:
        limits = {"voice": self.voice_limit_microusd, "person": self.person_limit_microusd}
        return self.month_limit_microusd if kind == "workspace" else limits[kind]

    def needs_two(self, amount_microusd: int) -> bool:
        return self.second_from_microusd is not None and amount_microusd >= self.second_from_microusd

    def needs_nobody(self, amount_microusd: int) -> bool:
        return amount_microusd < self.auto_below_microusd and not self.needs_two(amount_microusd)


@dataclass(frozen=True, slots=True)
class Budget:
    """What one month may cost: of the workspace, of a voice, or of a person who asks.

    scope: "" for the workspace, "voice:12", "person:U1". limit_microusd: the rule's and what it was raised by.
    """

    scope: str
    month: str
    limit_microusd: int | None
    used_microusd: int

    @property
    def kind(self) -> BudgetKind:
        if not self.scope:
            return "workspace"
        return "voice" if self.scope.startswith("voice:") else "person"

    @property
    def subject(self) -> str:
        """The voice's id or the person's; empty for the workspace."""
        return self.scope.partition(":")[2]

    def passed_by(self, amount_microusd: int) -> bool:
        return self.limit_microusd is not None and self.used_microusd + amount_microusd > self.limit_microusd


def scopes(voice_id: int, person: str) -> tuple[str, str, str]:
    """The three budgets that a request must fit, in the order in which they are locked."""
    return "", f"person:{person}", f"voice:{voice_id}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One yes. authority: the approver it counts for: whoever signed, or the one they stand in for.

    raises: limits that it agrees to raise for this request, by a budget's scope, in `month`.
    """

    user: str
    authority: str
    at: datetime
    kind: SignatureKind = "approver"
    reason: str = ""
    month: str = ""
    raises: Mapping[str, int] = field(default_factory=dict)

    def covers(self, raises: Mapping[str, int], month: str) -> bool:
        """Whether it agrees to budgets at least this high."""
        if not raises:
            return True
        return self.month == month and all(self.raises.get(scope, 0) >= limit for scope, limit in raises.items())


@dataclass(frozen=True, slots=True)
class ApproverChoice:
    """What an approver chose. wants_direct: None leaves it to the workspace's rule. until: the stand-in's last day."""

    user: str
    wants_direct: bool | None = None
    stand_in: str | None = None
    until: date | None = None

    def standing_in(self, today: date) -> str | None:
        return self.stand_in if self.stand_in and self.until is not None and today <= self.until else None
