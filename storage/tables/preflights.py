"""What providers said before money."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Row


class PreflightRow(Row, table=True):
    """The last answer about one base. checks: {"key": "ok", ...}."""

    __tablename__: ClassVar[str] = "preflight"
    __table_args__ = (UniqueConstraint("team_id", "provider", "base"),)

    provider: str
    base: str
    checks: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    asked_at: datetime
    train_tokens_per_s: float | None = None
