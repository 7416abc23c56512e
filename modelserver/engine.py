"""What an engine must do to be trained and asked by this server. One engine serves one base model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from modelserver.records import Method, Metrics


@dataclass(frozen=True)
class Message:
    """One turn. trained: whether an assistant's turn is learned from (`weight` is not 0)."""

    role: str
    content: str
    trained: bool = True


Conversation = Sequence[Message]


@dataclass(frozen=True)
class Preference:
    """Two answers to one conversation, and which of them was preferred."""

    asked: Conversation
    preferred: str
    rejected: str


@dataclass(frozen=True)
class Judged:
    """One answer to a conversation, and whether it was liked."""

    asked: Conversation
    answer: str
    liked: bool


Row = Conversation | Preference | Judged


@dataclass(frozen=True)
class TrainingPlan:
    """Every number of one training run; the same plan on the same rows gives the same model.

    beta: of dpo and kto, how strongly the model is held to what it wrote before.
    start: a finished model to train on from.
    """

    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float
    seed: int
    method: Method = "supervised"
    beta: float = 0.1
    start: Path | None = None


@dataclass(frozen=True)
class Step:
    """Progress after one step of `steps`. kept: the model written at this step, at the end of an epoch.

    tokens: trained so far, for the bill of a job that is cancelled.
    """

    metrics: Metrics
    steps: int
    kept: str | None = None
    tokens: int = 0


@dataclass(frozen=True)
class Note:
    """A sentence for the job's events: what was planned, what was left out."""

    message: str


@dataclass(frozen=True)
class Resumed:
    """The run goes on after this step, which an earlier process had finished."""

    step: int


Report = Step | Note | Resumed


class Refused(Exception):
    """Rows, messages or the machine do not allow it. code and reason stand in the job's or the request's error."""

    def __init__(self, reason: str, *, code: str) -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code


@dataclass(frozen=True)
class Sampling:
    """How to write one answer. max_tokens counts tokens of the engine.

    likeliest: how many other tokens to tell beside each written one; None tells no probabilities at all.
    """

    temperature: float
    max_tokens: int
    stop: Sequence[str]
    seed: int
    top_p: float = 1.0
    likeliest: int | None = None


@dataclass(frozen=True)
class Token:
    """How likely a token was, in nats (0 is certain), and which ones were likeliest in its place."""

    text: str
    log_probability: float
    likeliest: Sequence[tuple[str, float]] = ()


@dataclass(frozen=True)
class Piece:
    """A part of an answer as soon as it is certain. finish_reason: with the last one.

    tokens: how many were written for it; text may be empty while a word is unfinished.
    """

    text: str
    tokens: int
    finish_reason: Literal["stop", "length"] | None = None
    told: Sequence[Token] = ()


class LoadedModel(Protocol):
    """A model in memory, base or tuned; used from several threads at once."""

    def count_tokens(self, messages: Conversation) -> int: ...

    def write(self, messages: Conversation, sampling: Sampling) -> Iterator[Piece]:
        """The answer as it is written; the caller may stop at any piece."""


class Engine(Protocol):
    """Trains in a process of its own, answers in the server.

    folder: where the base's own files are. suffix: of the names of models in a job's folder, which are step numbers.
    resumes: a stopped training goes on where it was; otherwise it begins again. continues: a finished model can be
    trained further.
    """

    @property
    def base(self) -> str: ...
    @property
    def folder(self) -> Path | None: ...
    @property
    def context_tokens(self) -> int: ...
    @property
    def methods(self) -> frozenset[Method]: ...
    @property
    def suffix(self) -> str: ...
    @property
    def resumes(self) -> bool: ...
    @property
    def continues(self) -> bool: ...
    @property
    def tells_probabilities(self) -> bool: ...

    def train(
        self,
        rows: Sequence[Row],
        held_out: Sequence[Row],
        plan: TrainingPlan,
        folder: Path,
        report: Callable[[Report], None],
    ) -> int:
        """Write models into `folder`, the last step's being the finished one; returns the tokens trained.

        Raises Refused.
        """

    def load(self, path: Path | None) -> LoadedModel:
        """The model that `train` wrote at a path; None: the base. Raises ValueError when it is not one."""
