"""Work items: one open item per subject, claimed once, written only by whoever holds it."""

import asyncio
from datetime import timedelta

import pytest
from storage_seeds import NOW, TEAM

from pipeline.domain.work import WorkItem
from pipeline.errors import LeaseLost
from storage.database import SqlDatabase
from storage.engine import Engine
from storage.work_queue import SqlWorkQueue

SOON, LATER = NOW + timedelta(seconds=10), NOW + timedelta(seconds=60)


@pytest.fixture
def queue(engine: Engine) -> SqlWorkQueue:
    return SqlWorkQueue(engine)


async def enqueue(db: SqlDatabase, subject: object = 1, *, at: object = NOW) -> None:
    assert isinstance(at, type(NOW))
    async with db.begin() as tx:
        await tx.work.enqueue("draft", subject, TEAM, run_at=at)


async def claim(queue: SqlWorkQueue, owner: str = "a", *, at: object = NOW) -> WorkItem:
    assert isinstance(at, type(NOW))
    item = await queue.claim(owner, now=at, lease_s=30)
    assert item is not None
    return item


async def finish(db: SqlDatabase, item: WorkItem) -> None:
    async with db.begin() as tx:
        await tx.work.finish(item)


async def test_the_oldest_due_item_is_claimed_first(db: SqlDatabase, queue: SqlWorkQueue) -> None:
    await enqueue(db, "second", at=NOW)
    await enqueue(db, "first", at=NOW - timedelta(seconds=1))
    await enqueue(db, "not yet", at=LATER)
    assert [(await claim(queue)).subject, (await claim(queue)).subject] == ["first", "second"]
    assert await queue.claim("a", now=NOW, lease_s=30) is None


async def test_twenty_claimers_never_get_the_same_item(db: SqlDatabase, queue: SqlWorkQueue) -> None:
    async with db.begin() as tx:
        for subject in range(60):
            await tx.work.enqueue("draft", subject, TEAM, run_at=NOW)

    async def work(owner: str) -> list[str]:
        done = []
        while item := await queue.claim(owner, now=NOW, lease_s=30):
            done.append(item.subject)
            await finish(db, item)
        return done

    claimed = [subject for done in await asyncio.gather(*(work(f"w{n}") for n in range(20))) for subject in done]
    assert sorted(claimed, key=int) == [str(subject) for subject in range(60)]


async def test_asked_again_while_it_waits_it_is_one_item_and_moves_forward(
    db: SqlDatabase, queue: SqlWorkQueue
) -> None:
    await enqueue(db, at=SOON)
    await enqueue(db, at=LATER)
    await enqueue(db, at=NOW)
    await claim(queue)
    assert await queue.claim("a", now=LATER - timedelta(seconds=40), lease_s=30) is None


async def test_asked_again_while_it_runs_it_runs_again_once(db: SqlDatabase, queue: SqlWorkQueue) -> None:
    await enqueue(db)
    item = await claim(queue)
    await enqueue(db, at=SOON)
    await enqueue(db, at=NOW)
    assert await queue.claim("b", now=NOW, lease_s=30) is None
    await finish(db, item)
    second = await claim(queue, "b")
    assert (second.attempts, second.token) == (1, 2)
    await finish(db, second)
    assert await queue.claim("b", now=LATER, lease_s=30) is None


async def test_asked_again_while_it_runs_it_does_not_wait_for_a_later_try(db: SqlDatabase, queue: SqlWorkQueue) -> None:
    await enqueue(db)
    item = await claim(queue)
    await enqueue(db, at=SOON)
    async with db.begin() as tx:
        await tx.work.again(item, run_at=LATER)
    assert await queue.claim("a", now=NOW, lease_s=30) is None
    await claim(queue, at=SOON)


