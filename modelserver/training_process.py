"""The process one job is trained in: its assignment is a file, its progress JSON lines on output.

It ends when its input closes, so it never outlives the server, however that was stopped. A trainer command may start
several of it with the same assignment; then one of them reports.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from modelserver.engine import Note, Refused, Report, Resumed, Step, TrainingPlan
from modelserver.engines import engines
from modelserver.records import Method
from modelserver.room import is_full
from modelserver.training_file import read_training_file

LINE: Final = "understudy "  # before each line that is meant for the server; libraries print too


class Assignment(BaseModel):
    """What the server tells the process. min_seconds: spread the steps over at least this long."""

    base: str
    base_folder: Path | None = None
    method: Method = "supervised"
    training_file: Path
    validation_file: Path | None
    folder: Path
    start: Path | None = None
    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float
    beta: float = 0.1
    seed: int
    min_seconds: float

    def plan(self) -> TrainingPlan:
        return TrainingPlan(
            n_epochs=self.n_epochs,
            batch_size=self.batch_size,
            learning_rate_multiplier=self.learning_rate_multiplier,
            seed=self.seed,
            method=self.method,
            beta=self.beta,
            start=self.start,
        )


class Told(BaseModel):
    """One line to the server: a step, a note, a refusal or the end.

    left_s: seconds until the last step, as it looks now. ran_s: since training began, without loading; with steps and
    with the end.
    """

    step: Step | None = None
    left_s: float | None = None
    ran_s: float | None = None
    note: Note | None = None
    resumed: Resumed | None = None
    refused: str | None = None
    code: str | None = None
    trained_tokens: int | None = None


def main() -> None:
    assignment = Assignment.model_validate_json(Path(sys.argv[1]).read_bytes())
    threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        pacer = Pacer(assignment.min_seconds)
        _say(Told(trained_tokens=_train(assignment, pacer), ran_s=pacer.ran_s))
    except Refused as err:
        _say(Told(refused=err.reason, code=err.code))
    except OSError as err:
        if not is_full(err):
            raise
        _say(Told(refused="The disk of the server is full.", code="no_disk_space"))


def _train(assignment: Assignment, pacer: Pacer) -> int:
    rows = read_training_file(assignment.training_file, method=assignment.method)
    held_out = (
        read_training_file(assignment.validation_file, method=assignment.method, min_rows=1)
        if assignment.validation_file
        else []
    )
    bases = {assignment.base: assignment.base_folder} if assignment.base_folder else {}
    engine = engines(bases)[assignment.base]
    return engine.train(rows, held_out, assignment.plan(), assignment.folder, pacer.report)


class Pacer:
    """Passes reports on, not faster than was asked, with the time that is left. Notes come before the first step."""

    def __init__(
        self,
        min_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._min_seconds, self._started, self._first, self._waited_s = min_seconds, clock(), 0, 0.0

    @property
    def ran_s(self) -> float:
        """Without what it waited so as not to be too fast."""
        return self._elapsed_s - self._waited_s

    @property
    def _elapsed_s(self) -> float:
        return self._clock() - self._started

    def report(self, report: Report) -> None:
        if isinstance(report, Note):
            self._started = self._clock()  # until now the base was loaded
            return _say(Told(note=report))
        if isinstance(report, Resumed):
            self._first = report.step
            return _say(Told(resumed=report))
        share = report.metrics.step / report.steps
        wait_s = max(0.0, share * self._min_seconds - self._elapsed_s)
        self._sleep(wait_s)
        self._waited_s += wait_s
        done = report.metrics.step - self._first
        left = self._elapsed_s / max(1, done) * (report.steps - report.metrics.step)
        return _say(Told(step=report, left_s=left, ran_s=self.ran_s))


def _say(told: Told) -> None:
    if os.environ.get("RANK", "0") != "0":
        return  # of several processes the first one speaks for all
    sys.stdout.write(LINE + told.model_dump_json(exclude_none=True) + "\n")
    sys.stdout.flush()


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
