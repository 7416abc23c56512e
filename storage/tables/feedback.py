"""Feedback that went into rounds."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Row


class RoundFeedbackRow(Row, table=True):
    """used: JSON of pipeline.domain.feedback.UsedRow. The blobs hold words of people: they go when those go."""

    __tablename__: ClassVar[str] = "round_feedback"
    __table_args__ = (UniqueConstraint("round_id"),)

    round_id: int = Field(foreign_key="round.id")
    taken_by: str
    taken_at: datetime
    sft_blob: str
    pairs_blob: str
    kto_blob: str
    examples: int
    pairs: int
    used: list[dict[str, Any]] = Field(sa_type=JSON)
    meanings: dict[str, str] = Field(sa_type=JSON)
