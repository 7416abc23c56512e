"""A round that was paid for no longer changes; the next one starts with its texts and choices."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.features.datasets.files.read_source import ReadSource
from bot.features.datasets.files.sources import SourceFacts
from bot.features.datasets.filters.shelf import Shelf
from bot.features.datasets.report.choosing import ChooseFix, UndoFix
from bot.features.datasets.report.prepare_round import was_undone
from bot.features.datasets.usecase import OpenDataset
from pipeline import catalogue
from pipeline.domain.documents import Filters
from pipeline.domain.preparing import FileFacts, FileRead
from pipeline.domain.voices import NewSource, NewVoice, RecipeStep, Round, StepId, fold_steps
from pipeline.domain.work import WorkItem
from pipeline.errors import RoundLocked
from storage.database import SqlDatabase
from storage.work_queue import SqlWorkQueue
from tests.fakes.databases import migrated_engine

NOW = datetime(2026, 11, 21, tzinfo=UTC)
VOICE = NewVoice("T1", "founder", "generation", "public", "U0OWNER", "U0STEWARD", "C1", "", "")


def now() -> datetime:
    return NOW


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqlDatabase]:
    engine = migrated_engine(tmp_path / "test.sqlite3")
    yield SqlDatabase(engine, 1_000_000)
    await engine.dispose()


async def opened(db: SqlDatabase, filters: Filters | None = None) -> Round:
    open_dataset = OpenDataset(db, now, "https://sandbox.slack.com/", lambda *_: None)
    found = await open_dataset("T1", "U0STEWARD", "founder", filters)
    async with db.read() as tx:
        return await tx.rounds.by_id(found.round_id)


async def paid_round(db: SqlDatabase) -> Round:
    """One read file, one fix accepted and one taken back; then locked, as an approval does."""
    async with db.begin() as tx:
        await tx.voices.add(VOICE, now=NOW)
    round_ = await opened(db, Filters(author="mara"))
    async with db.begin() as tx:
        new = NewSource("T1", round_.voice_id, round_.round_id, "a.xml", 9, "slack_file", "U0STEWARD", "F1", "ab" * 32)
        source = await tx.sources.add(new, now=NOW)
        await tx.sources.update(source.source_id, state="read", sha256="ab" * 32, documents=7)
    await ChooseFix(db, now)(round_.round_id, "U0STEWARD", ["link", "series"], "fix")
    await UndoFix(db, now)(round_.round_id, "U0STEWARD", "series")
    async with db.begin() as tx:
        await tx.rounds.lock(round_.round_id)
    return round_


async def test_a_paid_round_takes_no_more_choices(db: SqlDatabase) -> None:
    round_ = await paid_round(db)
    with pytest.raises(RoundLocked):
        await UndoFix(db, now)(round_.round_id, "U0STEWARD", "link")
    with pytest.raises(RoundLocked):
        await ChooseFix(db, now)(round_.round_id, "U0STEWARD", ["email"], "fix")
    async with db.read() as tx:
        assert (await tx.rounds.by_id(round_.round_id)).revision == 4


async def test_the_next_round_starts_with_the_same_texts_and_choices(db: SqlDatabase) -> None:
    before = await paid_round(db)
    after = await opened(db)
    assert (after.number, await opened(db)) == (2, after)
    async with db.read() as tx:
        (copied,) = await tx.sources.of_round(after.round_id)
        recipe = fold_steps(await tx.recipe_steps.of_round(after.round_id), start=Filters())
        assert (copied.state, copied.sha256, copied.documents) == ("read", "ab" * 32, 7)
        assert (recipe.filters.author, dict(recipe.choices)) == ("mara", {"link": "fix"})
        assert len(await tx.sources.of_round(before.round_id)) == 1


@dataclass(frozen=True, slots=True)
class Outside:
    """Readers and people that a file already fetched and read needs none of; blobs are kept in memory."""

    blobs: dict[str, bytes] = field(default_factory=dict)

    async def put(self, content: bytes) -> str:
        self.blobs["ef" * 32] = content
        return "ef" * 32

    async def get(self, sha256: str) -> bytes:
        return self.blobs[sha256]

    def name(self, user: str) -> str:
        return user


async def test_a_file_read_after_the_approval_waits_for_the_next_round(db: SqlDatabase) -> None:
    before = await paid_round(db)
    async with db.begin() as tx:
        new = NewSource("T1", before.voice_id, before.round_id, "late.xml", 9, "slack_file", "U0STEWARD", "F2")
        late = await tx.sources.add(new, now=NOW)
        revision = (await tx.rounds.by_id(before.round_id)).revision
        await tx.work.enqueue("read-source", late.source_id, "T1", run_at=NOW)
    item = await claimed(db, "read-source")
    outside: Any = Outside()
    step = ReadSource(db, outside, outside, outside, outside, now, SourceFacts(db, Shelf(db, outside)))
    read = FileRead(FileFacts(documents=3), catalogue.stored([], file_format="wxr", left_out={}))
    await step.count_in(item, replace(late, sha256="cd" * 32), read)
    async with db.read() as tx:
        assert (await tx.rounds.by_id(before.round_id)).revision == revision
    after = await opened(db)
    async with db.read() as tx:
        assert [one.name for one in await tx.sources.of_round(after.round_id)] == ["a.xml", "late.xml"]


async def claimed(db: SqlDatabase, kind: str) -> WorkItem:
    queue = SqlWorkQueue(db.engine)
    while (item := await queue.claim("test", now=NOW, lease_s=60)) is not None:
        if item.kind == kind:
            return item
    raise AssertionError(kind)


async def test_it_is_known_whether_a_choice_was_taken_back_or_the_texts_changed(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        await tx.voices.add(VOICE, now=NOW)
    round_ = await opened(db)
    new = NewSource("T1", round_.voice_id, round_.round_id, "a.xml", 9, "slack_file", "U0STEWARD", "F1", "ab" * 32)
    async with db.begin() as tx:
        await tx.sources.add(new, now=NOW)
        assert not await was_undone(tx, round_)
        step = RecipeStep(StepId(0), round_.round_id, "U0STEWARD", NOW, rule="link", choice="fix")
        made = await tx.recipe_steps.append(step)
        await tx.recipe_steps.undo(made.step_id, at=NOW + timedelta(hours=1))
        assert await was_undone(tx, round_)
        await tx.sources.add(replace(new, name="b.xml", sha256="cd" * 32), now=NOW + timedelta(hours=2))
        assert not await was_undone(tx, round_)
