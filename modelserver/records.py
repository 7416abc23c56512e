"""What the server keeps, in the field names of OpenAI's API; fields named in `PRIVATE` stay on the server."""

from __future__ import annotations

import secrets
import string
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

Method = Literal["supervised", "dpo", "kto"]
OWN_FIELD = "understudy"  # of answers, for what OpenAI's API has no place for
OPENAI_METHODS: frozenset[Method] = frozenset({"supervised", "dpo"})
JobStatus = Literal["validating_files", "queued", "running", "succeeded", "failed", "cancelled"]
TERMINAL: frozenset[JobStatus] = frozenset({"succeeded", "failed", "cancelled"})


def new_id(prefix: str, *, characters: int = 24) -> str:
    """An id that nobody can guess, in OpenAI's form: ftjob-…, file-…"""
    alphabet = string.ascii_letters + string.digits
    return prefix + "".join(secrets.choice(alphabet) for _ in range(characters))


class Record(BaseModel):
    """One object of the API."""

    model_config = ConfigDict(extra="forbid")
    KIND: ClassVar[str]
    PRIVATE: ClassVar[frozenset[str]] = frozenset()

    id: str

    def wire(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude=set(self.PRIVATE))


class StoredFile(Record):
    KIND = "file"
    PRIVATE = frozenset({"owner"})

    object: Literal["file"] = "file"
    bytes: int
    created_at: int
    expires_at: int | None = None
    filename: str
    purpose: Literal["fine-tune", "fine-tune-results"]
    status: Literal["processed"] = "processed"
    status_details: str | None = None
    owner: str = "org-private"


class JobError(BaseModel):
    code: str
    message: str
    param: str | None


class Hyperparameters(BaseModel):
    """Numbers as asked; "auto" becomes a number when training starts."""

    n_epochs: int | Literal["auto"] = "auto"
    batch_size: int | Literal["auto"] = "auto"
    learning_rate_multiplier: float | Literal["auto"] = "auto"
    beta: float | Literal["auto"] | None = None  # of dpo and kto; None with supervised


class Job(Record):
    """base, start: the base model, and the step's model under `models` when a finished one is trained on.

    paused: shown as queued, because OpenAI's list of states has no word for it.
    priority: of the key that created it; higher ones train first. ran_s: seconds of training so far, also of attempts
    that were begun again; told with the tokens, when the job has ended.
    """

    KIND = "job"
    PRIVATE = frozenset({"suffix", "tokens_so_far", "kind", "base", "start", "paused", "priority", "ran_s"})

    object: Literal["fine_tuning.job"] = "fine_tuning.job"
    model: str
    created_at: int
    finished_at: int | None = None
    estimated_finish: int | None = None
    fine_tuned_model: str | None = None
    organization_id: str
    result_files: list[str] = []
    status: JobStatus = "validating_files"
    training_file: str
    validation_file: str | None = None
    hyperparameters: Hyperparameters
    trained_tokens: int | None = None
    error: JobError | None = None
    seed: int
    integrations: list[Any] = []
    metadata: dict[str, str] | None = None
    suffix: str | None = None
    tokens_so_far: int | None = None
    kind: Method = "supervised"
    base: str | None = None
    start: str | None = None
    paused: bool = False
    priority: int = 0
    ran_s: float = 0.0

    @property
    def trained_base(self) -> str:
        return self.base or self.model

    def wire(self) -> dict[str, Any]:
        shown = super().wire()
        beta = shown["hyperparameters"].pop("beta")
        numbers = shown["hyperparameters"] | ({"beta": beta} if beta is not None else {})
        method: dict[str, Any] | None = {"type": self.kind, self.kind: {"hyperparameters": numbers}}
        own: dict[str, Any] = {"trained_s": round(self.ran_s, 3)} if self.trained_tokens is not None else {}
        if self.kind not in OPENAI_METHODS:  # OpenAI's clients know no such type
            own, method = own | {"method": method}, None
        return shown | {"method": method} | ({OWN_FIELD: own} if own else {})


class JobEvent(Record):
    KIND = "event"

    object: Literal["fine_tuning.job.event"] = "fine_tuning.job.event"
    created_at: int
    level: Literal["info", "warn", "error"] = "info"
    message: str
    type: Literal["message", "metrics"] = "message"
    data: dict[str, Any] = {}


class Metrics(BaseModel):
    """Losses are nats per token; accuracies are shares of tokens, 0 to 1."""

    step: int
    train_loss: float
    train_mean_token_accuracy: float
    valid_loss: float | None = None
    valid_mean_token_accuracy: float | None = None
    full_valid_loss: float | None = None
    full_valid_mean_token_accuracy: float | None = None


class Checkpoint(Record):
    KIND = "checkpoint"

    object: Literal["fine_tuning.job.checkpoint"] = "fine_tuning.job.checkpoint"
    created_at: int
    fine_tuned_model_checkpoint: str
    fine_tuning_job_id: str
    step_number: int
    metrics: Metrics


class TunedModel(Record):
    """A finished fine-tune, or a checkpoint of one (`listed` False)."""

    KIND = "model"
    PRIVATE = frozenset({"base", "job_id", "step", "listed"})

    object: Literal["model"] = "model"
    created: int
    owned_by: str
    shutdown_date: str | None = None
    base: str
    job_id: str
    step: int
    listed: bool


class Delivery(Record):
    """A message that a webhook has not taken yet. due_at: when it is tried next, in seconds since 1970."""

    KIND = "delivery"

    body: str
    created_at: int
    due_at: float
    attempts: int = 0


class Measured(Record):
    """How fast a base was trained when that was measured for its own sake. id: the base."""

    KIND = "measured"

    tokens: int
    seconds: float


class SentOnce(Record):
    """A request made with an Idempotency-Key; id: digest of the key, body_digest: digest of the body."""

    KIND = "sent_once"

    body_digest: str
    job_id: str
