"""Untrained drafts, and what judges took for the owner's."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, BigInteger, String, UniqueConstraint
from sqlmodel import Field

from pipeline.domain.baselines import BaselineState, Guess, PairState
from storage.tables.base import Row


class BaselineRow(Row, table=True):
    """attempt: from 1; another one is only made when the one before failed. Amounts are integer micro-dollars."""

    __tablename__: ClassVar[str] = "baseline"
    __table_args__ = (UniqueConstraint("team_id", "dataset_hash", "attempt"),)

    voice_id: int = Field(foreign_key="voice.id")
    round_id: int = Field(foreign_key="round.id", index=True)
    dataset_id: int = Field(foreign_key="dataset.id")
    dataset_hash: str
    attempt: int
    provider: str
    base: str
    asked_by: str
    asked_at: datetime
    judges: list[str] = Field(sa_type=JSON)
    month: str
    held_microusd: int = Field(sa_type=BigInteger)
    send_microusd: int = Field(sa_type=BigInteger)
    actual_microusd: int | None = Field(default=None, sa_type=BigInteger)
    state: BaselineState = Field(default="drafting", sa_type=String)
    failure: str | None = None


class BaselinePairRow(Row, table=True):
    """shown_blob holds words of the texts: it goes when they go, and so does prompt."""

    __tablename__: ClassVar[str] = "baseline_pair"
    __table_args__ = (UniqueConstraint("baseline_id", "number"),)

    baseline_id: int = Field(foreign_key="baseline.id")
    number: int
    prompt: str
    state: PairState = Field(default="asked", sa_type=String)
    sends: int = 0
    answered: int = 0
    cost_microusd: int = Field(default=0, sa_type=BigInteger)
    shown_blob: str | None = None


class BaselineJudgementRow(Row, table=True):
    __tablename__: ClassVar[str] = "baseline_judgement"
    __table_args__ = (UniqueConstraint("baseline_id", "judge", "number"),)

    baseline_id: int = Field(foreign_key="baseline.id")
    judge: str
    number: int
    guess: Guess = Field(sa_type=String)
    at: datetime


class BaselineOverrideRow(Row, table=True):
    """One per set of rows."""

    __tablename__: ClassVar[str] = "baseline_override"
    __table_args__ = (UniqueConstraint("team_id", "dataset_hash"),)

    dataset_hash: str
    by_user: str
    reason: str
    at: datetime
