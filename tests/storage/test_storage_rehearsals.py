"""A set of rows has one rehearsal; an override belongs to what was found when it was given."""

from dataclasses import replace
from datetime import timedelta

import pytest
from storage_seeds import NOW, TEAM, add_dataset

from pipeline.domain.rehearsals import RehearsalRecord
from pipeline.domain.voices import Dataset
from storage.database import SqlDatabase

LATER = NOW + timedelta(days=1)
LINK = {"rule": "link", "share": 0.31, "drafts": 0.9, "texts": 158, "of_texts": 160}


def refused(dataset: Dataset) -> RehearsalRecord:
    return RehearsalRecord(TEAM, dataset.dataset_id, dataset.facts.content_hash, "refuse", (LINK,), "ab" * 32, NOW)


async def test_a_rehearsal_comes_back_equal_and_one_per_set_of_rows(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        first = await add_dataset(tx)
        second = replace(first, facts=replace(first.facts, content_hash="other"))
        assert await tx.rehearsals.of_dataset(first) is None
        assert await tx.rehearsals.record(refused(first)) == refused(first)
        assert await tx.rehearsals.of_dataset(first) == refused(first)
        assert await tx.rehearsals.of_dataset(second) is None
        elsewhere = replace(first, facts=replace(first.facts, team_id="T2"))
        assert await tx.rehearsals.of_dataset(elsewhere) is None
        passed = replace(refused(first), verdict="pass", problems=(), rehearsed_at=LATER)
        assert await tx.rehearsals.record(passed) == passed == await tx.rehearsals.of_dataset(first)
        same_rows = await add_dataset(tx)
        assert await tx.rehearsals.of_dataset(same_rows) == passed


async def test_the_first_override_wins_and_outlives_a_repetition(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        dataset = await add_dataset(tx)
        stored = await tx.rehearsals.record(refused(dataset))
        assert not stored.lets_pay
        assert await tx.rehearsals.override(dataset, by="U1", reason="links are the point", at=LATER)
        assert not await tx.rehearsals.override(dataset, by="U2", reason="me too", at=LATER)
        again = await tx.rehearsals.record(replace(refused(dataset), rehearsed_at=LATER))
    assert (again.overridden_by, again.override_reason, again.overridden_at) == ("U1", "links are the point", LATER)
    assert again.lets_pay


async def test_an_override_ends_when_something_else_is_found(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        dataset = await add_dataset(tx)
        await tx.rehearsals.record(refused(dataset))
        await tx.rehearsals.override(dataset, by="U1", reason="links are the point", at=NOW)
        worse = replace(refused(dataset), problems=(LINK, LINK | {"rule": "markup"}))
        assert await tx.rehearsals.record(worse) == worse
    assert not worse.lets_pay


@pytest.mark.parametrize("verdict", ["pass", None])
async def test_what_passed_or_was_never_rehearsed_is_not_overridden(db: SqlDatabase, verdict: str | None) -> None:
    async with db.begin() as tx:
        dataset = await add_dataset(tx)
        if verdict is not None:
            await tx.rehearsals.record(replace(refused(dataset), verdict="pass", problems=()))
        assert not await tx.rehearsals.override(dataset, by="U1", reason="why not", at=NOW)
