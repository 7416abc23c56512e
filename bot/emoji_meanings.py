"""What emoji mean in a workspace: as everywhere, or as its admins say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pipeline.ports import Database, Transaction
from pipeline.verdicts import MEANINGS, Meaning, read_meanings

FRESH_FOR: Final = timedelta(seconds=5)  # emoji come 200 a second; a new map may take so long to be noticed


async def meanings_in_force(tx: Transaction, team_id: str) -> Mapping[str, Meaning]:
    stored = await tx.emoji_maps.of_team(team_id)
    return MEANINGS if stored is None else read_meanings(stored)


@dataclass(frozen=True, slots=True)
class KnownMeanings:
    """The same, read at most once in FRESH_FOR for each workspace."""

    known: dict[str, tuple[datetime, Mapping[str, Meaning]]] = field(default_factory=dict)

    async def of(self, database: Database, team_id: str, *, now: datetime) -> Mapping[str, Meaning]:
        read_at, meanings = self.known.get(team_id, (None, MEANINGS))
        if read_at is None or now - read_at >= FRESH_FOR:
            async with database.read() as tx:
                meanings = await meanings_in_force(tx, team_id)
            self.known[team_id] = (now, meanings)
        return meanings
