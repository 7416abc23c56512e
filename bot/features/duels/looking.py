"""What is looked up about a duel: the briefs that were lost, the same pairing again, whether a message is a bout."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.features.duels.usecase import CheckDuel, Pairing, Side
from pipeline.domain.duels import DuelId
from pipeline.duels import counted, outcome, tally_of
from pipeline.errors import DuelClosed
from pipeline.ports import Clock, Database

REMEMBERED: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class FindBout:
    """Whether a message shows two texts that are voted on now.

    Asked about every emoji: workspaces without an open duel are remembered for a moment, until when by team.
    """

    database: Database
    clock: Clock
    without: dict[str, datetime] = field(default_factory=dict)

    async def __call__(self, team_id: str, channel_id: str, ts: str) -> bool:
        now = self.clock()
        if now < self.without.get(team_id, now):
            return False
        async with self.database.read() as tx:
            if not await tx.duels.any_open(team_id):
                self.without[team_id] = now + REMEMBERED
                return False
            key = await tx.outbox.key_at(team_id, channel_id, ts)
        return key is not None and key.startswith("duel:") and ":bout:" in key


@dataclass(frozen=True, slots=True)
class LostBriefs:
    """Briefs on which the loser got fewer votes, the worst first, with both counts. Raises DuelClosed."""

    database: Database

    async def __call__(self, duel_id: DuelId, team_id: str) -> list[tuple[str, int, int]]:
        async with self.database.read() as tx:
            duel = await tx.duels.by_id(duel_id)
        if duel.facts.team_id != team_id or duel.state != "closed":
            raise DuelClosed
        is_lost, votes, found = outcome(duel).verdict == "lost", counted(duel), []
        for bout in duel.bouts:
            tally = tally_of(vote for vote in votes if vote.number == bout.number)
            mine, theirs = (tally.won, tally.lost) if is_lost else (tally.lost, tally.won)
            if mine < theirs:
                found.append((bout.brief, mine, theirs))
        return sorted(found, key=lambda each: each[1] - each[2])


@dataclass(frozen=True, slots=True)
class RepeatDuel:
    """The pairing of an earlier duel. Raises DuelClosed, and what CheckDuel raises."""

    database: Database
    check: CheckDuel

    async def __call__(self, duel_id: DuelId, team_id: str, user: str) -> Pairing:
        async with self.database.read() as tx:
            duel = await tx.duels.by_id(duel_id)
            if duel.facts.team_id != team_id:
                raise DuelClosed
            voice = await tx.voices.by_id(duel.facts.voice_id)
            models = [await tx.voice_models.by_id(each) for each in (duel.facts.one, duel.facts.other)]
        sides = [Side(model.version, is_plain=model.version == 0) for model in models]
        pairing = Pairing(voice.handle, *sides)
        await self.check(team_id, user, pairing)
        return pairing
