"""Opens SQLite or Postgres, and sessions on them whose transactions begin so that read-then-write is safe."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.failpoints import failpoint

# WAL with synchronous=FULL: NORMAL may forget the last commits at power loss, which here means "already paid for".
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000")
# A replica that is frozen inside a transaction keeps row locks; Postgres ends it after this time.
IDLE_IN_TRANSACTION_MS = "30000"


class Engine:
    """A database, and the two ways to talk to it. Share one per process: on SQLite it holds the writers' queue."""

    def __init__(self, sql: AsyncEngine) -> None:
        self.sql = sql
        self._sqlite = sql.dialect.name == "sqlite"
        # Many writers polling SQLite's lock wait up to 1.4 s at p99; in a queue of our own 0.1 to 0.2 s.
        self._turn = asyncio.Lock()
        self._to_write = _sessions(sql)
        self._to_read = _sessions(sql.execution_options(**_reading_options(sqlite=self._sqlite)))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """One transaction: BEGIN IMMEDIATE on SQLite, READ COMMITTED on Postgres."""
        if self._sqlite:
            async with self._turn, self._to_write() as session, session.begin():
                yield session
                failpoint("commit.before")
        else:
            async with self._to_write() as session, session.begin():
                yield session
                failpoint("commit.before")
        failpoint("commit.after")

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """One unchanging view of the database; writing in it fails."""
        async with self._to_read() as session:
            yield session

    async def dispose(self) -> None:
        await self.sql.dispose()


def open_engine(url: str) -> Engine:
    """url: sqlite+aiosqlite:///file or postgresql+asyncpg://. Nothing is connected yet; dispose() it."""
    if make_url(url).get_backend_name() == "sqlite":
        sql = create_async_engine(url)
        event.listen(sql.sync_engine, "connect", _prepare_sqlite)
        event.listen(sql.sync_engine, "begin", _begin_sqlite)
    else:
        settings = {"idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS}
        sql = create_async_engine(url, pool_pre_ping=True, connect_args={"server_settings": settings})
    return Engine(sql)


def is_writing(session: AsyncSession) -> bool:
    """Whether rows read now may be changed later in the same transaction."""
    return not session.info["reading"]


def _sessions(sql: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(
        sql,
        class_=AsyncSession,
        expire_on_commit=False,
        execution_options={"populate_existing": True, "synchronize_session": False},
        info={"reading": "reading" in sql.get_execution_options()},
    )


def _reading_options(*, sqlite: bool) -> dict[str, Any]:
    if sqlite:
        return {"reading": True}
    return {"reading": True, "isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # the driver would begin by itself, and only before the first write
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    record.info["read_only"] = False


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    if connection.info["read_only"] != reading:
        connection.exec_driver_sql(f"PRAGMA query_only = {int(reading)}")
        connection.info["read_only"] = reading
    connection.exec_driver_sql("BEGIN DEFERRED" if reading else "BEGIN IMMEDIATE")
