"""What each emoji means, looked at and changed by an admin; drafts' emoji are then read again under the new map."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.emoji_meanings import meanings_in_force
from bot.features.admin.usecase import CheckAdmin
from pipeline.domain.work import AuditEntry
from pipeline.ports import Clock, Database
from pipeline.verdicts import Meaning, written_meanings


@dataclass(frozen=True, slots=True)
class LookAtEmoji:
    """Raises NotAdmin."""

    database: Database
    check: CheckAdmin

    async def __call__(self, team_id: str, user: str) -> Mapping[str, Meaning]:
        await self.check(team_id, user)
        async with self.database.read() as tx:
            return await meanings_in_force(tx, team_id)


@dataclass(frozen=True, slots=True)
class ChangeEmoji:
    """Rounds that took feedback in keep the map of that day. Raises NotAdmin."""

    database: Database
    check: CheckAdmin
    clock: Clock

    async def __call__(self, team_id: str, user: str, wanted: Mapping[str, Meaning]) -> None:
        await self.check(team_id, user)
        now, after = self.clock(), written_meanings(wanted)
        async with self.database.begin() as tx:
            before = written_meanings(await meanings_in_force(tx, team_id))
            if before == after:
                return
            await tx.emoji_maps.put(team_id, after, by=user, at=now)
            await tx.audit.record(AuditEntry(team_id, user, "emoji.changed", "emoji", before, after), now=now)
            await tx.drafts.forget_sweeps()
            await tx.work.enqueue("sweep", team_id, team_id, run_at=now)
