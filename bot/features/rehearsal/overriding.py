"""To pay although the rehearsal says no: the steward says why, and the approver and the audit log see it."""

import json
from dataclasses import dataclass
from typing import Final

from bot.features.rehearsal.usecase import say_report
from bot.lookup import only_steward, stands
from pipeline.domain.rehearsals import RehearsalRecord
from pipeline.domain.voices import Dataset, DatasetId, Round
from pipeline.domain.work import AuditEntry
from pipeline.errors import NothingToOverride
from pipeline.ports import ArtifactStore, Clock, Database, Transaction

OVERRIDDEN: Final = "rehearsal.overridden"


@dataclass(frozen=True, slots=True)
class Override:
    team_id: str
    user: str
    dataset_id: DatasetId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """A rehearsal that closes payment for the texts its round stands at."""

    known: RehearsalRecord
    dataset: Dataset
    round: Round


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
            shown = (await closed_one(tx, override)).known.shown_blob
        facts = json.loads(await self.artifacts.get(shown))["facts"]
        now = self.clock()
        async with self.database.begin() as tx:
            closed = await closed_one(tx, override)
            reason = override.reason
            await tx.rehearsals.override(closed.dataset, by=override.user, reason=reason, at=now)
            known = await tx.rehearsals.of_dataset(closed.dataset)
            if known is None or known.shown_blob != shown:  # rehearsed anew this moment: its report is read first
                raise NothingToOverride
            await say_report(tx, known, closed.dataset, closed.round, facts)
            content_hash = closed.dataset.facts.content_hash
            before, after = {"verdict": known.verdict}, {"reason": reason}
            entry = AuditEntry(override.team_id, override.user, OVERRIDDEN, content_hash, before, after)
            await tx.audit.record(entry, now=now)


async def closed_one(tx: Transaction, override: Override) -> Closed:
    dataset = await tx.datasets.by_id(override.dataset_id)
    if dataset.facts.team_id != override.team_id:
        raise NothingToOverride
    round_ = await tx.rounds.by_id(dataset.facts.round_id)
    only_steward(await tx.voices.by_id(round_.voice_id), override.user)
    known = await tx.rehearsals.of_dataset(dataset)
    if known is None or known.lets_pay or round_.state != "open" or not await stands(tx, dataset, round_):
        raise NothingToOverride
    return Closed(known, dataset, round_)
