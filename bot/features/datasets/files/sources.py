"""What can be done with one file of the dataset: read again, taken out and put back, looked at."""

import asyncio
import json
from dataclasses import asdict, dataclass
from typing import Any

from bot.adding import source_message
from bot.features.datasets.changing import stewards_round
from bot.features.datasets.files.file_facts import read_facts
from bot.features.datasets.filters.shelf import Shelf
from bot.next_round import BOT, changed
from pipeline.catalogue import Catalogue, Entry, heard, matching, selection
from pipeline.domain.documents import Filters
from pipeline.domain.voices import DELETED_IN_SLACK, Round, RoundId, Source, SourceId, fold_steps
from pipeline.domain.work import AuditEntry
from pipeline.ports import Clock, Database, Transaction

SHOWN_ENTRIES = 5


def chosen_facts(source: Source, catalogue: Catalogue, filters: Filters) -> dict[str, Any]:
    """What a file held and what of it belongs to the voice, as JSON values."""
    chosen = selection([heard(catalogue, source.reading.speakers)], filters)
    return read_facts(source) | {
        "state": source.state,
        "format": catalogue.file_format,
        "checked": source.checked_by is not None,
        "withdrawn_by": source.withdrawn_by,
        "kept": chosen.kept,
        "left_out": dict(chosen.left_out),
        "filters": json.loads(json.dumps(asdict(filters), default=str)),
    }


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """chosen_facts of a stored source, counted away from the event loop; None when it was not read yet."""

    database: Database
    shelf: Shelf

    async def of(self, source: Source, filters: Filters | None = None) -> dict[str, Any] | None:
        """filters: None for those in force."""
        if source.catalogue_blob is None:
            return None
        if filters is None:
            async with self.database.read() as tx:
                filters = fold_steps(await tx.recipe_steps.of_round(source.round_id), start=Filters()).filters
        catalogue = await self.shelf.catalogue(source.catalogue_blob)
        return await asyncio.to_thread(chosen_facts, source, catalogue, filters)

    async def of_id(self, source_id: SourceId) -> dict[str, Any]:
        async with self.database.read() as tx:
            source = await tx.sources.by_id(source_id)
        return await self.of(source) or {"state": source.state, "documents": source.documents}


@dataclass(frozen=True, slots=True)
class TakeOut:
    """Leave all texts of a file out, until it is put back. Pressed twice it changes nothing. Raises NotSteward."""

    database: Database
    facts: SourceFacts
    clock: Clock

    async def __call__(self, source_id: SourceId, user: str) -> None:
        facts = await self.facts.of_id(source_id)
        async with self.database.begin() as tx:
            source = await tx.sources.by_id(source_id)
            round_ = await stewards_round(tx, source.round_id, user)
            if source.state == "read":
                await take_out(tx, source, round_, user, facts, self.clock)


@dataclass(frozen=True, slots=True)
class PutFileBack:
    """The file counts again, taken out by a person or by its deletion. Raises NotSteward, RoundLocked."""

    database: Database
    facts: SourceFacts
    clock: Clock

    async def __call__(self, source_id: SourceId, user: str) -> None:
        facts = await self.facts.of_id(source_id)
        async with self.database.begin() as tx:
            source = await tx.sources.by_id(source_id)
            round_ = await stewards_round(tx, source.round_id, user)
            if source.state == "withdrawn" and source.sha256 is not None:
                await tx.sources.update(source_id, state="read")
                await tx.outbox.say(source_message(source, round_, facts | {"state": "read"}))
                await changed(tx, round_, user, "source.put_back", {"source": source_id}, self.clock)


@dataclass(frozen=True, slots=True)
class LoseFile:
    """A file was deleted in Slack: its texts leave the next round, unless the steward keeps them."""

    database: Database
    facts: SourceFacts
    clock: Clock

    async def __call__(self, team_id: str, slack_file_id: str, delivery: str) -> None:
        async with self.database.read() as tx:
            sources = await tx.sources.of_file(team_id, slack_file_id)
        if not sources:
            return
        newest = sources[-1]  # earlier rounds are locked: what was approved does not change
        facts = await self.facts.of_id(newest.source_id)
        async with self.database.begin() as tx:
            if not await tx.deliveries.first_time(delivery, now=self.clock()):
                return
            source = await tx.sources.by_id(newest.source_id)
            if source.state in ("read", "waiting"):
                round_ = await tx.rounds.by_id(source.round_id)
                await take_out(tx, source, round_, DELETED_IN_SLACK, facts, self.clock)


