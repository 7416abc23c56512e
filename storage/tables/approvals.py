"""By which rules money is approved, who signed, and what approvers chose."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, String, UniqueConstraint
from sqlmodel import Field

from pipeline.domain.approvals import RuleName, SignatureKind
from storage.tables.base import Row


class SpendRuleRow(Row, table=True):
    """One rule that an admin set; what has no row is as the settings say."""

    __tablename__: ClassVar[str] = "spend_rule"
    __table_args__ = (UniqueConstraint("team_id", "name"),)

    name: RuleName = Field(sa_type=String)
    value: Any = Field(sa_type=JSON, nullable=True)
    set_by: str
    set_at: datetime


class SignatureRow(Row, table=True):
    """Nobody signs twice, and nobody's authority is used twice."""

    __tablename__: ClassVar[str] = "signature"
    __table_args__ = (
        UniqueConstraint("spend_request_id", "user"),
        UniqueConstraint("spend_request_id", "authority"),
    )

    spend_request_id: int = Field(foreign_key="spend_request.id")
    user: str
    authority: str
    at: datetime
    kind: SignatureKind = Field(sa_type=String)
    reason: str
    month: str
    raises: dict[str, int] = Field(sa_type=JSON)


class ApproverRow(Row, table=True):
    """An approver's own choices: direct messages, and who stands in until which day."""

    __tablename__: ClassVar[str] = "approver"
    __table_args__ = (UniqueConstraint("team_id", "user"),)

    user: str
    wants_direct: bool | None = None
    stand_in: str | None = None
    until: date | None = None


class AutoApprovalRow(Row, table=True):
    """How many requests a rule approved on one day."""

    __tablename__: ClassVar[str] = "auto_approval"
    __table_args__ = (UniqueConstraint("team_id", "day"), CheckConstraint("used >= 0", name="used_not_negative"))

    day: date
    used: int = 0
