"""Requests for money, the month's budgets, and what is held of them. Amounts are integer micro-dollars."""

from datetime import datetime
from typing import ClassVar, Literal

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, String, UniqueConstraint, text
from sqlmodel import Field

from pipeline.domain.spending import Method, SpendState
from storage.tables.base import Row


class SpendRequestRow(Row, table=True):
    __tablename__: ClassVar[str] = "spend_request"
    __table_args__ = (Index(None, "team_id", "state"),)

    voice_id: int = Field(foreign_key="voice.id", index=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    dataset_id: int = Field(foreign_key="dataset.id")
    dataset_hash: str
    provider: str
    base: str
    method: Method = Field(sa_type=String)
    epochs: int
    ceiling_microusd: int = Field(sa_type=BigInteger)
    estimate_microusd: int = Field(sa_type=BigInteger)
    state: SpendState = Field(default="asked", sa_type=String)
    requested_by: str
    requested_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    answerable_since: datetime | None = None
    reminded_at: datetime | None = None
    direct_copies: list[str] | None = Field(default=None, sa_type=JSON)
    pairs_hash: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    parent_version: int | None = None


class BudgetRow(Row, table=True):
    """A month, "2026-11", of a workspace, a voice or a person; scope as in pipeline.domain.approvals.Budget.

    raised_microusd: what two approvers added to the rule's limit. warned_at: set once, when most of it was used.
    """

    __tablename__: ClassVar[str] = "budget"
    __table_args__ = (
        UniqueConstraint("team_id", "month", "scope"),
        CheckConstraint("held_microusd >= 0", name="held_not_negative"),
        CheckConstraint("settled_microusd >= 0", name="settled_not_negative"),
    )

    month: str
    scope: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    raised_microusd: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    warned_at: datetime | None = None
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
