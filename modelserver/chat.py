"""/v1/chat/completions: one answer or several, whole or as a stream."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from modelserver.bodies import UNSUPPORTED_CHAT, ChatBody, parse, read_json
from modelserver.engine import Answer, LoadedModel, Message, Refused, Sampling
from modelserver.errors import ApiError
from modelserver.models import Models
from modelserver.records import new_id

PIECE: Final = re.compile(r"\S*\s*", re.DOTALL)  # what one streamed chunk carries: a word and the blanks after it


@dataclass(frozen=True)
class _Completion:
    """A finished completion: its answers and how to show them."""

    completion_id: str
    created: int
    model: str
    answers: list[Answer]
    prompt_tokens: int

    def usage(self) -> dict[str, int]:
        written = sum(answer.completion_tokens for answer in self.answers)
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": written,
            "total_tokens": self.prompt_tokens + written,
        }

    def head(self, kind: str) -> dict[str, Any]:
        return {"id": self.completion_id, "object": kind, "created": self.created, "model": self.model}

    def wire(self) -> dict[str, Any]:
        choices: list[dict[str, Any]] = [
            {
                "index": index,
                "message": {"role": "assistant", "content": answer.text, "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": answer.finish_reason,
            }
            for index, answer in enumerate(self.answers)
        ]
        return self.head("chat.completion") | {"choices": choices, "usage": self.usage()}

    def chunks(self, *, include_usage: bool) -> Iterator[dict[str, Any]]:
        head = self.head("chat.completion.chunk") | ({"usage": None} if include_usage else {})
        for index, answer in enumerate(self.answers):
            yield head | {"choices": [_delta(index, {"role": "assistant", "content": ""})]}
            for piece in PIECE.findall(answer.text):
                if piece:
                    yield head | {"choices": [_delta(index, {"content": piece})]}
            yield head | {"choices": [_delta(index, {}, finish_reason=answer.finish_reason)]}
        if include_usage:
            yield head | {"choices": [], "usage": self.usage()}


def _delta(index: int, delta: dict[str, str], *, finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


class Chat:
    """The handler of /v1/chat/completions."""

    def __init__(self, models: Models) -> None:
        self._models = models

    def register(self, app: web.Application) -> None:
        app.router.add_post("/v1/chat/completions", self.create)

    async def create(self, request: web.Request) -> web.StreamResponse:
        raw = await read_json(request)
        for name in sorted(UNSUPPORTED_CHAT & raw.keys()):
            if raw[name] not in (None, False, []):
                message = f"'{name}' is not supported by this server's models."
                raise ApiError(message, param=name, code="unsupported_parameter")
            del raw[name]
        body = parse(ChatBody, raw)
        completion = await self._complete(body)
        if not body.stream:
            return web.json_response(completion.wire())
        usage = body.stream_options is not None and body.stream_options.include_usage
        return await _stream(request, completion, include_usage=usage)

    async def _complete(self, body: ChatBody) -> _Completion:
        engine, model = await self._models.load(body.model)
        messages = [Message(message.role, message.text()) for message in body.messages]
        prompt_tokens = _counted(model, messages)
        room = engine.context_tokens - prompt_tokens
        asked = body.token_limit()
        if (asked or 1) > room:
            raise _too_long(engine.context_tokens, prompt_tokens, asked)
        seed = secrets.randbelow(2**31) if body.seed is None else body.seed
        temperature = 1.0 if body.temperature is None else body.temperature
        top_p = 1.0 if body.top_p is None else body.top_p
        samplings = [
            Sampling(temperature, asked or room, body.stops(), seed + choice, top_p) for choice in range(body.n or 1)
        ]
        answers = await asyncio.to_thread(_answers, model, messages, samplings)
        return _Completion(new_id("chatcmpl-"), int(time.time()), body.model, answers, prompt_tokens)


def _counted(model: LoadedModel, messages: list[Message]) -> int:
    try:
        return model.count_tokens(messages)
    except Refused as err:
        raise ApiError(err.reason, param="messages", code=err.code) from err


def _answers(model: LoadedModel, messages: list[Message], samplings: list[Sampling]) -> list[Answer]:
    return [model.answer(messages, sampling) for sampling in samplings]


def _too_long(most: int, prompt_tokens: int, asked: int | None) -> ApiError:
    wanted = f" and {asked} were requested for the completion" if asked else ""
    message = (
        f"This model's maximum context length is {most} tokens. Your messages have {prompt_tokens} tokens{wanted}."
    )
    return ApiError(message, param="messages", code="context_length_exceeded")


async def _stream(request: web.Request, completion: _Completion, *, include_usage: bool) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    for chunk in completion.chunks(include_usage=include_usage):
        await response.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
    await response.write(b"data: [DONE]\n\n")
    await response.write_eof()
    return response
