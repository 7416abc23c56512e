"""Who may say yes to money, by which rules, and what was said."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from pipeline.domain.approvals import ApproverChoice, Budget, RuleName, Signature, SpendRules
from pipeline.domain.spending import SpendRequest, SpendRequestId


class SpendRulesBook(Protocol):
    async def of_team(self, team_id: str) -> SpendRules:
        """Those in force: what an admin set, and for the rest what the settings say."""
        ...

    async def change(self, team_id: str, name: RuleName, value: Any, *, by: str, now: datetime) -> None: ...


class WaitingRequests(Protocol):
    async def of_team(self, team_id: str) -> list[SpendRequest]: ...

    async def lately(self, team_id: str, *, most: int) -> list[SpendRequest]:
        """Those decided last, the newest first."""
        ...

    async def keep(self, request: SpendRequest) -> None:
        """Write answerable_since, reminded_at and direct_copies, while it waits."""
        ...


class Signatures(Protocol):
    async def sign(self, request_id: SpendRequestId, signature: Signature) -> bool:
        """False when this person, or this authority, signed already and agrees to nothing more: nothing changed."""
        ...

    async def of_request(self, request_id: SpendRequestId) -> list[Signature]:
        """Oldest first."""
        ...

    async def count_by_rule(self, team_id: str, day: date, *, most: int) -> bool:
        """Count one approval without a person, by one conditional statement; False when there were `most` already."""
        ...

    async def uncount(self, team_id: str, day: date) -> None:
        """In the transaction that counted: the approval did not come about."""
        ...


class Approvers(Protocol):
    """What approvers chose for themselves; who is one, the rules say."""

    async def of_team(self, team_id: str) -> list[ApproverChoice]: ...

    async def keep(self, team_id: str, choice: ApproverChoice) -> None: ...


class Budgets(Protocol):
    """Of one month, such as "2026-11"."""

    async def of_request(self, request_id: SpendRequestId, month: str) -> list[Budget]:
        """The three that a request must fit."""
        ...

    async def of_team(self, team_id: str, month: str) -> list[Budget]:
        """All that something was held of."""
        ...

    async def raise_to(self, request_id: SpendRequestId, month: str, limits: Mapping[str, int]) -> None:
        """Raise this month's limits, by scope; one that is higher already stays."""
        ...

    async def warn(self, request_id: SpendRequestId, month: str, *, now: datetime) -> list[Budget]:
        """Of the request's budgets those that are mostly used and were not warned of; each is given once a month."""
        ...


class Deciders(Protocol):
    """Who may decide; answered from memory, refreshed on a schedule."""

    def reachable(self, team_id: str, named: Sequence[str]) -> tuple[str, ...]:
        """People among these user ids and members of these user groups who are still there, and no guests."""
        ...

    def admins(self, team_id: str) -> tuple[str, ...]: ...

    def groups(self, team_id: str) -> Mapping[str, str]:
        """User groups: id and name."""
        ...
