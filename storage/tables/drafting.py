"""Drafts, reactions and rewrites."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, false
from sqlalchemy import text as sql
from sqlmodel import Field

from pipeline.domain.drafting import DraftState
from storage.tables.base import Row


class DraftRow(Row, table=True):
    """text and the columns after it, up to failure, are None until the draft was written.

    swept_at: when its emoji were last read again from Slack.
    brief_key: pipeline.rounds.normalised_brief as SHA-256 (hex); empty in rows from before it was kept.
    """

    __tablename__: ClassVar[str] = "draft"
    __table_args__ = (
        Index(None, "voice_model_id", "brief_key"),
        Index(None, "team_id", "requested_by", "created_at"),
    )

    voice_id: int = Field(foreign_key="voice.id", index=True)
    voice_model_id: int = Field(foreign_key="voice_model.id")
    brief: str
    words: int
    temperature: float
    requested_by: str
    channel_id: str
    thread_ts: str | None = None
    state: DraftState = Field(default="asked", sa_type=String)
    created_at: datetime
    text: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost_microusd: int | None = Field(default=None, sa_type=BigInteger)
    latency_ms: int | None = None
    finish_reason: str | None = None
    failure: str | None = None
    thrown_away: int = Field(default=0, sa_column_kwargs={"server_default": sql("0")})
    thrown_away_microusd: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": sql("0")})
    private: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    continues: int | None = None
    swept_at: datetime | None = None
    deleted_at: datetime | None = None
    brief_key: str = Field(default="", sa_column_kwargs={"server_default": sql("''")})


class ReactionRow(Row, table=True):
    """event_us: event_ts in whole microseconds, for comparison; Slack sends "1700000000.000100"."""

    __tablename__: ClassVar[str] = "reaction"
    __table_args__ = (UniqueConstraint("team_id", "channel_id", "ts", "user", "name"),)

    channel_id: str
    ts: str
    user: str
    name: str
    present: bool
    event_ts: str
    event_us: int = Field(sa_type=BigInteger)


class RewriteRow(Row, table=True):
    __tablename__: ClassVar[str] = "rewrite"
    __table_args__ = (UniqueConstraint("team_id", "channel_id", "ts"),)

    draft_id: int = Field(foreign_key="draft.id", index=True)
    user: str
    channel_id: str
    ts: str
    text: str
    changed_share: float
    revision: int = 1
    withdrawn: bool = False
    created_at: datetime
