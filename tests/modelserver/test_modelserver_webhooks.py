"""Who asked to be told when jobs end is told once it listens, in a form that the official SDK accepts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from openai import AsyncOpenAI

from modelserver.server import Setup, running_modelserver
from modelserver.webhooks import Hook
from tests.modelserver.providers import KEY, Provider, good_rows, jsonl, tune, upload, wait_for

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Listener:
    """answers: the statuses that it gives in turn, then 200."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    heard: asyncio.Queue[tuple[bytes, Mapping[str, str]]] = field(default_factory=asyncio.Queue)

    async def hear(self, request: web.Request) -> web.Response:
        await self.heard.put((await request.read(), dict(request.headers)))
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    async def next(self) -> tuple[bytes, Mapping[str, str]]:
        return await asyncio.wait_for(self.heard.get(), 20)


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener, app = Listener(), web.Application()
    app.router.add_post("/told", listener.hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/told"
    yield listener
    await runner.cleanup()


@pytest.mark.parametrize("secret", [SECRET, "any other text"])
async def test_the_official_client_accepts_what_is_told(listener: Listener, tmp_path: Path, secret: str) -> None:
    async with _served(tmp_path, Hook(listener.url, secret)) as client:
        done = await tune(client, "understudy-ngram")
        body, headers = await listener.next()
        event = client.webhooks.unwrap(body, headers, secret=secret)
        assert event.type == "fine_tuning.job.succeeded" and event.data.id == done.id
        with pytest.raises(ValueError, match="signature"):
            client.webhooks.unwrap(body, headers, secret="another secret")
    assert listener.heard.empty()


async def test_what_is_not_taken_is_told_again_under_the_same_id(listener: Listener, tmp_path: Path) -> None:
    listener.answers = [500, 302]
    async with _served(tmp_path, Hook(listener.url, SECRET, first_wait_s=0.05)) as client:
        await tune(client, "understudy-ngram")
        told = [await listener.next() for _ in range(3)]
    assert len({(body, headers["webhook-id"]) for body, headers in told}) == 1
    assert listener.heard.empty()


async def test_a_failed_job_is_told_too(listener: Listener, tmp_path: Path) -> None:
    async with _served(tmp_path, Hook(listener.url, SECRET)) as client:
        few = await upload(client, jsonl(good_rows(3)))
        failed = await client.fine_tuning.jobs.create(model="understudy-ngram", training_file=few)
        await wait_for(client, failed.id)
        body, _ = await listener.next()
        assert b"fine_tuning.job.failed" in body and failed.id.encode() in body


async def test_a_message_outlives_the_server(listener: Listener, tmp_path: Path) -> None:
    async with _served(tmp_path, Hook("http://127.0.0.1:9/closed", SECRET)) as client:
        done = await tune(client, "understudy-ngram")
    async with _served(tmp_path, Hook(listener.url, SECRET, first_wait_s=0.05)):
        body, _ = await listener.next()
    assert done.id.encode() in body


@asynccontextmanager
async def _served(state: Path, hook: Hook) -> AsyncIterator[AsyncOpenAI]:
    async with (
        running_modelserver(Setup(state=state, api_key=KEY, hook=hook)) as url,
        Provider(url, KEY, "understudy-ngram").client() as client,
    ):
        yield client
