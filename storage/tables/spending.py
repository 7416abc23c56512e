"""Requests for money, the month's budget, and what is held of it. Amounts are integer micro-dollars."""

from datetime import datetime
from typing import ClassVar, Literal

from sqlalchemy import BigInteger, CheckConstraint, String, UniqueConstraint
from sqlmodel import Field

from pipeline.domain.spending import SpendState
from storage.tables.base import Row


class SpendRequestRow(Row, table=True):
    __tablename__: ClassVar[str] = "spend_request"

    voice_id: int = Field(foreign_key="voice.id", index=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    dataset_id: int = Field(foreign_key="dataset.id")
    dataset_hash: str
    provider: str
    base: str
    method: str
    epochs: int
    ceiling_microusd: int = Field(sa_type=BigInteger)
    estimate_microusd: int = Field(sa_type=BigInteger)
    state: SpendState = Field(default="asked", sa_type=String)
    requested_by: str
    requested_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None


class BudgetRow(Row, table=True):
    """One workspace's month, "2026-11"."""

    __tablename__: ClassVar[str] = "budget"
    __table_args__ = (
        UniqueConstraint("team_id", "month"),
        CheckConstraint("held_microusd >= 0", name="held_not_negative"),
        CheckConstraint("settled_microusd >= 0", name="settled_not_negative"),
    )

    month: str
    limit_microusd: int = Field(sa_type=BigInteger)
    held_microusd: int = Field(default=0, sa_type=BigInteger)
    settled_microusd: int = Field(default=0, sa_type=BigInteger)


class SpendHoldRow(Row, table=True):
    """Money held for one request; actual_microusd is set when settled."""

    __tablename__: ClassVar[str] = "spend_hold"
    __table_args__ = (UniqueConstraint("spend_request_id"),)

    spend_request_id: int = Field(foreign_key="spend_request.id")
    month: str
    amount_microusd: int = Field(sa_type=BigInteger)
    state: Literal["held", "settled", "released"] = Field(default="held", sa_type=String)
    actual_microusd: int | None = Field(default=None, sa_type=BigInteger)
