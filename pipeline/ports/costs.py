"""What estimates are made from, besides the operator's file."""

from datetime import datetime
from fractions import Fraction
from typing import Protocol

from pipeline.domain.preflights import Preflight, ProviderStanding
from pipeline.domain.spending import PastRun, Price


class PastRuns(Protocol):
    async def newest(self, team_id: str, provider: str, *, most: int) -> list[PastRun]:
        """Finished runs that the provider told its bill of, newest first."""
        ...

    async def tokens_per_s(self, team_id: str, provider: str, base: str, *, most: int) -> list[Fraction]:
        """How fast finished runs were trained on examples, newest first, by our own count of their tokens."""
        ...


class Preflights(Protocol):
    """What providers answered before money, by base."""

    async def record(self, preflight: Preflight) -> None:
        """In place of the last answer about the same base."""
        ...

    async def of_team(self, team_id: str) -> list[Preflight]: ...


class Eligibility(Protocol):
    async def standing(self, provider: str, base: str) -> ProviderStanding:
        """Asks the provider; costs nothing. Raises ProviderError, where ProviderUnavailable means ask later."""
        ...


class EnteredPrices(Protocol):
    """Prices that approvers of a workspace entered. Rows are added, never changed."""

    async def add(self, team_id: str, price: Price, *, by: str, now: datetime) -> None: ...

    async def newest(self, team_id: str) -> list[Price]:
        """The last one of each base at each provider; without how the provider bills, which only the file says."""
        ...
