"""A migrated SQLite file per test, and the bench over it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import SqlDatabase
from tests.fakes.databases import migrated_engine
from tests.fakes.money_bench import MONTH_LIMIT_MICROUSD, RULES, Bench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    engine = migrated_engine(tmp_path / "test.db")
    yield Bench(SqlDatabase(engine, MONTH_LIMIT_MICROUSD, RULES), engine)
    await engine.dispose()
