"""What an engine must do to be trained and asked by this server. One engine serves one base model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from modelserver.records import Metrics


@dataclass(frozen=True)
class Message:
    """One turn. trained: whether an assistant's turn is learned from (`weight` is not 0)."""

    role: str
    content: str
    trained: bool = True


Conversation = Sequence[Message]


@dataclass(frozen=True)
class TrainingPlan:
    """Every number of one training run; the same plan on the same rows gives the same model."""

    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float
    seed: int


@dataclass(frozen=True)
class Step:
    """Progress after one step of `steps`. kept: the model file written at this step, at the end of an epoch.

    tokens: trained so far, for the bill of a job that is cancelled.
    """

    metrics: Metrics
    steps: int
    kept: str | None = None
    tokens: int = 0


@dataclass(frozen=True)
class Sampling:
    """How to write one answer. max_tokens counts tokens of the engine."""

    temperature: float
    max_tokens: int
    stop: Sequence[str]
    seed: int


@dataclass(frozen=True)
class Answer:
    text: str
    finish_reason: Literal["stop", "length"]
    completion_tokens: int


class LoadedModel(Protocol):
    """A model in memory, base or tuned; used from several threads at once."""

    def count_tokens(self, messages: Conversation) -> int: ...

    def answer(self, messages: Conversation, sampling: Sampling) -> Answer: ...


class Engine(Protocol):
    """Trains in a process of its own, answers in the server."""

    base: str
    context_tokens: int

    def train(
        self,
        rows: Sequence[Conversation],
        held_out: Sequence[Conversation],
        plan: TrainingPlan,
        folder: Path,
        report: Callable[[Step], None],
    ) -> int:
        """Write model files into `folder`, the last step's being the finished model; returns the tokens trained."""

    def load(self, path: Path | None) -> LoadedModel:
        """The model in a file that `train` wrote; None: the base. Raises ValueError when it is not one."""
