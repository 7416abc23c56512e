"""Prices that approvers entered; added, never changed."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from storage.tables.base import Row


class EnteredPriceRow(Row, table=True):
    """machine_*, kwh_microusd: null where training is paid by the token."""

    __tablename__: ClassVar[str] = "entered_price"
    __table_args__ = (Index(None, "team_id", "provider", "base"),)

    provider: str
    base: str
    train_microusd_per_million: int = Field(sa_type=BigInteger)
    input_microusd_per_million: int = Field(sa_type=BigInteger)
    output_microusd_per_million: int = Field(sa_type=BigInteger)
    hosting_microusd_per_minute: int = Field(sa_type=BigInteger)
    leash_minutes: int
    hosting_microusd_per_month: int = Field(sa_type=BigInteger)
    machine_watts: int | None = None
    kwh_microusd: int | None = Field(default=None, sa_type=BigInteger)
    machine_microusd_per_hour: int | None = Field(default=None, sa_type=BigInteger)
    context_tokens: int
    encoding: str
    encoding_is_exact: bool
    shutdown_on: date | None = None
    source: str
    as_of: date
    entered_by: str
    entered_at: datetime
