"""The migrated schema is the one the tables describe, and replicas may migrate at once."""

import asyncio

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

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


def to_first(connection: Connection) -> None:
    config = migrate._config()
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")


OF_THE_FIRST = {
    "voice": "handle, purpose, sensitivity, owner, steward, channel_id, works_if, why, state, created_at",
    "round": "voice_id, number, channel_id, state, revision, prepared_revision, dataset_id, created_at",
    "dataset": "voice_id, round_id, content_hash, train_blob, validation_blob, test_blob, report_blob, documents_read, "
    "kept, examples, train_examples, train_tokens, tokens, words, open_blockers, created_at",
    "spend_request": "voice_id, round_id, dataset_id, dataset_hash, provider, base, method, epochs, ceiling_microusd, "
    "estimate_microusd, state, requested_by, requested_at",
}

# One hold that stands and one that was settled; they are given to the voice and to whoever asked, too.
HOLDS = (
    "INSERT INTO spend_hold (team_id, spend_request_id, month, amount_microusd, state, actual_microusd) "
    "VALUES ('T1', 1, '2026-11', 3, 'held', NULL), ('T1', 2, '2026-11', 9, 'settled', 2)"
)
BUDGET = (
    "INSERT INTO budget (team_id, month, limit_microusd, held_microusd, settled_microusd) "
    "VALUES ('T1', '2026-11', 100, 3, 2)"
)


async def test_rows_of_the_first_schema_live_through_the_upgrade(empty_url: str) -> None:
    """SQLite builds a table anew to change it, also one that others point at."""
    engine = open_engine(empty_url)
    async with engine.sql.begin() as connection:
        await connection.run_sync(to_first)
        for table, columns in OF_THE_FIRST.items():
            values = ", ".join(
                "'2026-11-21 00:00:00+00'" if name.endswith("_at") else "'1'" for name in columns.split(", ")
            )
            rows = (1, 2) if table == "spend_request" else (1,)
            for row in rows:
                inserted = f"INSERT INTO {table} (id, team_id, {columns}) VALUES ({row}, 'T1', {values})"
                await connection.execute(text(inserted))
        await connection.execute(text(HOLDS))
        await connection.execute(text(BUDGET))
    await migrate.upgrade(engine)
    async with engine.sql.connect() as connection:
        budgets = await connection.execute(text("SELECT scope, held_microusd, settled_microusd FROM budget ORDER BY 1"))
        assert [tuple(row) for row in budgets] == [("", 3, 2), ("person:1", 3, 2), ("voice:1", 3, 2)]
        for table in OF_THE_FIRST:
            assert (await connection.execute(text(f"SELECT id FROM {table}"))).all()
        with pytest.raises(IntegrityError):
            await connection.execute(text("DELETE FROM dataset"))
    await engine.dispose()
