"""Locks that a living process holds, also a frozen one; a lease is only a timer (docs/decisions/0003)."""

import fcntl
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Engine

TRY = text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))")
FREE = text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))")


@dataclass(frozen=True, slots=True)
class FileLocks:
    """For SQLite: all processes on one host. The directory must not be on NFS."""

    directory: Path

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[bool]:
        file = self._open(key)
        try:
            yield _lock(file)
        finally:
            # Unlocked, not only closed: a forked child may have inherited the file.
            fcntl.flock(file, fcntl.LOCK_UN)
            os.close(file)

    def _open(self, key: str) -> int:
        """Opened anew each time, since a lock belongs to the opened file. Files are never deleted: that would race."""
        self.directory.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(key.encode()).hexdigest() + ".lock"
        return os.open(self.directory / name, os.O_RDWR | os.O_CREAT, 0o600)


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class AdvisoryLocks:
    """For Postgres: all replicas. Needs a real session, so no bouncer that pools by transaction."""

    engine: Engine

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[bool]:
        async with self.engine.sql.connect() as pooled:
            connection = await pooled.execution_options(isolation_level="AUTOCOMMIT")
            try:
                is_held = bool((await connection.execute(TRY, {"key": key})).scalar_one())
            except BaseException:  # cancelled in between: the lock may be held, so the session must not be reused
                await connection.invalidate()
                raise
            try:
                yield is_held
            finally:
                if is_held:
                    await _free(connection, key)


async def _free(connection: AsyncConnection, key: str) -> None:
    try:
        await connection.execute(FREE, {"key": key})
    except DBAPIError:  # the session is gone, and its locks with it
        await connection.invalidate()
    except BaseException:
        await connection.invalidate()
        raise
