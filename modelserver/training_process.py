"""The process one job is trained in: a job as JSON on the first input line, progress as JSON lines on output.

It ends when its input closes, so it never outlives the server, however that was stopped.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from modelserver.engine import Step, TrainingPlan
from modelserver.engines import engine_for
from modelserver.training_file import read_training_file


class Assignment(BaseModel):
    """What the server tells the process. min_seconds: spread the steps over at least this long."""

    base: str
    training_file: Path
    validation_file: Path | None
    folder: Path
    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float
    seed: int
    min_seconds: float


def main() -> None:
    assignment = Assignment.model_validate_json(sys.stdin.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()
    rows = read_training_file(assignment.training_file)
    held_out = read_training_file(assignment.validation_file, min_rows=1) if assignment.validation_file else []
    started = time.monotonic()

    def report(step: Step) -> None:
        share = step.metrics.step / step.steps
        time.sleep(max(0.0, started + share * assignment.min_seconds - time.monotonic()))
        _say({"step": dataclasses.asdict(step) | {"metrics": step.metrics.model_dump()}})

    trained = engine_for(assignment.base).train(rows, held_out, _plan(assignment), assignment.folder, report)
    _say({"trained_tokens": trained})


def _plan(assignment: Assignment) -> TrainingPlan:
    return TrainingPlan(
        n_epochs=assignment.n_epochs,
        batch_size=assignment.batch_size,
        learning_rate_multiplier=assignment.learning_rate_multiplier,
        seed=assignment.seed,
    )


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
