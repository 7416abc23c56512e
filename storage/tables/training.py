"""Paid training runs and their models."""

from datetime import datetime
from typing import Any, ClassVar, Literal

from sqlalchemy import JSON, BigInteger, Index, String, UniqueConstraint, text
from sqlmodel import Field

from pipeline.domain.spending import Method
from pipeline.domain.training import TuningState
from storage.tables.base import Row


class TuningJobRow(Row, table=True):
    __tablename__: ClassVar[str] = "tuning_job"
    __table_args__ = (
        UniqueConstraint("spend_request_id"),
        UniqueConstraint("key"),
        Index(None, "team_id", "state"),
        Index(None, "provider", "state"),
        Index(None, "provider", "provider_job"),
    )

    voice_id: int = Field(foreign_key="voice.id", index=True)
    round_id: int = Field(foreign_key="round.id")
    dataset_id: int = Field(foreign_key="dataset.id")
    spend_request_id: int = Field(foreign_key="spend_request.id")
    key: str
    provider: str
    base: str
    epochs: int
    state: TuningState = Field(sa_type=String)
    queued_at: datetime
    training_file: str | None = None
    validation_file: str | None = None
    intent_at: datetime | None = None
    unknowns: int = 0
    provider_job: str | None = None
    provider_status: str | None = None
    trained_tokens: int | None = Field(default=None, sa_type=BigInteger)
    model_name: str | None = None
    actual_microusd: int | None = Field(default=None, sa_type=BigInteger)
    failure_code: str | None = None
    failure_message: str | None = None
    sent_at: datetime | None = None
    running_at: datetime | None = None
    finished_at: datetime | None = None
    started_at: datetime | None = None
    cancelled_by: str | None = None
    cancel_intent_at: datetime | None = None
    step: int | None = None
    steps: int | None = None
    finish_at: datetime | None = None
    slow_told_at: datetime | None = None
    events: list[dict[str, Any]] | None = Field(default=None, sa_type=JSON)
    results: list[dict[str, Any]] | None = Field(default=None, sa_type=JSON)
    curve: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    files_deleted_at: datetime | None = None
    method: Method = Field(
        default="supervised", sa_type=String, sa_column_kwargs={"server_default": text("'supervised'")}
    )
    parent_version: int | None = None
    trained_s: float | None = None


class StrayJobRow(Row, table=True):
    """A job at a provider that nobody approved."""

    __tablename__: ClassVar[str] = "stray_job"
    __table_args__ = (UniqueConstraint("provider", "provider_job"),)

    tuning_job_id: int = Field(foreign_key="tuning_job.id", index=True)
    provider: str
    provider_job: str
    kind: Literal["extra", "orphan"] = Field(sa_type=String)
    found_at: datetime
    status: str
    intent_at: datetime | None = None
    step: int | None = None
    steps: int | None = None
    billed_microusd: int | None = Field(default=None, sa_type=BigInteger)
    ended_at: datetime | None = None


class VoiceModelRow(Row, table=True):
    __tablename__: ClassVar[str] = "voice_model"
    __table_args__ = (UniqueConstraint("tuning_job_id"), UniqueConstraint("voice_id", "version"))

    voice_id: int = Field(foreign_key="voice.id")
    version: int
    tuning_job_id: int | None = Field(default=None, foreign_key="tuning_job.id")
    provider: str
    base: str
    model_name: str
    state: Literal["trial", "promoted", "retired"] = Field(default="trial", sa_type=String)
    created_at: datetime
    dataset_id: int | None = Field(default=None, foreign_key="dataset.id")
    promoted_at: datetime | None = None
    promoted_by: str | None = None
    reason: str | None = None
    deleted_at: datetime | None = None
    withdrawn_data_at: datetime | None = None
    parent_version: int | None = None
