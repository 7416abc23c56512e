"""The OpenAI-compatible servers that must keep the contract. A further one is one more way to start one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam
from openai.types.fine_tuning import FineTuningJob

from modelserver.server import Setup, running_modelserver
from modelserver.training import Pace

KEY = "test-key"
TERMINAL = {"succeeded", "failed", "cancelled"}
FIRST = ("Our gardeners", "The harbour crew", "Most visitors", "Old maps", "My neighbours")
SECOND = ("never hurry", "prefer the long way round", "keep careful notes", "laugh at the weather", "arrive early")


@dataclass(frozen=True)
class Provider:
    """A running server. base: a model that it can fine-tune."""

    url: str
    api_key: str
    base: str

    def client(self, *, api_key: str | None = None) -> AsyncOpenAI:
        return AsyncOpenAI(
            base_url=self.url,
            api_key=api_key or self.api_key,
            max_retries=0,
            timeout=30,
            _strict_response_validation=True,
        )


class StartProvider(Protocol):
    """Starts a server that keeps its state in a folder. train_seconds: how long a job stays in `running`."""

    def __call__(self, state: Path, *, train_seconds: float) -> AbstractAsyncContextManager[Provider]: ...


@asynccontextmanager
async def start_modelserver(state: Path, *, train_seconds: float) -> AsyncIterator[Provider]:
    pace = Pace(min_train_seconds=train_seconds, parallel_jobs=2)
    async with running_modelserver(Setup(state=state, api_key=KEY, pace=pace)) as url:
        yield Provider(url, KEY, "understudy-ngram")


def lora_server(base: Path, trainer: Sequence[str]) -> StartProvider:
    """The same server asked about a real model that lies in a folder; needs the extra."""

    @asynccontextmanager
    async def start(state: Path, *, train_seconds: float) -> AsyncIterator[Provider]:
        pace = Pace(min_train_seconds=train_seconds, parallel_jobs=2, trainer=trainer)
        async with running_modelserver(Setup(state=state, api_key=KEY, pace=pace, bases={"tiny": base})) as url:
            yield Provider(url, KEY, "tiny")

    return start


def ask(text: str) -> list[ChatCompletionMessageParam]:
    return [{"role": "user", "content": text}]


def chat_row(prompt: str, text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": text}]}


def good_rows(count: int = 12) -> list[dict[str, Any]]:
    return [
        chat_row(
            f"Write about subject {number}",
            f"{FIRST[number % 5]} {SECOND[number % 4]}. On day {number} we counted the boats.\n\n"
            f"{FIRST[(number + 2) % 5]} {SECOND[(number + 1) % 5]}, as they always did. That is all for now.",
        )
        for number in range(count)
    ]


def jsonl(rows: list[Any]) -> bytes:
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows).encode()


async def upload(client: AsyncOpenAI, content: bytes | None = None, *, name: str = "posts.jsonl") -> str:
    content = jsonl(good_rows()) if content is None else content
    return (await client.files.create(file=(name, content), purpose="fine-tune")).id


async def until(condition: Callable[[], bool]) -> None:
    """Return when the condition holds; fail after ten seconds."""
    async with asyncio.timeout(10):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


async def wait_for(client: AsyncOpenAI, job_id: str, *statuses: str, within_s: float = 60) -> FineTuningJob:
    """The job when it has one of the statuses, or any terminal one."""
    wanted = set(statuses) | TERMINAL
    async with asyncio.timeout(within_s):
        while True:
            job = await client.fine_tuning.jobs.retrieve(job_id)
            if job.status in wanted:
                return job
            await asyncio.sleep(0.05)


async def tune(client: AsyncOpenAI, base: str, **options: Any) -> FineTuningJob:
    """Upload good rows, train on them, and give the finished job."""
    file_id = await upload(client)
    job = await client.fine_tuning.jobs.create(model=base, training_file=file_id, **options)
    return await wait_for(client, job.id)
