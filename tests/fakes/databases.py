"""Migrated SQLite files: migrated once in a process, then copied."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from storage import migrate
from storage.engine import Engine, open_engine
from tests.fakes.postgres import run_apart


def migrated_engine(file: Path) -> Engine:
    """An engine on a new file with the newest schema and no rows; whoever asks disposes of it."""
    shutil.copy(template(), file)
    return open_engine(f"sqlite+aiosqlite:///{file}")


@cache
def template() -> Path:
    folder = tempfile.mkdtemp(prefix="understudy-template-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = Path(folder) / "template.db"
    run_apart(migrate_file(file))
    return file


async def migrate_file(file: Path) -> None:
    engine = open_engine(f"sqlite+aiosqlite:///{file}")
    await migrate.upgrade(engine)
    await engine.dispose()
