"""Pictures of datasets."""

from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Row


class PictureRow(Row, table=True):
    """One per dataset and name. blob and slack_file_id tell of the texts: they go when those go."""

    __tablename__: ClassVar[str] = "picture"
    __table_args__ = (UniqueConstraint("dataset_id", "name"),)

    dataset_id: int = Field(foreign_key="dataset.id")
    name: str
    alt: str
    blob: str
    slack_file_id: str | None = None
