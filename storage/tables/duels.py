"""Duels between versions of a voice: their texts, and who voted for what."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, BigInteger, String, UniqueConstraint, false
from sqlmodel import Field

from pipeline.domain.duels import Choice, Contender, DuelState, DuelTextState
from storage.tables.base import Row


class DuelRow(Row, table=True):
    """closes_at: as extended. Amounts are integer micro-dollars; actual_microusd is set when the texts are there."""

    __tablename__: ClassVar[str] = "duel"

    voice_id: int = Field(foreign_key="voice.id", index=True)
    one: int = Field(foreign_key="voice_model.id")
    other: int = Field(foreign_key="voice_model.id")
    channel_id: str
    asked_by: str
    voters: list[str] = Field(sa_type=JSON)
    is_automatic: bool
    asked_at: datetime
    closes_at: datetime
    month: str
    held_microusd: int = Field(sa_type=BigInteger)
    actual_microusd: int | None = Field(default=None, sa_type=BigInteger)
    state: DuelState = Field(default="writing", sa_type=String)
    failure: str | None = None
    closed_at: datetime | None = None


class DuelTextRow(Row, table=True):
    __tablename__: ClassVar[str] = "duel_text"
    __table_args__ = (UniqueConstraint("duel_id", "number", "contender"),)

    duel_id: int = Field(foreign_key="duel.id")
    number: int
    contender: Contender = Field(sa_type=String)
    brief: str
    send_microusd: int = Field(sa_type=BigInteger)
    is_held_out: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    state: DuelTextState = Field(default="asked", sa_type=String)
    sends: int = 0
    answered: int = 0
    cost_microusd: int = Field(default=0, sa_type=BigInteger)
    text: str | None = None


class DuelVoteRow(Row, table=True):
    """The newest vote of a person on a brief."""

    __tablename__: ClassVar[str] = "duel_vote"
    __table_args__ = (UniqueConstraint("duel_id", "voter", "number"),)

    duel_id: int = Field(foreign_key="duel.id")
    voter: str
    number: int
    choice: Choice = Field(sa_type=String)
    at: datetime