async def test_done_and_asked_again_it_is_due_with_no_attempts(db: SqlDatabase, queue: SqlWorkQueue) -> None:
    await enqueue(db)
    await finish(db, await claim(queue))
    assert await queue.claim("a", now=LATER, lease_s=30) is None
    await enqueue(db)
    again = await claim(queue)
    assert (again.attempts, again.token) == (1, 2)


async def test_put_off_it_waits_and_counts_attempts(db: SqlDatabase, queue: SqlWorkQueue) -> None:
    await enqueue(db)
    item = await claim(queue)
    async with db.begin() as tx:
        await tx.work.again(item, run_at=SOON)
    assert await queue.claim("a", now=NOW, lease_s=30) is None
    assert (await claim(queue, at=SOON)).attempts == 2


@pytest.mark.parametrize("write", ["finish", "again", "keep"])
async def test_who_lost_the_lease_can_write_nothing(db: SqlDatabase, queue: SqlWorkQueue, write: str) -> None:
    await enqueue(db)
    late = await claim(queue, "frozen")
    current = await claim(queue, "other", at=NOW + timedelta(seconds=31))
    with pytest.raises(LeaseLost):
        async with db.begin() as tx:
            await tx.work.enqueue("tuning", "from the late worker", TEAM, run_at=NOW)
            match write:
                case "finish":
                    await tx.work.finish(late)
                case "again":
                    await tx.work.again(late, run_at=NOW)
                case _:
                    await tx.work.keep(late)
    await finish(db, current)
    assert await queue.claim("a", now=LATER, lease_s=30) is None


async def test_a_kept_item_stays_claimed_and_its_transaction_is_written(db: SqlDatabase, queue: SqlWorkQueue) -> None:
    await enqueue(db)
    item = await claim(queue)
    async with db.begin() as tx:
        await tx.work.keep(item)
        await tx.work.enqueue("tuning", 1, TEAM, run_at=NOW)
    assert (await claim(queue, "b")).kind == "tuning"
    assert await queue.claim("b", now=NOW, lease_s=30) is None
    await finish(db, item)


async def test_a_finished_item_cannot_be_written_again(db: SqlDatabase, queue: SqlWorkQueue) -> None:
    await enqueue(db)
    item = await claim(queue)
    await finish(db, item)
    with pytest.raises(LeaseLost):
        await finish(db, item)


async def test_a_heartbeat_keeps_the_lease_until_it_is_lost(db: SqlDatabase, queue: SqlWorkQueue) -> None:
    await enqueue(db)
    item = await claim(queue)
    assert await queue.prolong(item, until=LATER)
    assert await queue.claim("b", now=NOW + timedelta(seconds=31), lease_s=30) is None
    await claim(queue, "b", at=LATER + timedelta(seconds=1))
    assert not await queue.prolong(item, until=LATER)


async def test_at_shutdown_claimed_items_are_free_at_once(db: SqlDatabase, queue: SqlWorkQueue) -> None:
    await enqueue(db, 1)
    await enqueue(db, 2)
    mine = await claim(queue, "stops")
    other = await claim(queue, "stays")
    await queue.release_all("stops")
    with pytest.raises(LeaseLost):
        await finish(db, mine)
    assert (await claim(queue, "b")).subject == mine.subject
    await finish(db, other)


async def test_waiting_counts_open_items_of_the_kind_that_are_older(db: SqlDatabase, queue: SqlWorkQueue) -> None:
    for subject in ("runs", "waits", "mine"):
        await enqueue(db, subject)
    async with db.begin() as tx:
        await tx.work.enqueue("tuning", "other kind", TEAM, run_at=NOW - timedelta(hours=1))
    await claim(queue)
    running = await claim(queue)
    async with db.read() as tx:
        counts = [await tx.work.waiting_before("draft", subject) for subject in ("runs", "waits", "mine", "unknown")]
    assert counts == [0, 1, 2, 0]
    await finish(db, running)
    async with db.read() as tx:
        assert await tx.work.waiting_before("draft", "mine") == 1
