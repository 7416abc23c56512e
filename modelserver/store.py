"""The server's memory: one SQLite file for facts, folders for bytes. A kill at any line loses nothing answered."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from modelserver.records import TERMINAL, Job, Record, StoredFile, TunedModel

R = TypeVar("R", bound=Record)

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS records (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    parent TEXT,
    body TEXT NOT NULL,
    UNIQUE (kind, id)
) STRICT;
CREATE INDEX IF NOT EXISTS records_by_parent ON records (kind, parent, sequence);
"""


class Store:
    """Records by kind and id, oldest first by sequence. Used from one thread, between two awaits."""

    def __init__(self, folder: Path) -> None:
        self.files = folder / "files"
        self.models = folder / "models"
        for path in (self.files, self.models):
            path.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(folder / "modelserver.sqlite3", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.executescript(SCHEMA)

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is kept, or nothing."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def add(self, record: Record, *, parent: str | None = None) -> None:
        self._database.execute(
            "INSERT INTO records (kind, id, parent, body) VALUES (?, ?, ?, ?)",
            (record.KIND, record.id, parent, record.model_dump_json()),
        )

    def replace(self, record: Record) -> None:
        self._database.execute(
            "UPDATE records SET body = ? WHERE kind = ? AND id = ?", (record.model_dump_json(), record.KIND, record.id)
        )

    def remove(self, kind: type[Record], record_id: str) -> None:
        self._database.execute("DELETE FROM records WHERE kind = ? AND id = ?", (kind.KIND, record_id))

    def remove_children(self, kind: type[Record], parent: str) -> None:
        self._database.execute("DELETE FROM records WHERE kind = ? AND parent = ?", (kind.KIND, parent))

    def get(self, kind: type[R], record_id: str) -> R | None:
        query = "SELECT body FROM records WHERE kind = ? AND id = ?"
        row = self._database.execute(query, (kind.KIND, record_id)).fetchone()
        return kind.model_validate_json(row[0]) if row else None

    def all(self, kind: type[R], *, parent: str | None = None) -> list[R]:
        """Oldest first; of one parent when it is given."""
        query = "SELECT body FROM records WHERE kind = ? AND (? IS NULL OR parent = ?) ORDER BY sequence"
        rows = self._database.execute(query, (kind.KIND, parent, parent))
        return [kind.model_validate_json(row[0]) for row in rows]

    def used_bytes(self, owner: str) -> int:
        """Files and models of an organisation, and what its jobs have written so far."""
        files = sum(file.bytes for file in self.all(StoredFile) if file.owner == owner)
        jobs = [self.models / job.id for job in self.all(Job) if job.organization_id == owner]
        return files + sum(path.stat().st_size for job in jobs for path in job.rglob("*") if path.is_file())

    def sweep(self) -> None:
        """Remove bytes that no record names: what a kill left behind. Only before anything is served."""
        files = {file.id for file in self.all(StoredFile)}
        models = {(model.job_id, model.step) for model in self.all(TunedModel)}
        for path in self.files.iterdir():
            if path.name not in files:
                path.unlink()
        at_work = {job.id for job in self.all(Job) if job.status not in TERMINAL}
        for path in self.models.glob("*/*"):
            if path.parent.name in at_work:
                continue  # the job goes on from what is there, or discards it
            if not path.stem.isdigit() or (path.parent.name, int(path.stem)) not in models:
                forget(path)


def keep_bytes(path: Path, written: Path) -> None:
    """Give a finished temporary file its name, so that the name is never seen with half its bytes."""
    _sync(written)
    written.replace(path)
    _sync(path.parent)


def keep_model(path: Path) -> None:
    """Make sure that a model's bytes outlast a power cut: a file, or a folder of files."""
    for file in path.iterdir() if path.is_dir() else [path]:
        _sync(file)
    _sync(path.parent)


def forget(path: Path) -> None:
    """Remove a file, or a folder with all its files."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
