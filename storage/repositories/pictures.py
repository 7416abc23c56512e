"""Pictures of datasets."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.pictures import StoredPicture
from pipeline.domain.voices import DatasetId
from storage.rows import insert_new
from storage.tables import PictureRow


@dataclass(frozen=True, slots=True)
class SqlPictures:
    session: AsyncSession

    async def drawn(self, pictures: Sequence[StoredPicture]) -> None:
        for picture in pictures:
            await insert_new(self.session, PictureRow, **asdict(picture))

    async def of_dataset(self, dataset_id: DatasetId) -> list[StoredPicture]:
        rows = select(PictureRow).where(col(PictureRow.dataset_id) == dataset_id).order_by(col(PictureRow.id))
        return [_picture(row) for row in await self.session.exec(rows)]

    async def uploaded(self, dataset_id: DatasetId, name: str, slack_file_id: str | None) -> None:
        one = (col(PictureRow.dataset_id) == dataset_id, col(PictureRow.name) == name)
        await self.session.exec(update(PictureRow).where(*one).values(slack_file_id=slack_file_id))


def _picture(row: PictureRow) -> StoredPicture:
    return StoredPicture(
        team_id=row.team_id,
        dataset_id=DatasetId(row.dataset_id),
        name=row.name,
        alt=row.alt,
        blob=row.blob,
        slack_file_id=row.slack_file_id,
    )
