"""Who trains next, and how long files are kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

from modelserver.files import Files
from modelserver.records import Hyperparameters, Job, StoredFile
from modelserver.retention import DAY_S, Retention
from modelserver.slots import Slots
from modelserver.store import Store
from tests.modelserver.providers import upload, wait_for
from tests.modelserver.test_modelserver_tenants import BASE, two_teams

NOW = 1_900_000_000


async def test_the_highest_priority_is_next_and_of_equals_the_oldest() -> None:
    slots, began, done = Slots(1), list[str](), asyncio.Event()

    async def train(name: str, priority: int) -> None:
        async with slots.taken(priority):
            began.append(name)
            await done.wait()

    tasks = [asyncio.create_task(train(*each)) for each in (("a", 0), ("b", 0), ("c", 5), ("d", 5), ("e", -1))]
    await asyncio.sleep(0)
    assert began == ["a"]
    done.set()
    await asyncio.gather(*tasks)
    assert began == ["a", "c", "d", "b", "e"]


async def test_a_job_that_gives_up_waiting_leaves_the_place_to_others() -> None:
    slots = Slots(1)

    async def train() -> None:
        async with slots.taken(0):
            pass

    async with slots.taken(0):
        tasks = [asyncio.create_task(train()) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.sleep(0)
    tasks[1].cancel()  # its place was given to it just now
    await asyncio.gather(*tasks, return_exceptions=True)
    assert not tasks[2].cancelled()
    async with asyncio.timeout(1), slots.taken(0):
        pass


async def test_a_job_of_a_preferred_key_is_trained_before_those_that_wait(tmp_path: Path) -> None:
    async with two_teams(tmp_path, "priority = 5", train_seconds=60) as (red, blue):
        theirs = await upload(blue)
        running, waiting = [await blue.fine_tuning.jobs.create(model=BASE, training_file=theirs) for _ in range(2)]
        await wait_for(blue, running.id, "running")
        await wait_for(blue, waiting.id, "queued")
        preferred = await red.fine_tuning.jobs.create(model=BASE, training_file=await upload(red))
        await wait_for(red, preferred.id, "queued")
        await blue.fine_tuning.jobs.cancel(running.id)
        assert (await wait_for(red, preferred.id, "running")).status == "running"
        assert (await blue.fine_tuning.jobs.retrieve(waiting.id)).status == "queued"


def kept(tmp_path: Path, keep_days: int | None, files: list[StoredFile], jobs: list[Job]) -> list[str]:
    """The files that a sweep leaves, by id."""
    store = Store(tmp_path)
    for record in (*files, *jobs):
        store.add(record)
    for file in files:
        (store.files / file.id).write_bytes(b"x")
    Retention(store, Files(store), keep_days).sweep(NOW)
    left = [file.id for file in store.all(StoredFile)]
    assert sorted(path.name for path in store.files.iterdir()) == sorted(left)
    store.close()
    return left


def file(name: str, *, days_old: float, expires_at: int | None = None) -> StoredFile:
    created = int(NOW - days_old * DAY_S)
    return StoredFile(
        id=name,
        bytes=1,
        created_at=created,
        filename="x",
        purpose="fine-tune-results" if name.startswith("results") else "fine-tune",
        expires_at=expires_at,
    )


FILES = [
    file("old", days_old=31),
    file("results-old", days_old=31),
    file("young", days_old=29),
    file("expired", days_old=1, expires_at=NOW - 1),
    file("needed", days_old=31),
]
JOB = Job(
    id="j",
    model=BASE,
    created_at=0,
    organization_id="o",
    training_file="needed",
    hyperparameters=Hyperparameters(),
    seed=1,
)


def test_old_files_and_results_are_deleted_but_for_those_that_a_job_needs(tmp_path: Path) -> None:
    assert kept(tmp_path, 30, FILES, [JOB]) == ["young", "needed"]


def test_files_of_jobs_that_have_ended_are_deleted(tmp_path: Path) -> None:
    assert kept(tmp_path, 30, FILES, [JOB.model_copy(update={"status": "succeeded"})]) == ["young"]


def test_without_a_number_of_days_only_expired_files_are_deleted(tmp_path: Path) -> None:
    assert kept(tmp_path, None, FILES, []) == ["old", "results-old", "young", "needed"]
