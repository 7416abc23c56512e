"""A migrated SQLite file per test, and the bench over it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from training_bench import Bench

from storage import migrate
from storage.database import SqlDatabase
from storage.engine import open_engine


async def migrate_file(file: Path) -> None:
    engine = open_engine(f"sqlite+aiosqlite:///{file}")
    await migrate.upgrade(engine)
    await engine.dispose()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("training") / "template.db"
    with ThreadPoolExecutor(max_workers=1) as thread:  # a loop of its own: the test's may exist already
        thread.submit(asyncio.run, migrate_file(file)).result()
    return file


@pytest.fixture
def new_bench(tmp_path: Path, template: Path) -> Callable[[str], AbstractAsyncContextManager[Bench]]:
    @asynccontextmanager
    async def opened(name: str) -> AsyncIterator[Bench]:
        shutil.copy(template, tmp_path / f"{name}.db")
        engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/{name}.db")
        yield Bench(SqlDatabase(engine, default_month_limit_microusd=5_000_000), engine, tmp_path / f"{name}-locks")
        await engine.dispose()

    return opened


@pytest.fixture
async def bench(new_bench: Callable[[str], AbstractAsyncContextManager[Bench]]) -> AsyncIterator[Bench]:
    async with new_bench("test") as made:
        yield made
