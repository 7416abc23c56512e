"""What a voice's people want of it."""

from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Row


class VoicePreferenceRow(Row, table=True):
    """There once somebody chose."""

    __tablename__: ClassVar[str] = "voice_preference"
    __table_args__ = (UniqueConstraint("voice_id"),)

    voice_id: int = Field(foreign_key="voice.id")
    target_s: int
    weekly: bool
