"""The server as a real process: killed at any moment, it loses nothing that it has answered."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from openai import AsyncOpenAI

from tests.modelserver.providers import KEY, Provider, ask, good_rows, jsonl, until, upload, wait_for

EPOCHS: Any = {"n_epochs": 20, "batch_size": 12}  # one step for each epoch
NOTHING_MORE: Mapping[str, str] = MappingProxyType({})
READY = re.compile(r"modelserver ready on (http://127\.0\.0\.1:\d+/v1)\n")


@asynccontextmanager
async def server_process(
    state: Path, *, train_seconds: float, more: Mapping[str, str] = NOTHING_MORE
) -> AsyncIterator[tuple[Process, Provider]]:
    options = {
        "MODELSERVER_PORT": "0",
        "MODELSERVER_STATE": str(state),
        "MODELSERVER_API_KEY": KEY,
        "MODELSERVER_MIN_TRAIN_SECONDS": str(train_seconds),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "modelserver", stdout=PIPE, env={**os.environ, **options, **more}
    )
    try:
        assert process.stdout is not None
        ready = READY.fullmatch((await process.stdout.readline()).decode())
        assert ready
        yield process, Provider(ready.group(1), KEY, "understudy-ngram")
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def test_a_job_survives_kill_9_and_finishes_once(tmp_path: Path) -> None:
    async with server_process(tmp_path, train_seconds=20) as (process, provider):
        async with provider.client() as client:
            file_id = await upload(client)
            created = await client.fine_tuning.jobs.create(
                model=provider.base, training_file=file_id, seed=5, hyperparameters=EPOCHS
            )
            await _first_checkpoint(client, created.id)
            assert (await client.fine_tuning.jobs.retrieve(created.id)).status == "running"
        process.send_signal(signal.SIGKILL)
        await process.wait()
    async with server_process(tmp_path, train_seconds=0) as (_, provider), provider.client() as client:
        done = await wait_for(client, created.id)
        assert (done.status, done.seed) == ("succeeded", 5)
        assert [job.id async for job in client.fine_tuning.jobs.list()] == [created.id]
        tuned = [model.id async for model in client.models.list() if model.id.startswith("ft:")]
        assert tuned == [done.fine_tuned_model]
        warnings = [e async for e in client.fine_tuning.jobs.list_events(created.id) if e.level == "warn"]
        assert len(warnings) == 1
        steps = [point.step_number async for point in client.fine_tuning.jobs.checkpoints.list(created.id)]
        assert steps == [20, 19, 18]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="child processes are looked up in /proc")
async def test_the_training_process_ends_with_a_killed_server(tmp_path: Path) -> None:
    async with server_process(tmp_path, train_seconds=100_000) as (process, provider):
        async with provider.client() as client:
            created = await client.fine_tuning.jobs.create(model=provider.base, training_file=await upload(client))
            await wait_for(client, created.id, "running")
        await until(lambda: bool(_children(process.pid)))
        children = _children(process.pid)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await until(lambda: not any(_alive(child) for child in children))


async def _first_checkpoint(client: AsyncOpenAI, job_id: str) -> None:
    """Return when training has kept a first model."""
    async with asyncio.timeout(20):
        while True:
            if (await client.fine_tuning.jobs.checkpoints.list(job_id)).data:
                return
            await asyncio.sleep(0.05)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def test_files_models_and_answers_are_the_same_after_a_restart(tmp_path: Path) -> None:
    content = jsonl(good_rows())
    async with server_process(tmp_path, train_seconds=0) as (process, provider), provider.client() as client:
        file_id = await upload(client, content)
        created = await client.fine_tuning.jobs.create(model=provider.base, training_file=file_id)
        done = await wait_for(client, created.id)
        before = await _answer(client, done.fine_tuned_model or "")
        process.send_signal(signal.SIGKILL)
        await process.wait()
    async with server_process(tmp_path, train_seconds=0) as (_, provider), provider.client() as client:
        assert (await client.files.content(file_id)).content == content
        assert await client.fine_tuning.jobs.retrieve(created.id) == done
        assert await _answer(client, done.fine_tuned_model or "") == before


async def test_equal_jobs_with_equal_seeds_give_equal_models(tmp_path: Path) -> None:
    async with server_process(tmp_path, train_seconds=0) as (_, provider), provider.client() as client:
        file_id = await upload(client)
        answers = []
        for _ in range(2):
            job = await client.fine_tuning.jobs.create(model=provider.base, training_file=file_id, seed=9)
            answers.append(await _answer(client, (await wait_for(client, job.id)).fine_tuned_model or ""))
        assert answers[0] == answers[1]


async def test_a_terminated_server_stops_by_itself(tmp_path: Path) -> None:
    async with server_process(tmp_path, train_seconds=60) as (process, provider):
        async with provider.client() as client:
            created = await client.fine_tuning.jobs.create(model=provider.base, training_file=await upload(client))
            await wait_for(client, created.id, "running")
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_half_an_upload_leaves_nothing_behind(tmp_path: Path) -> None:
    async with server_process(tmp_path, train_seconds=0) as (process, provider):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(provider.url.split(":")[2].split("/")[0]))
        head = f"POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Length: 99999\r\n"
        body = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n{"messages"'
        writer.write((head + "Content-Type: multipart/form-data; boundary=b\r\n\r\n" + body).encode())
        await writer.drain()
        await until(lambda: bool(list((tmp_path / "files").iterdir())))
        process.send_signal(signal.SIGKILL)
        await process.wait()
        writer.close()
        await asyncio.gather(writer.wait_closed(), reader.read(), return_exceptions=True)
    async with server_process(tmp_path, train_seconds=0) as (_, provider), provider.client() as client:
        assert not (await client.files.list()).data
        assert not list((tmp_path / "files").iterdir())


async def _answer(client: AsyncOpenAI, model: str) -> str | None:
    answer = await client.chat.completions.create(model=model, messages=ask("Write about old maps"), seed=1)
    return answer.choices[0].message.content
