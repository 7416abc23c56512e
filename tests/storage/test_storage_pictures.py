"""Pictures come back in order; what Slack has already is not uploaded again."""

from dataclasses import replace

from storage_seeds import TEAM, add_dataset

from pipeline.domain.pictures import StoredPicture
from storage.database import SqlDatabase


async def test_a_new_drawing_keeps_the_uploads_of_equal_bytes(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        dataset_id, other = (await add_dataset(tx)).dataset_id, (await add_dataset(tx)).dataset_id
        months = StoredPicture(TEAM, dataset_id, "months", "Texts per month", "Bar chart.", "aa", "r1")
        lengths = replace(months, name="lengths", blob="bb")
        await tx.pictures.drawn(dataset_id, [months, lengths])
        await tx.pictures.drawn(other, [replace(months, dataset_id=other)])
        await tx.pictures.uploaded(dataset_id, "months", "F1")
        await tx.pictures.uploaded(dataset_id, "lengths", "F2")
        assert [one.slack_file_id for one in await tx.pictures.of_dataset(dataset_id)] == ["F1", "F2"]
        again = [replace(months, report_blob="r2"), replace(lengths, blob="cc", report_blob="r2")]
        await tx.pictures.drawn(dataset_id, again)
        assert await tx.pictures.of_dataset(dataset_id) == [replace(again[0], slack_file_id="F1"), again[1]]
        assert [one.slack_file_id for one in await tx.pictures.of_dataset(other)] == [None]


async def test_a_file_that_slack_lost_is_to_be_uploaded_again(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        dataset_id = (await add_dataset(tx)).dataset_id
        await tx.pictures.drawn(dataset_id, [StoredPicture(TEAM, dataset_id, "months", "", "", "aa", "r", "ignored")])
        assert [one.slack_file_id for one in await tx.pictures.of_dataset(dataset_id)] == [None]
        await tx.pictures.uploaded(dataset_id, "months", "F1")
        await tx.pictures.uploaded(dataset_id, "months", None)
        assert [one.slack_file_id for one in await tx.pictures.of_dataset(dataset_id)] == [None]
