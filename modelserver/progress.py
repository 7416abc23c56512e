"""Writes down what becomes of a job: its states, events, checkpoints, model and result file."""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from modelserver.engine import Step
from modelserver.records import (
    TERMINAL,
    Checkpoint,
    Hyperparameters,
    Job,
    JobError,
    JobEvent,
    JobStatus,
    Metrics,
    StoredFile,
    TunedModel,
    new_id,
)
from modelserver.store import Store, forget, keep_bytes, keep_model

CHECKPOINTS_KEPT: Final = 3
RESULT_COLUMNS: Final = ("step", "train_loss", "train_accuracy", "valid_loss", "valid_mean_token_accuracy")


class Progress:
    """Every change of a job. A job in a terminal state never changes again.

    ended: told of each job that has ended, inside the transaction that ends it.
    """

    def __init__(self, store: Store, ended: Callable[[Job], None] = lambda _: None) -> None:
        self._store, self._ended = store, ended

    def folder(self, job_id: str) -> Path:
        """Where the model files of a job are."""
        return self._store.models / job_id

    def tell(
        self,
        job_id: str,
        message: str,
        *,
        level: Literal["info", "warn", "error"] = "info",
        metrics: dict[str, Any] | None = None,
    ) -> None:
        event = JobEvent(
            id=new_id("ftevent-"),
            created_at=int(time.time()),
            level=level,
            message=message,
            type="message" if metrics is None else "metrics",
            data=metrics or {},
        )
        self._store.add(event, parent=job_id)

    def discard_files(self, job_id: str) -> None:
        shutil.rmtree(self.folder(job_id), ignore_errors=True)

    def open_job(self, job_id: str) -> Job | None:
        """The job while it can still change."""
        job = self._store.get(Job, job_id)
        return None if job is None or job.status in TERMINAL else job

    def unfinished(self) -> list[str]:
        """Jobs that wait or train; not those that somebody has paused."""
        return [job.id for job in self._store.all(Job) if job.status not in TERMINAL and not job.paused]

    def paused(self, job_id: str) -> None:
        self.move(job_id, "queued", "Fine-tuning job was paused", paused=True, estimated_finish=None)

    def move(self, job_id: str, status: JobStatus, message: str, **changes: Any) -> None:
        job = self.open_job(job_id)
        if job is None:
            return
        with self._store.transaction():
            self._replace(job, {"status": status, **changes})
            self.tell(job_id, message)

    def _replace(self, job: Job, changes: dict[str, Any]) -> None:
        changed = job.model_copy(update=changes)
        self._store.replace(changed)
        if changed.status in TERMINAL:
            self._ended(changed)

    def take_up(self, job_id: str, why: str, *, resumes: bool = False) -> None:
        """Ready a job that was interrupted. resumes: its engine goes on from what is in its folder."""
        job = self.open_job(job_id)
        if job is None:
            return
        changes: dict[str, Any] = {"status": "validating_files", "estimated_finish": None, "paused": False}
        message = f"{why}; the job goes on where its last state was kept."
        if not resumes:
            self.discard_files(job_id)
            changes["tokens_so_far"] = None
            message = f"{why}; the job begins again."
        with self._store.transaction():
            if not resumes:
                self._store.remove_children(Checkpoint, job_id)
            self._store.replace(job.model_copy(update=changes))
            self.tell(job_id, message, level="warn")

    def resumed(self, job_id: str, step: int) -> list[Step]:
        """The steps up to the one that a run goes on from; what came later is forgotten, as it comes again."""
        kept = {point.step_number for point in self._store.all(Checkpoint, parent=job_id)}
        told: dict[int, Step] = {}
        for event in self._store.all(JobEvent, parent=job_id):
            if event.type == "metrics" and event.data["step"] <= step:
                metrics = Metrics.model_validate({k: v for k, v in event.data.items() if k != "total_steps"})
                name = str(metrics.step) if metrics.step in kept else None
                told[metrics.step] = Step(metrics, event.data["total_steps"], name)
        with self._store.transaction():
            for point in self._store.all(Checkpoint, parent=job_id):
                if point.step_number > step:
                    self._store.remove(Checkpoint, point.id)
            self.tell(job_id, f"The job goes on after step {step}.")
        return [told[number] for number in sorted(told)]

    def started(self, job_id: str, numbers: Hyperparameters, *, expected_seconds: float) -> None:
        finish = int(time.time() + max(1.0, expected_seconds))
        changes = {"hyperparameters": numbers, "estimated_finish": finish}
        self.move(job_id, "running", "Fine-tuning job started", **changes)

    def note(self, job_id: str, message: str) -> None:
        with self._store.transaction():
            self.tell(job_id, message)

    def step(self, job_id: str, step: Step, *, left_s: float | None = None, ran_s: float = 0.0) -> None:
        metrics = step.metrics.model_dump(exclude_none=True)
        message = f"Step {step.metrics.step}/{step.steps}: training loss={step.metrics.train_loss:.2f}"
        if step.metrics.valid_loss is not None:
            message += f", validation loss={step.metrics.valid_loss:.2f}"
        with self._store.transaction():
            self.tell(job_id, message, metrics=metrics | {"total_steps": step.steps})
            if (job := self.open_job(job_id)) is not None:
                changes: dict[str, Any] = {"tokens_so_far": step.tokens, "ran_s": ran_s}
                if left_s is not None:
                    changes["estimated_finish"] = int(time.time() + max(1.0, left_s))
                self._store.replace(job.model_copy(update=changes))
            if step.kept is not None:
                self._checkpoint(job_id, step)

    def _checkpoint(self, job_id: str, step: Step) -> None:
        job = self._store.get(Job, job_id)
        if job is None:
            return
        name = f"{model_name(job)}:ckpt-step-{step.metrics.step}"
        checkpoint = Checkpoint(
            id=new_id("ftckpt_"),
            created_at=int(time.time()),
            fine_tuned_model_checkpoint=name,
            fine_tuning_job_id=job_id,
            step_number=step.metrics.step,
            metrics=step.metrics,
        )
        self._store.add(checkpoint, parent=job_id)
        for older in self._store.all(Checkpoint, parent=job_id)[:-CHECKPOINTS_KEPT]:
            self._store.remove(Checkpoint, older.id)
            for path in self.folder(job_id).glob(f"{older.step_number}*"):
                if path.stem == str(older.step_number):
                    forget(path)

    def failed(self, job_id: str, error: JobError) -> None:
        job = self.open_job(job_id)
        if job is None:
            return
        self.discard_files(job_id)
        changes = {"status": "failed", "error": error, "finished_at": int(time.time()), "estimated_finish": None}
        with self._store.transaction():
            self._replace(job, changes)
            self.tell(job_id, error.message, level="error")

    def cancelled(self, job_id: str) -> None:
        """Finished steps are billed, as OpenAI does it."""
        job = self.open_job(job_id)
        tokens = job.tokens_so_far if job is not None else None
        changes = {"finished_at": int(time.time()), "estimated_finish": None, "trained_tokens": tokens or 0}
        self.move(job_id, "cancelled", "Fine-tuning job was cancelled", **changes)

    def succeeded(self, job_id: str, steps: Sequence[Step], trained_tokens: int, ran_s: float) -> None:
        """Publish the model, its checkpoints and the result file in one transaction."""
        job = self.open_job(job_id)
        if job is None:
            return
        results, models = self._result_file(steps, job.organization_id), self._models(job, steps)
        changes: dict[str, Any] = {
            "status": "succeeded",
            "fine_tuned_model": model_name(job),
            "finished_at": int(time.time()),
            "estimated_finish": None,
            "trained_tokens": trained_tokens,
            "ran_s": ran_s,
            "result_files": [results.id],
        }
        with self._store.transaction():
            for record in (results, *models):
                self._store.add(record, parent=job_id)
            self._replace(job, changes)
            self.tell(job_id, f"New fine-tuned model created: {model_name(job)}")
            self.tell(job_id, "The job has successfully completed")

    def _models(self, job: Job, steps: Sequence[Step]) -> list[TunedModel]:
        kept = [step.metrics.step for step in steps if step.kept is not None]
        for path in self.folder(job.id).iterdir():
            if not path.stem.isdigit() or int(path.stem) not in kept[-CHECKPOINTS_KEPT:]:
                forget(path)
            else:
                keep_model(path)
        name = model_name(job)
        named = [(name, kept[-1]), *((f"{name}:ckpt-step-{step}", step) for step in kept[-CHECKPOINTS_KEPT:])]
        return [
            TunedModel(
                id=model,
                created=int(time.time()),
                owned_by=job.organization_id,
                base=job.trained_base,
                job_id=job.id,
                step=step,
                listed=model == name,
            )
            for model, step in named
        ]

    def _result_file(self, steps: Sequence[Step], owner: str) -> StoredFile:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(RESULT_COLUMNS)
        for step in steps:
            m = step.metrics
            row = (m.step, m.train_loss, m.train_mean_token_accuracy, m.valid_loss, m.valid_mean_token_accuracy)
            writer.writerow("" if value is None else value for value in row)
        content = text.getvalue().encode()
        file = StoredFile(
            id=new_id("file-"),
            bytes=len(content),
            created_at=int(time.time()),
            filename="step_metrics.csv",
            purpose="fine-tune-results",
            owner=owner,
        )
        with tempfile.NamedTemporaryFile(dir=self._store.files, prefix="incoming-", delete=False) as written:
            written.write(content)
        keep_bytes(self._store.files / file.id, Path(written.name))
        return file


def model_name(job: Job) -> str:
    """ft:<base>:<organisation>:<suffix>:<the end of the job's id>."""
    suffix = re.sub(r"[^a-z0-9-]+", "-", (job.suffix or "").lower()).strip("-")
    return f"ft:{job.trained_base}:{job.organization_id.removeprefix('org-')}:{suffix}:{job.id[-8:]}"
