"""Editors' looks at random texts."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import String, UniqueConstraint
from sqlmodel import Field

from pipeline.domain.signoffs import Sight
from storage.tables.base import Row


class SignoffRowTable(Row, table=True):
    """text_blob holds words of the texts: it goes when they go, and so do prompt and opening."""

    __tablename__: ClassVar[str] = "signoff_row"
    __table_args__ = (UniqueConstraint("signoff_id", "number"),)

    signoff_id: int = Field(foreign_key="signoff.id")
    number: int
    document_key: str
    title: str
    prompt: str
    opening: str
    text_blob: str
    sight: Sight | None = Field(default=None, sa_type=String)
    seen_at: datetime | None = None


class SignoffTable(Row, table=True):
    __tablename__: ClassVar[str] = "signoff"
    __table_args__ = (UniqueConstraint("dataset_id", "editor"),)

    voice_id: int = Field(foreign_key="voice.id")
    round_id: int = Field(foreign_key="round.id", index=True)
    dataset_id: int = Field(foreign_key="dataset.id")
    revision: int
    editor: str
    asked_by: str
    asked_at: datetime
