"""What somebody wanted forgotten."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, String
from sqlmodel import Field

from pipeline.domain.erasures import ErasureKind, ErasureState
from storage.tables.base import Row


class ErasureRow(Row, table=True):
    """target is emptied when it is done: the record of a forgetting holds nothing of what was forgotten.

    datasets: those that held it. Their rows never change, so that they still name files that are gone.
    """

    __tablename__: ClassVar[str] = "erasure"
    __table_args__ = (Index(None, "voice_id", "person_key"),)

    voice_id: int = Field(foreign_key="voice.id")
    kind: ErasureKind = Field(sa_type=String)
    target: str
    person_key: str = ""
    asked_by: str
    asked_at: datetime
    state: ErasureState = Field(default="asked", sa_type=String)
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    versions: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    blobs: list[str] = Field(default_factory=list, sa_type=JSON)
    datasets: list[int] = Field(default_factory=list, sa_type=JSON)
    done_at: datetime | None = None
