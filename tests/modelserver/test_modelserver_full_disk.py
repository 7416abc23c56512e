"""No room on the disk: it is told as what it is, nothing half is kept, and the server goes on."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openai
import pytest
from openai import AsyncOpenAI

from modelserver.server import Setup, running_modelserver
from modelserver.training import Pace
from tests.modelserver.providers import KEY, Provider, good_rows, jsonl, tune, upload

BASE = "understudy-ngram"


@contextmanager
def room_for_files_of(size_bytes: int) -> Iterator[None]:
    """Writing more into one file fails, in this process and in those that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_an_upload_without_room_leaves_nothing(client: AsyncOpenAI, tmp_path: Path) -> None:
    with room_for_files_of(400_000), pytest.raises(openai.InternalServerError) as refused:
        await upload(client, jsonl(good_rows()) + b"\n" * 500_000)
    assert (refused.value.status_code, refused.value.code) == (507, "no_disk_space")
    assert not (await client.files.list()).data
    assert not list((tmp_path / "state" / "files").iterdir())
    assert await upload(client)


async def test_a_model_without_room_fails_its_job(tmp_path: Path) -> None:
    cramped = ("/bin/sh", "-c", 'ulimit -f 1; exec "$0" -B -m modelserver.training_process "$1"', sys.executable)
    async with (
        running_modelserver(Setup(state=tmp_path, api_key=KEY, pace=Pace(trainer=cramped))) as url,
        Provider(url, KEY, BASE).client() as client,
    ):
        failed = await tune(client, BASE)
        assert failed.error is not None and failed.error.code == "no_disk_space"
        assert failed.fine_tuned_model is None and not list((tmp_path / "models").iterdir())
        assert (await client.models.list()).data
