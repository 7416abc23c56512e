"""Paid training runs and the models that come of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

from pipeline.domain.spending import SpendRequestId
from pipeline.domain.voices import DatasetId, RoundId, VoiceId

TuningJobId = NewType("TuningJobId", int)
VoiceModelId = NewType("VoiceModelId", int)

# in-doubt: something was sent and its answer is unknown; looked for before anything is sent again.
TuningState = Literal[
    "queued", "uploading", "sending", "in-doubt", "validating", "running", "ready", "failed", "cancelled"
]
TERMINAL_TUNING_STATES: frozenset[TuningState] = frozenset({"ready", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class TuningJob:
    """One paid training run. key is sent to the provider as metadata["understudy_key"] and in the file's name.

    intent_at: when the one send was decided; set before anything leaves. *_microusd: integer micro-dollars.
    provider_status: the provider's own word, carried even when we do not know it.
    """

    tuning_job_id: TuningJobId
    team_id: str
    voice_id: VoiceId
    round_id: RoundId
    dataset_id: DatasetId
    spend_request_id: SpendRequestId
    key: str
    provider: str
    base: str
    epochs: int
    state: TuningState
    queued_at: datetime
    training_file: str | None = None
    validation_file: str | None = None
    intent_at: datetime | None = None
    unknowns: int = 0
    provider_job: str | None = None
    provider_status: str | None = None
    trained_tokens: int | None = None
    model_name: str | None = None
    actual_microusd: int | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    sent_at: datetime | None = None
    running_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProviderJob:
    """A fine-tune as the provider tells it. status is any string: new words are carried, never fatal."""

    provider_job: str
    status: str
    created_at: int
    training_file: str
    model_name: str | None = None
    trained_tokens: int | None = None
    error_code: str | None = None
    error_message: str | None = None


@dataclass(frozen=True, slots=True)
class VoiceModel:
    """founder@v2: a finished run that can draft.

    Version 0 was never trained: its base writes with real posts of dataset_id in the prompt.
    """

    voice_model_id: VoiceModelId
    voice_id: VoiceId
    version: int
    tuning_job_id: TuningJobId | None
    provider: str
    base: str
    model_name: str
    state: Literal["trial", "promoted", "retired"]
    created_at: datetime
    dataset_id: DatasetId | None = None
