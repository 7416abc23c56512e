"""Work that waits, messages that wait, deliveries that were seen, and the audit record."""

from datetime import datetime
from typing import Any, ClassVar, Literal

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from pipeline.domain.work import WorkKind
from storage.tables.base import Row


class WorkRow(Row, table=True):
    """owner and lease_until are set while claimed; rerun_at when it was asked for again meanwhile."""

    __tablename__: ClassVar[str] = "work_item"
    __table_args__ = (UniqueConstraint("kind", "subject"), Index(None, "state", "run_at"))

    kind: WorkKind = Field(sa_type=String)
    subject: str
    state: Literal["due", "done"] = Field(default="due", sa_type=String)
    run_at: datetime
    rerun_at: datetime | None = None
    owner: str | None = None
    lease_until: datetime | None = None
    token: int = 0
    attempts: int = 0


class OutboxRow(Row, table=True):
    """channel_id, user_id, thread_*: where it should go. posted_* and ts: where it stands, None until it was posted.

    posted_thread_ts: the thread it stands in, so that an answer to it joins the same thread.
    posted_revision < revision means that what stands there is out of date.
    """

    __tablename__: ClassVar[str] = "outbox"
    __table_args__ = (
        UniqueConstraint("team_id", "key"),
        Index(None, "state", "run_at"),
        Index(None, "team_id", "posted_channel_id", "ts"),
    )

    key: str
    template: str
    facts: dict[str, Any] = Field(sa_type=JSON)
    seeds: list[str] = Field(default_factory=list, sa_type=JSON)
    only_for: str | None = None
    channel_id: str | None = None
    user_id: str | None = None
    thread_key: str | None = None
    thread_ts: str | None = None
    revision: int = 1
    state: Literal["due", "done", "failed"] = Field(default="due", sa_type=String)
    run_at: datetime
    owner: str | None = None
    lease_until: datetime | None = None
    token: int = 0
    attempts: int = 0
    intent_at: datetime | None = None
    posted_channel_id: str | None = None
    posted_thread_ts: str | None = None
    ts: str | None = None
    posted_revision: int | None = None
    posted_at: datetime | None = None
    error: str | None = None


class AuditRow(Row, table=True):
    __tablename__: ClassVar[str] = "audit_entry"
    __table_args__ = (Index(None, "team_id", "id"),)

    at: datetime
    who: str
    what: str
    subject: str
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class DeliveryRow(SQLModel, table=True):
    """A Slack delivery whose effects are committed. Slack's ids are unique over all workspaces."""

    __tablename__: ClassVar[str] = "delivery"

    delivery_id: str = Field(primary_key=True)
    seen_at: datetime = Field(index=True)
