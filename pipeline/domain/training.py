"""Paid training runs and the models that come of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

from pipeline.domain.spending import Method, SpendRequestId
from pipeline.domain.voices import DatasetId, RoundId, VoiceId

TuningJobId = NewType("TuningJobId", int)
VoiceModelId = NewType("VoiceModelId", int)
StrayJobId = NewType("StrayJobId", int)

# preflight: a last look before anything is sent. in-doubt: something was sent and its answer is unknown; looked for
# before anything is sent again. evaluating: the model is there, its results are fetched. expired: not sent in time.
TuningState = Literal[
    "queued",
    "preflight",
    "uploading",
    "sending",
    "in-doubt",
    "validating",
    "running",
    "evaluating",
    "ready",
    "failed",
    "cancelled",
    "expired",
]
TERMINAL_TUNING_STATES: frozenset[TuningState] = frozenset({"ready", "failed", "cancelled", "expired"})
# Those that take one of a provider's places. Whoever waits for a person's answer takes none.
UNDER_WAY: frozenset[TuningState] = frozenset(
    {"preflight", "uploading", "sending", "in-doubt", "validating", "running", "evaluating"}
)


@dataclass(frozen=True, slots=True)
class RunEvent:
    """What the provider told of a run. kind, level: its own words, also those we do not know. at: Unix seconds.

    step, steps: how far it is, where the event says so.
    """

    at: int
    level: str
    kind: str
    message: str
    step: int | None = None
    steps: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A webhook as it came. kind: the provider's word, known or not. about: the provider's id of what it is about."""

    event_id: str
    kind: str
    about: str | None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """Something the provider told of a finished run. blob: SHA-256 (hex) in the artifact store."""

    name: str
    blob: str


@dataclass(frozen=True, slots=True)
class LossCurve:
    """A run's losses as a picture. alt: the same in words. slack_file_id: None until Slack has it."""

    blob: str
    alt: str
    slack_file_id: str | None = None


@dataclass(frozen=True, slots=True)
class TuningJob:
    """One paid training run. key is sent to the provider as metadata["understudy_key"] and in the file's name.

    intent_at: when the one send was decided; set before anything leaves. *_microusd: integer micro-dollars.
    provider_status: the provider's own word, carried even when we do not know it. finish_at: when it expects to end.
    started_at: when it got one of the provider's places. actual_microusd: None while nobody knows; its money is held.
    cancelled_by: who wants it to end; cancel_intent_at: when the provider was told so, or not, and nobody knows.
    slow_told_at: when people were told that it takes long. events: the newest few, oldest first.
    parent_version: of the voice, that it goes on from; None for the base.
    trained_s: how long its machine trained it: as the provider told, else as it was seen to run.
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
    started_at: datetime | None = None
    cancelled_by: str | None = None
    cancel_intent_at: datetime | None = None
    step: int | None = None
    steps: int | None = None
    finish_at: datetime | None = None
    slow_told_at: datetime | None = None
    events: tuple[RunEvent, ...] = ()
    results: tuple[KeptFile, ...] = ()
    curve: LossCurve | None = None
    files_deleted_at: datetime | None = None
    method: Method = "supervised"
    parent_version: int | None = None
    trained_s: float | None = None


@dataclass(frozen=True, slots=True)
class StrayJob:
    """A job at a provider that nobody approved: a second one for a run, or one that was given up. To be cancelled.

    intent_at: when the provider was told to cancel it. status: the provider's word. billed_microusd: None until known.
    """

    stray_job_id: StrayJobId
    team_id: str
    tuning_job_id: TuningJobId
    provider: str
    provider_job: str
    kind: Literal["extra", "orphan"]
    found_at: datetime
    status: str
    intent_at: datetime | None = None
    step: int | None = None
    steps: int | None = None
    billed_microusd: int | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run as the queue of a provider sees it, waiting or under way. unknowns: looks for it while in doubt."""

    tuning_job_id: TuningJobId
    team_id: str
    voice_id: VoiceId
    requested_by: str
    queued_at: datetime
    state: TuningState
    unknowns: int = 0


@dataclass(frozen=True, slots=True)
class Usual:
    """How long runs took before: the shortest and the longest of the newest `runs`, in seconds."""

    low_s: float
    high_s: float
    runs: int


@dataclass(frozen=True, slots=True)
class ProviderJob:
    """A fine-tune as the provider tells it. status is any string: new words are carried, never fatal.

    error_param: which file an error is about. finish_at: Unix seconds. trained_s: how long its machine has trained it,
    where it tells that.
    """

    provider_job: str
    status: str
    created_at: int
    training_file: str
    model_name: str | None = None
    trained_tokens: int | None = None
    error_code: str | None = None
    error_message: str | None = None
    error_param: str | None = None
    finish_at: int | None = None
    result_files: tuple[str, ...] = ()
    trained_s: float | None = None


@dataclass(frozen=True, slots=True)
class VoiceModel:
    """founder@v2: a finished run that can draft.

    Version 0 was never trained: its base writes with real posts of dataset_id in the prompt. reason: why it was
    promoted although it had not beaten the others; "" where it had.
    deleted_at: when its provider confirmed that it is deleted. withdrawn_data_at: when something that it had learned
    from was forgotten. parent_version: the one that it went on from, and so knows everything of; None for the base.
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
    promoted_at: datetime | None = None
    promoted_by: str | None = None
    reason: str = ""
    deleted_at: datetime | None = None
    withdrawn_data_at: datetime | None = None
    parent_version: int | None = None
