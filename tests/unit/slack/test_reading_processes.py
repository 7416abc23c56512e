"""Work in other processes: one that dies takes neither the pool nor other people's work with it."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

import pytest

from bot.preparing import ExecutorPreparer, ProcessPool, RowFacts
from bot.tally import Tally, told
from pipeline.domain.preparing import PreparedFile
from pipeline.errors import UnreadableFile
from pipeline.sources.reading import Limits


@pytest.fixture
async def pool() -> AsyncIterator[ProcessPool]:
    with ProcessPool(1) as pool:
        yield pool


def die_the_first_time(trace: Path) -> str:
    if not trace.exists():
        trace.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def test_a_killed_process_is_replaced_and_its_work_done(pool: ProcessPool, tmp_path: Path) -> None:
    assert await pool.run(partial(die_the_first_time, tmp_path / "trace")) == "done"
    again = asyncio.get_running_loop().run_in_executor(pool.workers.executor, os.getpid)
    assert await again != os.getpid()


async def test_work_that_always_kills_is_given_up_and_hurts_nobody_else(pool: ProcessPool, tmp_path: Path) -> None:
    others = [partial(die_the_first_time, tmp_path / f"fine-{n}") for n in range(2)]
    for other in others:
        other.args[0].touch()
    answers = await asyncio.gather(pool.run(die), *(pool.run(other) for other in others), return_exceptions=True)
    assert isinstance(answers[0], BrokenProcessPool)
    assert answers[1:] == ["done", "done"]
    assert await pool.run(partial(die_the_first_time, tmp_path / "fine-0")) == "done"


class DeadlyPath(type(Path())):  # type: ignore[misc]  # the class Path() makes on this system
    """A file that kills whoever looks at it."""

    def __reduce__(self) -> tuple[object, ...]:
        return die, ()


async def test_a_file_that_kills_its_reader_twice_is_unreadable(pool: ProcessPool, tmp_path: Path) -> None:
    preparer = ExecutorPreparer(pool, Limits(), RowFacts("o200k_base", True, 1000, tmp_path))
    with pytest.raises(UnreadableFile) as refused:
        await preparer.read(PreparedFile(DeadlyPath(tmp_path / "x.csv"), "poison.csv", "poison"))
    assert refused.value.name == "poison.csv"


def read_slowly(go_on: Path, tally: Tally) -> None:
    """Notes 7 documents, then waits to be let go."""
    tally.note(7)
    while not go_on.exists():
        time.sleep(0.01)


async def test_progress_is_told_while_another_process_reads(pool: ProcessPool, tmp_path: Path) -> None:
    heard: list[int] = []

    def hear(documents: int) -> None:
        heard.append(documents)
        (tmp_path / "go on").touch()

    async with told(hear) as tally:
        assert tally is not None
        await pool.run(partial(read_slowly, tmp_path / "go on", tally))
    assert heard == [7]


async def test_nobody_listening_costs_no_file() -> None:
    async with told(None) as tally:
        assert tally is None
