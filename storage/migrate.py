"""Brings a database to the newest schema; replicas may start together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Engine

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_KEY = 7_733_201_911  # any number that nobody else in this database uses


async def upgrade(engine: Engine) -> None:
    """One transaction: BEGIN IMMEDIATE on SQLite, an advisory lock on Postgres, so that one replica does it."""
    async with engine.sql.connect() as connection, _rebuilding(connection), connection.begin():
        if connection.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        await connection.run_sync(_upgrade)


@asynccontextmanager
async def _rebuilding(connection: AsyncConnection) -> AsyncIterator[None]:
    """SQLite changes a table by building it anew, which rows that point at it forbid; foreign keys wait meanwhile.

    Source: https://www.sqlite.org/lang_altertable.html#otheralter, which also says that a transaction is too late.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    await driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        await driver.execute("PRAGMA foreign_keys=ON")


async def at_head(engine: Engine) -> bool:
    """Whether the schema is the one this code was written for."""
    async with engine.reading() as session:
        return await (await session.connection()).run_sync(_at_head)


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite":
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        assert not lost, lost


def _at_head(connection: Connection) -> bool:
    current = MigrationContext.configure(connection).get_current_heads()
    return set(current) == set(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
