"""Voices, consent, rounds, recipes, sources and datasets."""

from datetime import date, datetime
from typing import Any, ClassVar, Literal

from sqlalchemy import JSON, BigInteger, Index, String, UniqueConstraint, text
from sqlmodel import Field

from pipeline.domain.documents import Choice, Rule
from pipeline.domain.voices import ConsentState, Origin, Purpose, Sensitivity, SourceState, VoiceState, Way
from storage.tables.base import Row


class VoiceRow(Row, table=True):
    """writer: what its rows call the person, where that is no longer the handle.

    drafters: Slack ids of who may draft; NULL or none: everybody. wanted: JSON of pipeline's WantedDrafters.
    """

    __tablename__: ClassVar[str] = "voice"
    __table_args__ = (UniqueConstraint("team_id", "handle"),)

    handle: str
    purpose: Purpose = Field(sa_type=String)
    sensitivity: Sensitivity = Field(sa_type=String)
    owner: str
    steward: str
    channel_id: str
    works_if: str
    why: str
    state: VoiceState = Field(default="active", sa_type=String)
    created_at: datetime
    state_by: str | None = None
    state_at: datetime | None = None
    writer: str | None = None
    drafters: list[str] | None = Field(default=None, sa_type=JSON)
    wanted: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class VoiceAliasRow(Row, table=True):
    """Another name of a voice; that its own name is no other's alias is looked at when a name is given."""

    __tablename__: ClassVar[str] = "voice_alias"
    __table_args__ = (UniqueConstraint("team_id", "handle"),)

    voice_id: int = Field(foreign_key="voice.id", index=True)
    handle: str


class ConsentRow(Row, table=True):
    __tablename__: ClassVar[str] = "consent"

    voice_id: int = Field(foreign_key="voice.id", index=True)
    owner: str
    state: ConsentState = Field(default="asked", sa_type=String)
    asked_at: datetime
    decided_at: datetime | None = None
    expires_at: datetime | None = None
    limits: str = ""
    not_before: date | None = None
    drafters: list[str] | None = Field(default=None, sa_type=JSON)


class RoundRow(Row, table=True):
    """dataset_id has no foreign key: dataset points at round, and SQLite cannot add the second half of a cycle."""

    __tablename__: ClassVar[str] = "round"
    __table_args__ = (
        UniqueConstraint("voice_id", "number"),
        Index(
            "uq_round_open_voice_id",
            "voice_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    voice_id: int = Field(foreign_key="voice.id")
    number: int
    channel_id: str
    state: Literal["open", "locked"] = Field(default="open", sa_type=String)
    revision: int = 0
    prepared_revision: int = 0
    dataset_id: int | None = None
    previous_dataset_id: int | None = None
    created_at: datetime
    origins: list[str] | None = Field(default=None, sa_type=JSON)


class RecipeStepRow(Row, table=True):
    """filters: JSON of pipeline.domain.documents.Filters, days as "2026-11-21". excluded: a document's key."""

    __tablename__: ClassVar[str] = "recipe_step"

    round_id: int = Field(foreign_key="round.id", index=True)
    by_user: str
    at: datetime
    rule: Rule | None = Field(default=None, sa_type=String)
    choice: Choice | None = Field(default=None, sa_type=String)
    filters: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    undone_at: datetime | None = None
    excluded: str | None = None
    undone_by: str | None = None


class SourceRow(Row, table=True):
    """readings: JSON of pipeline.domain.reading.ReadOptions. facts: of pipeline.domain.preparing.FileFacts.

    Both are NULL in rows from before they existed.
    """

    __tablename__: ClassVar[str] = "source"
    __table_args__ = (Index(None, "voice_id", "sha256"), Index(None, "team_id", "slack_file_id"))

    voice_id: int = Field(foreign_key="voice.id")
    round_id: int = Field(foreign_key="round.id", index=True)
    name: str
    size_bytes: int = Field(sa_type=BigInteger)
    origin: Origin = Field(sa_type=String)
    added_by: str
    added_at: datetime
    state: SourceState = Field(default="waiting", sa_type=String)
    slack_file_id: str | None = None
    sha256: str | None = None
    documents: int = 0
    refusal: str | None = None
    readings: list[dict[str, Any]] | None = Field(default=None, sa_type=JSON)
    facts: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    way: Way = Field(default="slack", sa_type=String, sa_column_kwargs={"server_default": "slack"})
    url: str | None = None
    catalogue_blob: str | None = None
    checked_by: str | None = None
    withdrawn_by: str | None = None


class UploadRow(Row, table=True):
    """One file on its way in by an upload link. Its bytes so far are in the uploads folder, named by upload_key.

    source_id is set when it is complete and counted in. expires_at: of the link; nothing is taken after it.
    """

    __tablename__: ClassVar[str] = "upload"

    upload_key: str = Field(unique=True)
    link_key: str = Field(index=True)
    voice_id: int = Field(foreign_key="voice.id")
    round_id: int = Field(foreign_key="round.id")
    by_user: str
    name: str
    size_bytes: int = Field(sa_type=BigInteger)
    created_at: datetime
    expires_at: datetime = Field(index=True)
    source_id: int | None = Field(default=None, foreign_key="source.id")


class DatasetRow(Row, table=True):
    """Never updated: a trigger refuses it. The same rows made by another recipe are a dataset of their own."""

    __tablename__: ClassVar[str] = "dataset"
    __table_args__ = (UniqueConstraint("round_id", "content_hash", "recipe_blob"),)

    voice_id: int = Field(foreign_key="voice.id", index=True)
    round_id: int = Field(foreign_key="round.id")
    content_hash: str
    train_blob: str
    validation_blob: str
    test_blob: str
    report_blob: str
    recipe_blob: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    fates_blob: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    documents_read: int
    kept: int
    examples: int
    train_examples: int
    train_tokens: int = Field(sa_type=BigInteger)
    tokens: int = Field(sa_type=BigInteger)
    words: int = Field(sa_type=BigInteger)
    open_blockers: list[str] = Field(default_factory=list, sa_type=JSON)
    needs_context_tokens: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    validation_tokens: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    created_at: datetime
