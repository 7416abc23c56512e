"""Chats that are handed to a vLLM server, by the endpoints that it documents for adapters."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openai
import pytest
from aiohttp import web
from openai import AsyncOpenAI

from modelserver.records import TunedModel
from modelserver.server import Setup, running_modelserver
from modelserver.store import Store
from modelserver.vllm import VllmServer
from tests.modelserver.providers import KEY, Provider, ask

VOICE = "ft:qwen:private::abcdefgh"


@dataclass
class FakeVllm:
    """Answers by the name of a model that it knows, as vLLM does: 404 for others, and an adapter is a folder."""

    url: str = ""
    known: dict[str, Path | None] = field(default_factory=lambda: {"qwen": None})
    loaded: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def load(self, request: web.Request) -> web.Response:
        body = await request.json()
        folder = Path(body["lora_path"])
        if not (folder.is_absolute() and (folder / "adapter_config.json").exists()):
            return web.json_response({"error": {"message": "No adapter found"}}, status=404)
        self.known[body["lora_name"]] = folder
        self.loaded.append(body["lora_name"])
        return web.Response(text="Success")

    async def unload(self, request: web.Request) -> web.Response:
        del self.known[(await request.json())["lora_name"]]
        return web.Response(text="Success")

    async def chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if body["model"] not in self.known:
            return web.json_response({"error": {"message": "does not exist", "code": 404}}, status=404)
        self.asked.append(body)
        head = {"id": "chatcmpl-1", "created": 1, "model": body["model"]}
        if not body.get("stream"):
            message = {"role": "assistant", "content": "Ah, the harbour!", "refusal": None}
            choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
            return web.json_response({**head, "object": "chat.completion", "choices": [choice]})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for word in ("Ah, ", "the ", "harbour!"):
            choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
            chunk = {**head, "object": "chat.completion.chunk", "choices": [choice]}
            await response.write(f"data: {json.dumps(chunk)}\n\n".encode())
        await response.write(b"data: [DONE]\n\n")
        return response


@asynccontextmanager
async def fake_vllm() -> AsyncIterator[FakeVllm]:
    fake, app = FakeVllm(), web.Application()
    app.router.add_post("/v1/load_lora_adapter", fake.load)
    app.router.add_post("/v1/unload_lora_adapter", fake.unload)
    app.router.add_post("/v1/chat/completions", fake.chat)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        yield fake
    finally:
        await runner.cleanup()


@asynccontextmanager
async def in_front_of(fake: FakeVllm, tmp_path: Path) -> AsyncIterator[AsyncOpenAI]:
    """A model server with one finished voice, whose base is served by vLLM."""
    base, state = tmp_path / "base", tmp_path / "state"
    base.mkdir()
    (base / "config.json").write_text('{"max_position_embeddings": 4096}')
    store = Store(state)
    (store.models / "job" / "12").mkdir(parents=True)
    (store.models / "job" / "12" / "adapter_config.json").write_text("{}")
    voice = TunedModel(id=VOICE, created=1, owned_by="org-private", base="qwen", job_id="job", step=12, listed=True)
    store.add(voice, parent="job")
    store.close()
    vllm = {"qwen": VllmServer(fake.url)}
    async with (
        running_modelserver(Setup(state=state, api_key=KEY, bases={"qwen": base}, vllm=vllm)) as url,
        Provider(url, KEY, "qwen").client() as client,
    ):
        yield client


async def test_a_voice_is_loaded_into_vllm_once_and_answers_under_its_own_name(tmp_path: Path) -> None:
    async with fake_vllm() as fake, in_front_of(fake, tmp_path) as client:
        for _ in range(2):
            answer = await client.chat.completions.create(model=VOICE, messages=ask("Hello"), temperature=0.5)
            assert (answer.model, answer.choices[0].message.content) == (VOICE, "Ah, the harbour!")
        assert fake.loaded == [VOICE] and fake.known[VOICE] == (tmp_path / "state/models/job/12").resolve()
        assert [body["temperature"] for body in fake.asked] == [0.5, 0.5]


async def test_a_voice_is_loaded_again_when_vllm_has_forgotten_it(tmp_path: Path) -> None:
    async with fake_vllm() as fake, in_front_of(fake, tmp_path) as client:
        await client.chat.completions.create(model=VOICE, messages=ask("Hello"))
        del fake.known[VOICE]  # it was started anew
        assert (await client.chat.completions.create(model=VOICE, messages=ask("Hello"))).choices
        assert fake.loaded == [VOICE, VOICE]


async def test_the_base_is_asked_without_any_adapter(tmp_path: Path) -> None:
    async with fake_vllm() as fake, in_front_of(fake, tmp_path) as client:
        assert (await client.chat.completions.create(model="qwen", messages=ask("Hello"))).model == "qwen"
        assert not fake.loaded


async def test_a_stream_is_passed_on(tmp_path: Path) -> None:
    async with fake_vllm() as fake, in_front_of(fake, tmp_path) as client:
        stream = await client.chat.completions.create(model=VOICE, messages=ask("Hello"), stream=True)
        words = [chunk.choices[0].delta.content async for chunk in stream]
        assert words == ["Ah, ", "the ", "harbour!"]


async def test_a_deleted_voice_is_unloaded(tmp_path: Path) -> None:
    async with fake_vllm() as fake, in_front_of(fake, tmp_path) as client:
        await client.chat.completions.create(model=VOICE, messages=ask("Hello"))
        await client.models.delete(VOICE)
        assert list(fake.known) == ["qwen"]
        with pytest.raises(openai.NotFoundError):
            await client.chat.completions.create(model=VOICE, messages=ask("Hello"))


async def test_what_this_server_refuses_never_reaches_vllm(tmp_path: Path) -> None:
    async with fake_vllm() as fake, in_front_of(fake, tmp_path) as client:
        with pytest.raises(openai.NotFoundError):
            await client.chat.completions.create(model="ft:qwen:other::abcdefgh", messages=ask("Hello"))
        with pytest.raises(openai.BadRequestError):
            await client.chat.completions.create(model="qwen", messages=ask("Hello"), temperature=9)
        assert not fake.asked


async def test_a_vllm_that_is_away_is_told(tmp_path: Path) -> None:
    async with fake_vllm() as fake:
        gone = fake.url
    async with in_front_of(FakeVllm(url=gone), tmp_path) as client:
        with pytest.raises(openai.InternalServerError) as refused:
            await client.chat.completions.create(model=VOICE, messages=ask("Hello"))
        assert (refused.value.status_code, refused.value.code) == (503, "vllm_unavailable")
