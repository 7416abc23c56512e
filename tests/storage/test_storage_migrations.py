"""The migrated schema is the one the tables describe, and replicas may migrate at once."""

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from storage import migrate
from storage.engine import open_engine
from storage.tables import metadata


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return list(compare_metadata(context, metadata))


async def test_the_migrated_schema_is_that_of_the_tables(empty_url: str) -> None:
    engine = open_engine(empty_url)
    await migrate.upgrade(engine)
    async with engine.sql.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_a_new_database_is_at_head_only_after_the_upgrade(empty_url: str) -> None:
    engine = open_engine(empty_url)
    assert not await migrate.at_head(engine)
    await migrate.upgrade(engine)
    assert await migrate.at_head(engine)
    await engine.dispose()


async def test_replicas_that_start_together_all_find_the_schema(empty_url: str) -> None:
    engines = [open_engine(empty_url) for _ in range(4)]
    await asyncio.gather(*(migrate.upgrade(engine) for engine in engines))
    assert [await migrate.at_head(engine) for engine in engines] == [True] * 4
    await asyncio.gather(*(engine.dispose() for engine in engines))
