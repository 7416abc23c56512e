"""Sending that is cut off begins again with the same texts; who left can neither be asked nor answer."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.comparing import picked
from bot.features.signoff.sending import SendTexts
from bot.features.signoff.usecase import AskEditor, LookAtRow, Place
from pipeline import origins
from pipeline.domain.documents import DocumentId, ExampleId, Filters, Recipe
from pipeline.domain.origins import Fate, Making, RowsFor
from pipeline.domain.signoffs import Picked, SignoffId
from pipeline.domain.voices import NewDataset, NewVoice, RoundId
from pipeline.domain.work import WorkItem
from pipeline.errors import CannotBeEditor
from storage.artifacts import FsspecArtifacts
from storage.database import SqlDatabase
from storage.work_queue import SqlWorkQueue
from tests.fakes.databases import migrated_engine

NOW = datetime(2026, 11, 21, tzinfo=UTC)
VOICE = NewVoice("T1", "founder", "generation", "public", "U0OWNER", "U0STEWARD", "C1", "", "")
SECONDS = count()
MAKING = Making(Recipe(Filters()), (), RowsFor("", "o200k_base", True, 8192), "1", "h")


def now() -> datetime:
    return NOW


@dataclass(slots=True)
class People:
    gone: set[str] = field(default_factory=set)

    def approvers(self, team_id: str) -> tuple[str, ...]:  # noqa: ARG002  # the port has this shape
        return ()

    def is_active(self, team_id: str, user: str) -> bool:  # noqa: ARG002  # the port has this shape
        return user not in self.gone

    def is_guest(self, team_id: str, user: str) -> bool:  # noqa: ARG002  # the port has this shape
        return False

    def name(self, user: str) -> str:
        return user


@dataclass(slots=True)
class CutOff:
    """Picks, and falls over the first time, after everything it had to do."""

    picks: list[tuple[Picked, ...]] = field(default_factory=list)

    async def pick(self, blobs: Sequence[bytes]) -> tuple[Picked, ...]:
        self.picks.append(picked(tuple(blobs)))
        if len(self.picks) == 1:
            raise ConnectionResetError
        return self.picks[-1]


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqlDatabase]:
    engine = migrated_engine(tmp_path / "test.sqlite3")
    yield SqlDatabase(engine, 1_000_000)
    await engine.dispose()


async def prepared_round(db: SqlDatabase, artifacts: FsspecArtifacts) -> RoundId:
    keys = [DocumentId(f"a.csv\n{n}") for n in range(20)]
    fates = origins.fates_bytes(Fate(key, key, None, ExampleId(key), "train", 1, 1) for key in keys)
    said = [[("user", "Write."), ("assistant", f"Text {key}")] for key in keys]
    rows = [{"messages": [{"role": role, "content": words} for role, words in one]} for one in said]
    train = await artifacts.put("\n".join(map(json.dumps, rows)).encode())
    nothing = await artifacts.put(b"")
    making, of_documents = await artifacts.put(origins.making_bytes(MAKING)), await artifacts.put(fates)
    async with db.begin() as tx:
        voice = await tx.voices.add(VOICE, now=NOW)
        round_ = await tx.rounds.open_for(voice, channel_id="C1", now=NOW)
        blobs = (train, nothing, nothing, nothing)
        facts = NewDataset(
            "T1", voice.voice_id, round_.round_id, "h", *blobs, 20, 20, 20, 20, 20, 20, 20, (), making, of_documents
        )
        dataset = await tx.datasets.add(facts, now=NOW)
        await tx.rounds.prepared(round_.round_id, revision=0, dataset_id=dataset.dataset_id)
    return round_.round_id


async def claimed(db: SqlDatabase) -> WorkItem:
    item = await SqlWorkQueue(db.engine).claim("test", now=NOW + timedelta(seconds=next(SECONDS)), lease_s=0)
    assert item is not None
    return item


async def test_cut_off_while_sending_the_same_texts_are_sent_once(db: SqlDatabase, tmp_path: Path) -> None:
    artifacts, people, picker = FsspecArtifacts(str(tmp_path / "artifacts")), People(), CutOff()
    round_id = await prepared_round(db, artifacts)
    await AskEditor(db, people, now)(round_id, "T1", "U0STEWARD", "U0EDITOR")
    send = SendTexts(db, artifacts, picker, people)
    with pytest.raises(ConnectionResetError):
        await send(await claimed(db))
    await send(await claimed(db))
    async with db.read() as tx:
        (signoff,) = await tx.signoffs.of_round(round_id)
    assert [row.key for row in signoff.rows] == [one.key for one in picker.picks[0]]
    assert len(signoff.rows) == 10


async def test_somebody_who_left_is_not_asked_and_cannot_answer(db: SqlDatabase, tmp_path: Path) -> None:
    artifacts, people, picker = FsspecArtifacts(str(tmp_path / "artifacts")), People(), CutOff()
    picker.picks.append(())
    round_id = await prepared_round(db, artifacts)
    await AskEditor(db, people, now)(round_id, "T1", "U0STEWARD", "U0EDITOR")
    await SendTexts(db, artifacts, picker, people)(await claimed(db))
    people.gone.add("U0EDITOR")
    with pytest.raises(CannotBeEditor):
        await LookAtRow(db, people, now)(Place(SignoffId(1), 1), "T1", "U0EDITOR", "kept")
    with pytest.raises(CannotBeEditor):
        await AskEditor(db, people, now)(round_id, "T1", "U0STEWARD", "U0EDITOR")
    async with db.read() as tx:
        assert (await tx.signoffs.by_id(SignoffId(1))).seen == 0
