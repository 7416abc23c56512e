"""Pictures come back in order; what Slack has already is not uploaded again."""

from dataclasses import replace

from storage_seeds import TEAM, add_dataset

from pipeline.domain.pictures import StoredPicture
from storage.database import SqlDatabase


async def test_a_picture_is_drawn_once_and_keeps_its_upload(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        dataset_id, other = (await add_dataset(tx)).dataset_id, (await add_dataset(tx)).dataset_id
        months = StoredPicture(TEAM, dataset_id, "months", "Bar chart.", "aa")
        lengths = replace(months, name="lengths", blob="bb")
        await tx.pictures.drawn([months, lengths])
        await tx.pictures.drawn([replace(months, dataset_id=other)])
        await tx.pictures.uploaded(dataset_id, "months", "F1")
        await tx.pictures.drawn([months, lengths])
        assert await tx.pictures.of_dataset(dataset_id) == [replace(months, slack_file_id="F1"), lengths]
        assert [one.slack_file_id for one in await tx.pictures.of_dataset(other)] == [None]


async def test_a_file_that_slack_lost_is_to_be_uploaded_again(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        dataset_id = (await add_dataset(tx)).dataset_id
        await tx.pictures.drawn([StoredPicture(TEAM, dataset_id, "months", "", "aa", "F1")])
        await tx.pictures.uploaded(dataset_id, "months", None)
        assert [one.slack_file_id for one in await tx.pictures.of_dataset(dataset_id)] == [None]
