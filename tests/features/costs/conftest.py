"""A migrated SQLite file per test, and the bench over it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import migrate
from storage.database import SqlDatabase
from storage.engine import open_engine
from tests.fakes.money_bench import MONTH_LIMIT_MICROUSD, RULES, Bench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/test.db")
    await migrate.upgrade(engine)
    yield Bench(SqlDatabase(engine, MONTH_LIMIT_MICROUSD, RULES), engine)
    await engine.dispose()
