"""Takes jobs from created to finished: a process for each training, none lost by a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from modelserver.engine import Step
from modelserver.engines import Engines
from modelserver.progress import Progress
from modelserver.records import Hyperparameters, Job, JobError
from modelserver.slots import Slots
from modelserver.store import Store
from modelserver.trainer import ONE_PROCESS, Trainer
from modelserver.training_file import MIN_ROWS, BadTrainingFile, read_training_file
from modelserver.training_process import Assignment

log = logging.getLogger(__name__)

AUTOMATIC_BETA = 0.1  # Rafailov et al. 2023; Ethayarajh et al. 2024


@dataclass(frozen=True)
class Pace:
    """How training is run. min_train_seconds: spread the steps of a job over at least this long.

    trainer: the command that starts a training, without the path of its assignment.
    """

    min_train_seconds: float = 0.0
    parallel_jobs: int = 1
    trainer: Sequence[str] = ONE_PROCESS


class Training:
    """One task for each job that is not finished; at most `parallel_jobs` of them train at a time."""

    def __init__(self, store: Store, engines: Engines, progress: Progress, pace: Pace) -> None:
        self._files, self._engines, self._progress, self._pace = store.files, engines, progress, pace
        self._models = store.models
        self._slots = Slots(pace.parallel_jobs)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def resume(self) -> None:
        """Take up every job that was unfinished when the server last stopped."""
        for job_id in self._progress.unfinished():
            self._take_up(job_id, "The server was restarted")

    def _take_up(self, job_id: str, why: str) -> None:
        job = self._progress.open_job(job_id)
        engine = self._engines.get(job.trained_base) if job is not None else None
        self._progress.take_up(job_id, why, resumes=engine is not None and engine.resumes)
        self.start(job_id)

    async def pause(self, job_id: str) -> None:
        """Record it, then end the job's process and give its slot to the next."""
        self._progress.paused(job_id)
        await self._stop([self._tasks[job_id]] if job_id in self._tasks else [])

    def unpause(self, job_id: str) -> None:
        self._take_up(job_id, "The job was resumed")

    def start(self, job_id: str) -> None:
        task = asyncio.create_task(self._run(job_id), name=job_id)
        self._tasks[job_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(job_id, None))

    async def cancel(self, job_id: str) -> None:
        """Record it, then end the job's process."""
        self._progress.cancelled(job_id)
        await self._stop([self._tasks[job_id]] if job_id in self._tasks else [])
        self._progress.discard_files(job_id)

    async def close(self) -> None:
        """Stop without changing any job: the next start resumes them."""
        await self._stop(list(self._tasks.values()))

    async def _stop(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job_id: str) -> None:
        job = self._progress.open_job(job_id)
        if job is None:
            return
        try:
            error = await self._steps(job)
        except Exception:  # one broken job must not stop the others; the log has the traceback
            log.exception("training failed", extra={"job_id": job_id})
            error = JobError(code="server_error", message="The training process failed.", param=None)
        if error is not None:
            self._progress.failed(job_id, error)

    async def _steps(self, job: Job) -> JobError | None:
        """None when the job succeeded (or was cancelled meanwhile)."""
        rows, error = await asyncio.to_thread(self._validate, job)
        if error is not None:
            return error
        self._progress.move(job.id, "queued", "Files validated, moving job to queued state")
        async with self._slots.taken(job.priority):
            numbers = resolved(job.hyperparameters, rows)
            self._progress.started(job.id, numbers, expected_seconds=self._pace.min_train_seconds)
            if said := automatic_said(job.hyperparameters, numbers, rows):
                self._progress.note(job.id, said)
            try:
                return await self._trained(job, numbers)
            except ChildProcessError:
                _, error = await asyncio.to_thread(self._validate, job)
                if error is None:
                    raise
                return error  # a file was deleted while the job waited

    async def _trained(self, job: Job, numbers: Hyperparameters) -> JobError | None:
        """Run the training and write down what it tells."""
        seen: list[Step] = []
        trained_tokens, ran_s = 0, 0.0
        trainer = Trainer(self._assignment(job, numbers), self._pace.trainer)
        async with aclosing(trainer.told()) as lines:
            async for told in lines:
                ran_s = told.ran_s or ran_s
                if told.step is not None:
                    seen.append(told.step)
                    self._progress.step(job.id, told.step, left_s=told.left_s, ran_s=job.ran_s + ran_s)
                elif told.note is not None:
                    self._progress.note(job.id, told.note.message)
                elif told.resumed is not None:
                    seen = self._progress.resumed(job.id, told.resumed.step)
                elif told.refused is not None:
                    return JobError(code=told.code or "server_error", message=told.refused, param=None)
                trained_tokens = told.trained_tokens or trained_tokens
        self._progress.succeeded(job.id, seen, trained_tokens, job.ran_s + ran_s)
        return None

    def _validate(self, job: Job) -> tuple[int, JobError | None]:
        """How many training rows there are, or what is wrong with the files."""
        rows = 0
        files = (("validation_file", job.validation_file, 1), ("training_file", job.training_file, MIN_ROWS))
        for param, file_id, least in files:
            if file_id is None:
                continue
            try:
                rows = len(read_training_file(self._files / file_id, method=job.kind, min_rows=least))
            except FileNotFoundError:
                return 0, JobError(code="file_not_found", message=f"File {file_id} was deleted.", param=param)
            except BadTrainingFile as err:
                return 0, _file_error(err, param)
        if job.start is not None and not (self._models / job.start).exists():
            return 0, JobError(code="model_not_found", message=f"Model {job.model} was deleted.", param="model")
        if job.trained_base not in self._engines:
            message = f"The base model {job.trained_base} is no longer served."
            return 0, JobError(code="model_not_available", message=message, param="model")
        return rows, None

    def _assignment(self, job: Job, numbers: Hyperparameters) -> Assignment:
        folder = self._progress.folder(job.id)
        folder.mkdir(exist_ok=True)
        return Assignment(
            base=job.trained_base,
            base_folder=self._engines[job.trained_base].folder,
            method=job.kind,
            training_file=self._files / job.training_file,
            validation_file=_within(self._files, job.validation_file),
            folder=folder,
            start=_within(self._models, job.start),
            seed=job.seed,
            min_seconds=self._pace.min_train_seconds,
            **numbers.model_dump(exclude_none=True),
        )


