"""To pay although the rehearsal says no: the steward says why, and the approver and the audit log see it."""

import json
from dataclasses import dataclass
from typing import Final

from bot.features.rehearsal.usecase import say_report
from bot.overriding import Override, Stopped, stopped
from pipeline.domain.rehearsals import RehearsalRecord
from pipeline.domain.work import AuditEntry
from pipeline.errors import NothingToOverride
from pipeline.ports import ArtifactStore, Clock, Database, Transaction

OVERRIDDEN: Final = "rehearsal.overridden"


@dataclass(frozen=True, slots=True)
class CheckOverride:
    """Before the form for a reason is shown. Raises NotSteward, NothingToOverride."""

    database: Database

    async def __call__(self, override: Override) -> None:
        async with self.database.read() as tx:
            await closed_one(tx, override)


@dataclass(frozen=True, slots=True)
class OverrideRehearsal:
    """Raises NotSteward, NothingToOverride."""

    database: Database
    artifacts: ArtifactStore
    clock: Clock

    async def __call__(self, override: Override) -> None:
        async with self.database.read() as tx:
            _, known = await closed_one(tx, override)
        facts = json.loads(await self.artifacts.get(known.shown_blob))["facts"]
        now = self.clock()
        async with self.database.begin() as tx:
            closed, _ = await closed_one(tx, override)
            reason = override.reason
            await tx.rehearsals.override(closed.dataset, by=override.user, reason=reason, at=now)
            after_it = await tx.rehearsals.of_dataset(closed.dataset)
            if after_it is None or after_it.shown_blob != known.shown_blob:  # rehearsed anew: its report is read first
                raise NothingToOverride
            await say_report(tx, after_it, closed.dataset, closed.round, facts)
            content_hash = closed.dataset.facts.content_hash
            before, after = {"verdict": known.verdict}, {"reason": reason}
            entry = AuditEntry(override.team_id, override.user, OVERRIDDEN, content_hash, before, after)
            await tx.audit.record(entry, now=now)


async def closed_one(tx: Transaction, override: Override) -> tuple[Stopped, RehearsalRecord]:
    closed = await stopped(tx, override)
    known = await tx.rehearsals.of_dataset(closed.dataset)
    if known is None or known.lets_pay:
        raise NothingToOverride
    return closed, known
