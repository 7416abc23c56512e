"""Deletes files that have expired, and those that are older than the server is told to keep."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final

from modelserver.files import Files
from modelserver.records import TERMINAL, Job, StoredFile
from modelserver.store import Store

log = logging.getLogger(__name__)

EVERY_S: Final = 3600.0
DAY_S: Final = 24 * 3600


class Retention:
    """Uploads and result files; models are kept until somebody deletes them. keep_days: None keeps files for good."""

    def __init__(self, store: Store, files: Files, keep_days: int | None) -> None:
        self._store, self._files, self._keep_days = store, files, keep_days
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="retention")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self.sweep(time.time())
            await asyncio.sleep(EVERY_S)

    def sweep(self, now: float) -> None:
        """now: seconds since 1970. What an unfinished job needs stays until it has ended."""
        jobs = [job for job in self._store.all(Job) if job.status not in TERMINAL]
        needed = {name for job in jobs for name in (job.training_file, job.validation_file)}
        old = [file for file in self._store.all(StoredFile) if self._ends_at(file) <= now and file.id not in needed]
        for file in old:
            self._files.remove(file.id)
        if old:
            log.info("old files deleted", extra={"files": len(old)})

    def _ends_at(self, file: StoredFile) -> float:
        ends = [float(file.expires_at)] if file.expires_at is not None else []
        if self._keep_days is not None:
            ends.append(file.created_at + self._keep_days * DAY_S)
        return min(ends, default=float("inf"))
