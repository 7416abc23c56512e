"""Versions tried on held-out requests."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Row


class EvaluationRow(Row, table=True):
    """tries: drafts of each contender. told: what came of them. actual_microusd: set once, when the hold is settled."""

    __tablename__: ClassVar[str] = "evaluation"
    __table_args__ = (UniqueConstraint("voice_model_id"),)

    voice_model_id: int = Field(foreign_key="voice_model.id")
    voice_id: int = Field(foreign_key="voice.id")
    started_at: datetime
    month: str
    asked_by: str
    held_microusd: int = Field(sa_type=BigInteger)
    actual_microusd: int | None = Field(default=None, sa_type=BigInteger)
    tries: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    told: dict[str, Any] | None = Field(default=None, sa_type=JSON)
