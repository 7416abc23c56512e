"""Several teams on one server: each sees its own, none takes more than its limits, and changes are written down."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import openai
import pytest
from openai import AsyncOpenAI

from modelserver.server import Setup, running_modelserver
from modelserver.tenants import Meter, Tenant, Tenants, digest, new_key
from modelserver.training import Pace
from tests.modelserver.providers import Provider, ask, good_rows, jsonl, tune, upload

BASE = "understudy-ngram"
ASK = ask("Hello")


@asynccontextmanager
async def two_teams(tmp_path: Path, limits: str = "", *, train_seconds: float = 0) -> AsyncIterator[list[AsyncOpenAI]]:
    """The clients of red, which has the limits, and of blue, which has none."""
    keys = tmp_path / "keys.toml"
    entries = [f'[[key]]\nname = "{name}"\nsha256 = "{digest(name)}"\n' for name in ("red", "blue")]
    keys.write_text(entries[0] + limits + "\n" + entries[1], encoding="utf-8")
    pace = Pace(min_train_seconds=train_seconds)
    async with running_modelserver(Setup(state=tmp_path / "state", keys=keys, pace=pace)) as url:
        clients = [Provider(url, name, BASE).client() for name in ("red", "blue")]
        yield clients
        for client in clients:
            await client.close()


async def test_a_team_finds_nothing_of_another(tmp_path: Path) -> None:
    async with two_teams(tmp_path) as (red, blue):
        job = await tune(red, BASE, metadata={"request_id": "r1"})
        name = job.fine_tuned_model or ""
        assert job.organization_id == "org-red" and name.startswith(f"ft:{BASE}:red:")
        assert (await red.chat.completions.create(model=name, messages=ASK)).choices
        assert not (await blue.files.list()).data and not (await blue.fine_tuning.jobs.list()).data
        assert [model.id for model in (await blue.models.list()).data] == [BASE]
        theirs = (job.training_file, job.result_files[0])
        missing: list[Awaitable[object]] = [
            *(blue.files.retrieve(file) for file in theirs),
            *(blue.files.content(file) for file in theirs),
            *(blue.files.delete(file) for file in theirs),
            blue.fine_tuning.jobs.retrieve(job.id),
            blue.fine_tuning.jobs.cancel(job.id),
            blue.fine_tuning.jobs.pause(job.id),
            blue.fine_tuning.jobs.list_events(job.id),
            blue.fine_tuning.jobs.checkpoints.list(job.id),
            blue.models.retrieve(name),
            blue.models.delete(name),
            blue.chat.completions.create(model=name, messages=ASK),
        ]
        for each in missing:
            with pytest.raises(openai.NotFoundError):
                await each
        with pytest.raises(openai.BadRequestError):
            await blue.fine_tuning.jobs.create(model=BASE, training_file=job.training_file)
        assert (await red.fine_tuning.jobs.retrieve(job.id)).status == "succeeded"


async def test_equal_idempotency_keys_of_two_teams_are_two_jobs(tmp_path: Path) -> None:
    async with two_teams(tmp_path) as clients:
        ids = []
        for client in clients:
            job = await client.fine_tuning.jobs.create(
                model=BASE, training_file=await upload(client), extra_headers={"Idempotency-Key": "same"}
            )
            ids.append(job.id)
        assert ids[0] != ids[1]


async def test_a_team_beyond_its_rate_waits_and_the_other_does_not(tmp_path: Path) -> None:
    async with two_teams(tmp_path, "requests_per_minute = 3") as (red, blue):
        for _ in range(3):
            await red.models.list()
        with pytest.raises(openai.RateLimitError) as refused:
            await red.models.list()
        assert refused.value.code == "rate_limit_exceeded" and "3 per minute" in refused.value.message
        for _ in range(10):
            await blue.models.list()


async def test_a_team_has_so_many_unfinished_jobs(tmp_path: Path) -> None:
    async with two_teams(tmp_path, "waiting_jobs = 1", train_seconds=60) as (red, blue):
        file_id = await upload(red)
        job = await red.fine_tuning.jobs.create(model=BASE, training_file=file_id)
        with pytest.raises(openai.RateLimitError) as refused:
            await red.fine_tuning.jobs.create(model=BASE, training_file=file_id)
        assert refused.value.code == "jobs_limit_exceeded"
        await blue.fine_tuning.jobs.create(model=BASE, training_file=await upload(blue))
        await red.fine_tuning.jobs.cancel(job.id)
        assert (await red.fine_tuning.jobs.create(model=BASE, training_file=file_id)).id != job.id


async def test_a_team_keeps_so_many_bytes(tmp_path: Path) -> None:
    async with two_teams(tmp_path, "disk_mb = 1") as (red, blue):
        large = jsonl(good_rows()) + b"\n" * 700_000
        kept = await upload(red, large)
        with pytest.raises(openai.RateLimitError) as refused:
            await upload(red, large)
        assert refused.value.code == "storage_limit_exceeded"
        assert not [path for path in (tmp_path / "state" / "files").iterdir() if path.name.startswith("incoming")]
        await upload(blue, large)
        await red.files.delete(kept)
        await upload(red, large)


async def test_changes_are_written_down_without_any_text(tmp_path: Path) -> None:
    async with two_teams(tmp_path) as (red, blue):
        file_id = await upload(red)
        await red.models.list()
        with pytest.raises(openai.NotFoundError):
            await blue.files.delete(file_id)
    lines = (tmp_path / "state" / "audit.jsonl").read_text("utf-8").splitlines()
    told = [(entry["key"], entry["method"], entry["path"], entry["status"]) for entry in map(json.loads, lines)]
    assert told == [("red", "POST", "/v1/files", 200), ("blue", "DELETE", f"/v1/files/{file_id}", 404)]
    assert all(json.loads(line)["request_id"].startswith("req_") for line in lines)


def test_a_bucket_fills_with_time() -> None:
    meter, tenant = Meter(), Tenant("a", requests_per_minute=60)
    assert [meter.wait_s(tenant, 0.0) for _ in range(60)] == [0.0] * 60
    assert meter.wait_s(tenant, 0.0) == pytest.approx(1.0)
    assert meter.wait_s(tenant, 0.5) == pytest.approx(0.5)
    assert meter.wait_s(tenant, 1.0) == 0.0 < meter.wait_s(tenant, 1.0)


def test_a_new_key_opens_with_the_entry_that_is_printed(tmp_path: Path) -> None:
    said, _, entry = new_key("content-team").partition("\n\n")
    path = tmp_path / "keys.toml"
    path.write_text(entry, encoding="utf-8")
    key = said.removeprefix("Key, shown only now: ")
    tenants = Tenants.read(single_key=None, path=path)
    assert key not in entry and tenants.of(key) == Tenant("content-team", "org-content-team")
    assert tenants.of(key + "x") is None


@pytest.mark.parametrize("text", ["", "[[key]]\nname = 'a'", "[[key]]\nname = 'A B'\nsha256 = 'x'", "nonsense ="])
def test_a_wrong_keys_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="keys file"):
        Tenants.read(single_key="k", path=path)
