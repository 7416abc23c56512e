"""What rehearsals came to."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, String, UniqueConstraint
from sqlmodel import Field

from pipeline.domain.rehearsals import RehearsalVerdict
from storage.tables.base import Row


class RehearsalRow(Row, table=True):
    """One per set of rows. shown_blob holds words of the texts: it goes when they go."""

    __tablename__: ClassVar[str] = "rehearsal"
    __table_args__ = (UniqueConstraint("team_id", "dataset_hash"),)

    dataset_id: int = Field(foreign_key="dataset.id")
    dataset_hash: str
    verdict: RehearsalVerdict = Field(sa_type=String)
    problems: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    shown_blob: str
    rehearsed_at: datetime
    overridden_by: str | None = None
    override_reason: str | None = None
    overridden_at: datetime | None = None
