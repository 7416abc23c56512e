"""/v1/chat/completions: one answer or several, whole or as a stream, no longer than the client listens."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from modelserver.bodies import UNSUPPORTED_CHAT, ChatBody, parse, read_json
from modelserver.completions import Choice, Completion
from modelserver.engine import Engine, LoadedModel, Message, Piece, Refused, Sampling
from modelserver.errors import ApiError
from modelserver.models import Models, Place
from modelserver.records import new_id
from modelserver.tenants import tenant_of
from modelserver.vllm import VllmServer


@dataclass(frozen=True)
class _Task:
    """What is to be written; one sampling for each choice of the completion."""

    model: LoadedModel
    messages: Sequence[Message]
    samplings: Sequence[Sampling]
    completion: Completion


class ClientLeft(Exception):
    """Nobody is there any more to read the answer."""


class Chat:
    """The handler of /v1/chat/completions."""

    def __init__(self, models: Models, vllm: Mapping[str, VllmServer]) -> None:
        self._models, self._vllm = models, vllm

    def register(self, app: web.Application) -> None:
        app.router.add_post("/v1/chat/completions", self.create)

    async def create(self, request: web.Request) -> web.StreamResponse:
        raw = await read_json(request)
        for name in sorted(UNSUPPORTED_CHAT & raw.keys()):
            if raw[name] not in (None, False, []):
                raise _unsupported(name)
            del raw[name]
        body = parse(ChatBody, raw)
        place = self._models.find(body.model, tenant_of(request).organization)
        if (vllm := self._vllm.get(place.engine.base)) is not None:
            return await vllm.answer(request, raw, body.model, place.path)
        task = await self._task(body, place)
        if body.stream:
            usage = body.stream_options is not None and body.stream_options.include_usage
            return await _streamed(request, task, include_usage=usage)
        with suppress(ClientLeft):
            for choice, sampling in zip(task.completion.choices, task.samplings, strict=True):
                async for piece in _pieces(request, task, sampling):
                    choice.pieces.append(piece)
            return web.json_response(task.completion.wire())
        return web.Response(status=499)  # nobody reads it

    async def _task(self, body: ChatBody, place: Place) -> _Task:
        model = await self._models.load(body.model, place)
        messages = [Message(message.role, message.text()) for message in body.messages]
        prompt_tokens = _counted(model, messages)
        samplings = _samplings(body, place.engine, prompt_tokens)
        choices = [Choice(index) for index in range(len(samplings))]
        completion = Completion(new_id("chatcmpl-"), int(time.time()), body.model, prompt_tokens, choices)
        return _Task(model, messages, samplings, completion)


def _samplings(body: ChatBody, engine: Engine, prompt_tokens: int) -> list[Sampling]:
    """One for each answer; equal seeds give equal answers."""
    if body.logprobs and not engine.tells_probabilities:
        raise _unsupported("logprobs")
    room, asked = engine.context_tokens - prompt_tokens, body.token_limit()
    if (asked or 1) > room:
        raise _too_long(engine.context_tokens, prompt_tokens, asked)
    seed = secrets.randbelow(2**31) if body.seed is None else body.seed
    temperature = 1.0 if body.temperature is None else body.temperature
    top_p = 1.0 if body.top_p is None else body.top_p
    return [
        Sampling(temperature, asked or room, body.stops(), seed + choice, top_p, body.likeliest())
        for choice in range(body.n or 1)
    ]


def _counted(model: LoadedModel, messages: list[Message]) -> int:
    try:
        return model.count_tokens(messages)
    except Refused as err:
        raise ApiError(err.reason, param="messages", code=err.code) from err


async def _pieces(request: web.Request, task: _Task, sampling: Sampling) -> AsyncIterator[Piece]:
    """Each piece is written in a thread; nothing more is written for a client that has left."""
    written = task.model.write(task.messages, sampling)
    while (piece := await asyncio.to_thread(next, written, None)) is not None:
        if request.transport is None or request.transport.is_closing():
            raise ClientLeft
        yield piece


async def _streamed(request: web.Request, task: _Task, *, include_usage: bool) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    completion = task.completion
    with suppress(ClientLeft, ConnectionResetError):
        for choice, sampling in zip(completion.choices, task.samplings, strict=True):
            await _send(response, completion.opening(choice.index, include_usage=include_usage))
            async for piece in _pieces(request, task, sampling):
                choice.pieces.append(piece)
                for chunk in completion.chunks(choice.index, piece, include_usage=include_usage):
                    await _send(response, chunk)
        if include_usage:
            await _send(response, completion.last_chunk())
        await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
    return response


async def _send(response: web.StreamResponse, chunk: dict[str, object]) -> None:
    await response.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")


def _unsupported(name: str) -> ApiError:
    message = f"'{name}' is not supported by this server's models."
    return ApiError(message, param=name, code="unsupported_parameter")


def _too_long(most: int, prompt_tokens: int, asked: int | None) -> ApiError:
    wanted = f" and {asked} were requested for the completion" if asked else ""
    message = (
        f"This model's maximum context length is {most} tokens. Your messages have {prompt_tokens} tokens{wanted}."
    )
    return ApiError(message, param="messages", code="context_length_exceeded")
