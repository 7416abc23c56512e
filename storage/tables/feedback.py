"""Feedback that went into rounds, the owner's word on contested drafts, and what emoji mean."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, String, UniqueConstraint
from sqlmodel import Field

from pipeline.domain.feedback import Decided
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
    pair_tokens: dict[str, int] | None = Field(default=None, sa_type=JSON)


class DecisionRow(Row, table=True):
    """The owner's word on a draft that people disagree about; what was said before is in the audit log."""

    __tablename__: ClassVar[str] = "decision"
    __table_args__ = (UniqueConstraint("draft_id"),)

    draft_id: int = Field(foreign_key="draft.id")
    by: str
    decided: Decided = Field(sa_type=String)
    at: datetime


class EmojiMapRow(Row, table=True):
    """What emoji mean in a workspace that has its own; meanings: emoji name -> name of the meaning."""

    __tablename__: ClassVar[str] = "emoji_map"
    __table_args__ = (UniqueConstraint("team_id"),)

    meanings: dict[str, str] = Field(sa_type=JSON)
    by: str
    at: datetime
