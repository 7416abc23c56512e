"""mypy proves here that the classes of storage satisfy the ports."""

from pathlib import Path

from sqlalchemy.ext.asyncio import create_async_engine
from storage_seeds import NOW

from pipeline import ports
from storage.artifacts import FsspecArtifacts
from storage.database import SqlDatabase
from storage.engine import Engine
from storage.liveness import AdvisoryLocks, FileLocks
from storage.postings import SqlPostings
from storage.reaction_writer import GroupCommitReactions
from storage.work_queue import SqlWorkQueue


def test_every_port_is_satisfied(tmp_path: Path) -> None:
    engine = Engine(create_async_engine("sqlite+aiosqlite://"))
    database: ports.Database = SqlDatabase(engine, default_month_limit_microusd=0)
    work_queue: ports.WorkQueue = SqlWorkQueue(engine)
    postings: ports.Postings = SqlPostings(engine)
    reaction_writer: ports.ReactionWriter = GroupCommitReactions(engine, lambda: NOW)
    file_locks: ports.LivenessLocks = FileLocks(tmp_path)
    advisory_locks: ports.LivenessLocks = AdvisoryLocks(engine)
    artifacts: ports.ArtifactStore = FsspecArtifacts(str(tmp_path))
    assert all((database, work_queue, postings, reaction_writer, file_locks, advisory_locks, artifacts))
