"""An answer that is still being written: passed on at once, and given up when nobody reads it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from openai import AsyncOpenAI, AsyncStream

from modelserver.admission import admission
from modelserver.chat import Chat
from modelserver.engine import Conversation, Piece, Sampling
from modelserver.engines import engines
from modelserver.models import Models
from modelserver.store import Store
from modelserver.tenants import Tenants
from tests.modelserver.providers import KEY, Provider, ask, until

ASK = ask("Hello")


class EndlessModel:
    """Writes a word each time it is let."""

    def __init__(self) -> None:
        self.written, self.let = 0, threading.Semaphore(0)

    def count_tokens(self, messages: Conversation) -> int:
        return len(messages)

    def write(self, messages: Conversation, sampling: Sampling) -> Iterator[Piece]:  # noqa: ARG002  # it says one thing
        while True:
            assert self.let.acquire(timeout=10)
            self.written += 1
            yield Piece("word ", 1)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[EndlessModel, AsyncOpenAI]]:
    """The real handler, with a model that the test holds by the hand."""
    model, store = EndlessModel(), Store(tmp_path)
    models = Models(store, engines({}), {})
    models.keep("understudy-ngram", model)
    app = web.Application(middlewares=[admission(Tenants.read(single_key=KEY, path=None))])
    Chat(models, {}).register(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with Provider(f"http://127.0.0.1:{runner.addresses[0][1]}/v1", KEY, "understudy-ngram").client() as client:
        yield model, client
    await runner.cleanup()
    store.close()


async def test_words_arrive_while_the_answer_is_written(served: tuple[EndlessModel, AsyncOpenAI]) -> None:
    model, client = served
    stream = await client.chat.completions.create(model="understudy-ngram", messages=ASK, stream=True)
    words = 0
    model.let.release()
    async for chunk in stream:
        if chunk.choices[0].delta.content:
            words += 1
            assert model.written == words  # nothing was written ahead of what arrived
            if words == 3:
                break
            model.let.release()
    await stream.close()
    model.let.release(100)


@pytest.mark.parametrize("stream", [True, False])
async def test_a_client_that_leaves_ends_the_writing(served: tuple[EndlessModel, AsyncOpenAI], *, stream: bool) -> None:
    model, client = served
    asking = asyncio.create_task(_read(client, stream=stream))
    model.let.release()
    await until(lambda: model.written == 1)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    model.let.release(1000)
    steady = -1

    def still() -> bool:
        nonlocal steady
        before, steady = steady, model.written
        return before == steady

    await until(still)
    assert model.written < 1000


async def _read(client: AsyncOpenAI, *, stream: bool) -> None:
    answer = await client.chat.completions.create(model="understudy-ngram", messages=ASK, stream=stream)
    if isinstance(answer, AsyncStream):
        async for _ in answer:
            pass