def _within(folder: Path, name: str | None) -> Path | None:
    return folder / name if name is not None else None


def _file_error(err: BadTrainingFile, param: str) -> JobError:
    kind = param.removesuffix("_file")
    message = f"{err.reason}"
    if err.row is not None:
        message = f"The job failed due to an invalid {kind} file. Invalid file format. Line {err.row}: {err.reason}."
    return JobError(code=err.code.replace("training", kind), message=message, param=param)


def resolved(asked: Hyperparameters, rows: int) -> Hyperparameters:
    """Numbers in place of "auto".

    Epochs: OpenAI's cookbook (Chat_finetuning_data_prep): 3, or enough for 100 examples, or fewer than 25,000.
    Batch: one row in 500, at least 1 and at most 256, so that a voice of some hundred posts trains row by row.
    """
    epochs = 3
    if rows * epochs < 100:
        epochs = min(25, max(1, 100 // max(1, rows)))
    elif rows * epochs > 25_000:
        epochs = max(1, 25_000 // rows)
    batch_size = min(256, max(1, rows // 500))
    automatic = {"n_epochs": epochs, "batch_size": batch_size, "learning_rate_multiplier": 1.0, "beta": AUTOMATIC_BETA}
    given = {name: value for name, value in asked.model_dump().items() if value != "auto"}
    return Hyperparameters(**automatic | given)


def automatic_said(asked: Hyperparameters, numbers: Hyperparameters, rows: int) -> str | None:
    """Why the numbers that were left to the server are what they are."""
    reasons = {
        "n_epochs": f"OpenAI's cookbook rule for {rows} rows",
        "batch_size": "one row in 500",
        "learning_rate_multiplier": "the base's own rate",
        "beta": "as in the papers on DPO and KTO",
    }
    chosen = [name for name, value in asked.model_dump().items() if value == "auto"]
    if not chosen:
        return None
    return "auto: " + ", ".join(f"{name} is {getattr(numbers, name)} ({reasons[name]})" for name in chosen) + "."
