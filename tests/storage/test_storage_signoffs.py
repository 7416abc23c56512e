"""An editor is asked once per dataset; answers stay when only a text left out by hand changed the round."""

from dataclasses import replace
from datetime import timedelta

from storage_seeds import NOW, TEAM, add_dataset

from pipeline.domain.documents import DocumentId
from pipeline.domain.signoffs import NewSignoff, Signoff, SignoffRow
from pipeline.domain.voices import Dataset
from pipeline.ports import Transaction
from storage.database import SqlDatabase

LATER = NOW + timedelta(days=1)
ROWS = [SignoffRow(n, DocumentId(f"a.csv\n{n}"), f"Title {n}", "Write.", "Once …", "ab" * 32) for n in (1, 2, 3)]


def new(dataset: Dataset, editor: str = "UEDITOR", revision: int = 4) -> NewSignoff:
    facts = dataset.facts
    return NewSignoff(TEAM, facts.voice_id, facts.round_id, dataset.dataset_id, revision, editor, "USTEWARD")


async def asked(tx: Transaction, of: NewSignoff) -> Signoff:
    signoff = await tx.signoffs.ask(of, now=NOW)
    assert signoff is not None
    return signoff


async def test_an_editor_is_asked_once_for_a_dataset(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        dataset, other = await add_dataset(tx), await add_dataset(tx)
        first = await asked(tx, new(dataset))
        assert await tx.signoffs.ask(replace(new(dataset), revision=9), now=LATER) is None
        second = await asked(tx, new(dataset, "UOTHER"))
        await asked(tx, new(other))
        assert await tx.signoffs.by_id(first.signoff_id) == first == Signoff(first.signoff_id, new(dataset), NOW, ())
        assert await tx.signoffs.of_round(dataset.facts.round_id) == [first, second]


async def test_rows_are_filled_once_and_seen_as_last_said(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        signoff_id = (await asked(tx, new(await add_dataset(tx)))).signoff_id
        await tx.signoff_rows.fill(signoff_id, ROWS[:2])
        assert await tx.signoff_rows.see(signoff_id, 1, "kept", at=NOW)
        await tx.signoff_rows.fill(signoff_id, [replace(row, title="Another") for row in ROWS])
        assert not await tx.signoff_rows.see(signoff_id, 1, "kept", at=LATER)
        assert await tx.signoff_rows.see(signoff_id, 2, "kept", at=NOW)
        assert await tx.signoff_rows.see(signoff_id, 2, "left-out", at=LATER)
        assert not await tx.signoff_rows.see(signoff_id, 99, "kept", at=LATER)
        signoff = await tx.signoffs.by_id(signoff_id)
    kept, left_out = replace(ROWS[0], sight="kept", seen_at=NOW), replace(ROWS[1], sight="left-out", seen_at=LATER)
    assert signoff.rows == (kept, left_out, replace(ROWS[2], title="Another"))
    assert (signoff.seen, signoff.kept) == (2, 1)


async def test_only_looks_of_the_revision_just_before_are_carried(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        dataset, other = await add_dataset(tx), await add_dataset(tx)
        for number, editor in enumerate(("UA", "UB", "UC"), start=3):
            await asked(tx, new(dataset, editor, revision=number))
        elsewhere = await asked(tx, new(other, revision=4))
        await tx.signoffs.carry(dataset.facts.round_id, to_revision=5)
        assert [one.facts.revision for one in await tx.signoffs.of_round(dataset.facts.round_id)] == [3, 5, 5]
        assert (await tx.signoffs.by_id(elsewhere.signoff_id)).facts.revision == 4
