"""Duels between versions of a voice."""

from datetime import datetime
from typing import Protocol

from pipeline.domain.duels import Choice, Duel, DuelId, DuelState, DuelText, DuelTextId, NewDuel
from pipeline.domain.voices import VoiceId


class Duels(Protocol):
    async def start(self, new: NewDuel, *, now: datetime) -> Duel | None:
        """Holds the money with it; None when the month's limit would be passed."""
        ...

    async def by_id(self, duel_id: DuelId) -> Duel:
        """Locked against change by others when this transaction may write."""
        ...

    async def of_voice(self, voice_id: VoiceId) -> list[Duel]:
        """Oldest first."""
        ...

    async def any_open(self, team_id: str) -> bool:
        """Whether anything is voted on in the workspace."""
        ...

    async def end(
        self,
        duel: Duel,
        state: DuelState,
        *,
        bill_microusd: int | None = None,
        failure: str | None = None,
        closed_at: datetime | None = None,
    ) -> bool:
        """Compare-and-set from the state that was read. bill_microusd: settles the money that was held."""
        ...

    async def extend(self, duel: Duel, *, closes_at: datetime) -> None:
        """Open again, until then."""
        ...


class DuelTexts(Protocol):
    async def duel_of(self, text_id: DuelTextId) -> DuelId: ...

    async def update(self, text: DuelText) -> None:
        """Write what may change of it. Fenced by the work item of the same transaction."""
        ...


class DuelVotes(Protocol):
    async def give(self, duel: Duel, voter: str, number: int, choice: Choice, *, at: datetime) -> None:
        """The newest vote stands."""
        ...
