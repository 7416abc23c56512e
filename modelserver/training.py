"""Takes jobs from created to finished: a process for each training, none lost by a restart."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from pathlib import Path

from modelserver.progress import Progress
from modelserver.records import Hyperparameters, Job, JobError
from modelserver.store import Store
from modelserver.trainer import Trainer
from modelserver.training_file import MIN_ROWS, BadTrainingFile, read_training_file
from modelserver.training_process import Assignment

log = logging.getLogger(__name__)


class Training:
    """One task for each job that is not finished; at most `parallel_jobs` of them train at a time."""

    def __init__(self, store: Store, progress: Progress, *, parallel_jobs: int, min_train_seconds: float) -> None:
        self._files, self._progress, self._min_seconds = store.files, progress, min_train_seconds
        self._slots = asyncio.Semaphore(parallel_jobs)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def resume(self) -> None:
        """Begin again every job that was unfinished when the server last stopped."""
        for job_id in self._progress.unfinished():
            self._progress.restart(job_id)
            self.start(job_id)

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
        async with self._slots:
            numbers = resolved(job.hyperparameters, rows)
            self._progress.started(job.id, numbers, expected_seconds=self._min_seconds)
            trainer = Trainer(self._assignment(job, numbers))
            try:
                async with aclosing(trainer.steps()) as steps:
                    async for step in steps:
                        self._progress.step(job.id, step)
            except ChildProcessError:
                _, error = await asyncio.to_thread(self._validate, job)
                if error is None:
                    raise
                return error  # a file was deleted while the job waited
        self._progress.succeeded(job.id, trainer.seen, trainer.trained_tokens)
        return None

    def _validate(self, job: Job) -> tuple[int, JobError | None]:
        """How many training rows there are, or what is wrong with the files."""
        rows = 0
        files = (("validation_file", job.validation_file, 1), ("training_file", job.training_file, MIN_ROWS))
        for param, file_id, least in files:
            if file_id is None:
                continue
            try:
                rows = len(read_training_file(self._files / file_id, min_rows=least))
            except FileNotFoundError:
                return 0, JobError(code="file_not_found", message=f"File {file_id} was deleted.", param=param)
            except BadTrainingFile as err:
                return 0, _file_error(err, param)
        return rows, None

    def _assignment(self, job: Job, numbers: Hyperparameters) -> Assignment:
        folder = self._progress.folder(job.id)
        folder.mkdir(exist_ok=True)
        return Assignment(
            base=job.model,
            training_file=self._files / job.training_file,
            validation_file=_within(self._files, job.validation_file),
            folder=folder,
            seed=job.seed,
            min_seconds=self._min_seconds,
            **numbers.model_dump(),
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
    automatic = {"n_epochs": epochs, "batch_size": min(256, max(1, rows // 500)), "learning_rate_multiplier": 1.0}
    given = {name: value for name, value in asked.model_dump().items() if value != "auto"}
    return Hyperparameters(**automatic | given)
