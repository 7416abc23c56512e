"""What one transaction promises."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError
from storage_seeds import NOW, TEAM, add_job, add_round, add_voice

from pipeline.domain.voices import Voice
from storage.database import SqlDatabase
from storage.engine import open_engine

WRITERS, WRITES_EACH = 8, 25


@pytest.fixture
async def replica(database_url: str) -> AsyncIterator[SqlDatabase]:
    """A second process, as far as the database can tell."""
    engine = open_engine(database_url)
    yield SqlDatabase(engine, default_month_limit_microusd=0)
    await engine.dispose()


async def test_read_then_write_loses_nothing(db: SqlDatabase, replica: SqlDatabase) -> None:
    async with db.begin() as tx:
        job_id = (await add_job(tx)).tuning_job_id

    async def count_up(db: SqlDatabase) -> None:
        for _ in range(WRITES_EACH):
            async with db.begin() as tx:
                job = await tx.tuning_jobs.by_id(job_id)
                await tx.tuning_jobs.update(replace(job, unknowns=job.unknowns + 1))

    await asyncio.gather(*(count_up(db if writer % 2 else replica) for writer in range(WRITERS)))
    async with db.read() as tx:
        assert (await tx.tuning_jobs.by_id(job_id)).unknowns == WRITERS * WRITES_EACH


async def test_a_block_that_raises_leaves_nothing(db: SqlDatabase) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.begin() as tx:
            await add_voice(tx)
            raise ZeroDivisionError
    async with db.read() as tx:
        assert await tx.voices.of_team(TEAM) == []


async def test_a_cancelled_block_leaves_nothing_and_blocks_nobody(db: SqlDatabase) -> None:
    entered = asyncio.Event()

    async def hang() -> None:
        async with db.begin() as tx:
            await add_voice(tx)
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with db.begin() as tx:
        assert await tx.voices.of_team(TEAM) == []


async def test_reading_cannot_write(db: SqlDatabase) -> None:
    with pytest.raises(DBAPIError):
        async with db.read() as tx:
            await add_voice(tx)
    async with db.begin() as tx:  # the same connection may write again
        await add_voice(tx)


async def test_reading_does_not_wait_for_a_writer_and_does_not_change_meanwhile(db: SqlDatabase) -> None:
    async with db.read() as reader:
        assert await reader.voices.of_team(TEAM) == []
        async with db.begin() as tx:
            await add_voice(tx)
            async with db.read() as other:
                assert await other.voices.of_team(TEAM) == []
        assert await reader.voices.of_team(TEAM) == []
    async with db.read() as reader:
        assert len(await reader.voices.of_team(TEAM)) == 1


async def test_a_value_read_twice_is_read_anew(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        voice = await add_voice(tx)
        await tx.voices.set_state(voice.voice_id, "paused")
        assert (await tx.voices.by_id(voice.voice_id)).state == "paused"


async def test_ten_people_open_one_round(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        voice = await add_voice(tx)

    async def open_round(voice: Voice) -> int:
        async with db.begin() as tx:
            return (await tx.rounds.open_for(voice, channel_id="C1", now=NOW)).round_id

    assert len(set(await asyncio.gather(*(open_round(voice) for _ in range(10))))) == 1


async def test_ten_changes_at_once_count_ten_revisions(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        round_id = (await add_round(tx)).round_id

    async def change() -> int:
        async with db.begin() as tx:
            return await tx.rounds.changed(round_id)

    assert sorted(await asyncio.gather(*(change() for _ in range(10)))) == list(range(1, 11))