async def take_out(
    tx: Transaction, source: Source, round_: Round, by: str, facts: dict[str, Any], clock: Clock
) -> None:
    """by: a person, or DELETED_IN_SLACK. A locked round keeps its rows; the next one starts without the file."""
    await tx.sources.update(source.source_id, state="withdrawn", withdrawn_by=by)
    await tx.outbox.say(source_message(source, round_, facts | {"state": "withdrawn", "withdrawn_by": by}))
    told = {"source": source.source_id, "documents": source.documents}
    if round_.state == "open":
        await changed(tx, round_, by if by != DELETED_IN_SLACK else BOT, "source.withdrawn", told, clock)
    else:
        entry = AuditEntry(round_.team_id, BOT, "source.withdrawn", round_.card_key, after=told)
        await tx.audit.record(entry, now=clock())


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """Read a file that was refused as a repeat, in place of the one that was read. Raises NotSteward, RoundLocked."""

    database: Database
    clock: Clock

    async def __call__(self, source_id: SourceId, user: str) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            source = await tx.sources.by_id(source_id)
            round_ = await stewards_round(tx, source.round_id, user)
            if source.state != "refused" or source.refusal != "SameFile" or source.sha256 is None:
                return
            before = await tx.sources.same_bytes(round_.round_id, source.sha256)
            if before is not None:
                facts = {"state": "replaced", "documents": before.documents}
                await tx.sources.update(before.source_id, state="withdrawn", withdrawn_by=user)
                await tx.outbox.say(source_message(before, round_, facts))
            await tx.sources.update(source_id, state="waiting")
            await tx.outbox.say(source_message(source, round_, {"state": "waiting", "after": None, "in_front": 0}))
            await tx.work.enqueue("read-source", source_id, source.team_id, run_at=now)
            entry = AuditEntry(source.team_id, user, "source.read_again", round_.card_key, after={"source": source_id})
            await tx.audit.record(entry, now=now)


@dataclass(frozen=True, slots=True)
class ConfirmLetters:
    """Somebody looked at the guessed encoding and found it right; the question goes away. Raises NotSteward."""

    database: Database
    facts: SourceFacts

    async def __call__(self, source_id: SourceId, user: str) -> None:
        facts = await self.facts.of_id(source_id)
        async with self.database.begin() as tx:
            source = await tx.sources.by_id(source_id)
            round_ = await stewards_round(tx, source.round_id, user)
            if source.state == "read":
                await tx.sources.update(source_id, state="read", checked_by=user)
                await tx.outbox.say(source_message(source, round_, facts | {"checked": True}))


@dataclass(frozen=True, slots=True)
class LookInside:
    """A few texts of a file: those that are kept, spread over its whole length. Anybody may look."""

    database: Database
    shelf: Shelf

    async def round_of(self, source_id: SourceId) -> RoundId:
        async with self.database.read() as tx:
            return (await tx.sources.by_id(source_id)).round_id

    async def kept(self, source_id: SourceId) -> list[Entry]:
        async with self.database.read() as tx:
            source = await tx.sources.by_id(source_id)
            filters = fold_steps(await tx.recipe_steps.of_round(source.round_id), start=Filters()).filters
        entries = [entry for one in await self.shelf.of([source]) for entry in matching([one], filters)]
        return spread(entries)

    async def unread(self, source_id: SourceId) -> list[str]:
        """What was wrong with the items that could not be read."""
        async with self.database.read() as tx:
            source = await tx.sources.by_id(source_id)
        return [notice.detail for notice in source.facts.notices if notice.kind == "broken"]


def spread(entries: list[Entry]) -> list[Entry]:
    """The first, the last, and what lies evenly between them."""
    if len(entries) <= SHOWN_ENTRIES:
        return entries
    return [entries[round(n * (len(entries) - 1) / (SHOWN_ENTRIES - 1))] for n in range(SHOWN_ENTRIES)]
