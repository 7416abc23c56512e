"""People vote, in secret and as often as they like until the end."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.features.duels.sayings import is_complete, say_duel
from bot.lookup import only_collecting
from pipeline.domain.duels import Choice, Duel, DuelId
from pipeline.duels import Side, contender_at
from pipeline.errors import DuelClosed, NotAVoter
from pipeline.ports import Clock, Database, Transaction

Pressed = Literal["A", "B", "equal", "bad"]


@dataclass(frozen=True, slots=True)
class Spot:
    """One brief of a duel."""

    duel_id: DuelId
    number: int


@dataclass(frozen=True, slots=True)
class Voted:
    """place: of the brief among those shown."""

    pressed: Pressed
    place: int
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class CastVote:
    """The newest vote stands until the end. Raises NotAVoter, DuelClosed, ConsentWithdrawn."""

    database: Database
    clock: Clock

    async def __call__(self, spot: Spot, team_id: str, user: str, pressed: Pressed) -> Voted:
        now = self.clock()
        async with self.database.begin() as tx:
            duel = await open_duel(tx, spot, team_id, user, now)
            voice = await tx.voices.by_id(duel.facts.voice_id)
            await only_collecting(tx, voice)
            was_complete = is_complete(duel)
            await tx.duel_votes.give(duel, user, spot.number, meant(spot, pressed), at=now)
            duel = await tx.duels.by_id(duel.duel_id)
            if is_complete(duel) and not was_complete:
                await say_duel(tx, duel, voice)
        places = [bout.number for bout in duel.bouts]
        return Voted(pressed, places.index(spot.number) + 1, duel.closes_at)


def meant(spot: Spot, pressed: Pressed) -> Choice:
    sides: dict[Pressed, Side] = {"A": "A", "B": "B"}
    if pressed in sides:
        return contender_at(spot.duel_id, spot.number, sides[pressed])
    return "equal" if pressed == "equal" else "bad"


async def open_duel(tx: Transaction, spot: Spot, team_id: str, user: str, now: datetime) -> Duel:
    duel = await tx.duels.by_id(spot.duel_id)
    if duel.facts.team_id != team_id or user not in duel.facts.voters:
        raise NotAVoter(duel.facts.voters if duel.facts.team_id == team_id else ())
    if duel.state != "open" or now >= duel.closes_at or spot.number not in [one.number for one in duel.bouts]:
        raise DuelClosed
    return duel
