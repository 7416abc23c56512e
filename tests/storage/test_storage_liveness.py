"""A lock is held by one, also within one process, and freed when its process dies."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pipeline.ports import LivenessLocks
from storage.engine import open_engine
from storage.liveness import AdvisoryLocks, FileLocks

ROOT = Path(__file__).parents[2]
HOLDER = """
import asyncio, sys
from pathlib import Path
from storage.liveness import FileLocks

async def main():
    async with FileLocks(Path(sys.argv[1])).hold("job:1") as is_held:
        print(is_held, flush=True)
        sys.stdin.read()

asyncio.run(main())
"""


@pytest.fixture
async def locks(database_url: str, tmp_path: Path) -> AsyncIterator[LivenessLocks]:
    if database_url.startswith("sqlite"):
        yield FileLocks(tmp_path / "locks")
        return
    engine = open_engine(database_url)
    yield AdvisoryLocks(engine)
    await engine.dispose()


async def test_a_key_is_held_by_one_of_two_coroutines(locks: LivenessLocks) -> None:
    async with locks.hold("job:1") as first, locks.hold("job:1") as second, locks.hold("job:2") as other:
        assert (first, second, other) == (True, False, True)


async def test_one_that_did_not_get_it_does_not_free_it(locks: LivenessLocks) -> None:
    async with locks.hold("job:1"):
        for _ in range(3):
            async with locks.hold("job:1") as is_held:
                assert not is_held


async def test_it_is_free_after_the_block_also_when_it_raised(locks: LivenessLocks) -> None:
    with pytest.raises(ZeroDivisionError):
        async with locks.hold("job:1"):
            raise ZeroDivisionError
    async with locks.hold("job:1") as is_held:
        assert is_held


async def test_it_is_free_after_the_holder_was_cancelled(locks: LivenessLocks) -> None:
    held = asyncio.Event()

    async def hold() -> None:
        async with locks.hold("job:1"):
            held.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await held.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with locks.hold("job:1") as is_held:
        assert is_held


async def test_one_of_ten_holds_it(locks: LivenessLocks) -> None:
    everybody_tried = asyncio.Barrier(10)

    async def attempt() -> bool:
        async with locks.hold("job:1") as is_held:
            await everybody_tried.wait()
            return is_held

    assert (await asyncio.gather(*(attempt() for _ in range(10)))).count(True) == 1


async def test_another_process_holds_a_file_lock_until_it_is_killed(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path)
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(tmp_path), stdin=PIPE, stdout=PIPE, cwd=ROOT
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"True\n"
    async with locks.hold("job:1") as is_held:
        assert not is_held
    holder.kill()
    await holder.communicate()
    async with locks.hold("job:1") as is_held:
        assert is_held


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_two_replicas_contend_for_an_advisory_lock(database_url: str) -> None:
    one, two = open_engine(database_url), open_engine(database_url)
    async with AdvisoryLocks(one).hold("job:1") as first, AdvisoryLocks(two).hold("job:1") as second:
        assert (first, second) == (True, False)
    async with AdvisoryLocks(two).hold("job:1") as is_held:  # freed, though one's session lives on in its pool
        assert is_held
    await one.dispose()
    await two.dispose()
