"""What this server refuses, and its own promises beyond the contract."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import cast

import aiohttp
import openai
import pytest
from openai import AsyncOpenAI
from openai.types.fine_tuning.job_create_params import Method

from modelserver.server import Setup, create_app
from tests.modelserver.providers import Provider, ask, tune, upload

ASK = ask("Hello")


@pytest.mark.parametrize("kind", ["kto", "reinforcement"])
async def test_other_methods_are_refused_by_name(client: AsyncOpenAI, provider: Provider, kind: str) -> None:
    file_id, method = await upload(client), cast("Method", {"type": kind})
    with pytest.raises(openai.BadRequestError) as refused:
        await client.fine_tuning.jobs.create(model=provider.base, training_file=file_id, method=method)
    assert (refused.value.param, refused.value.code) == ("method.type", "unsupported_method")
    assert kind in refused.value.message


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
        ({"logprobs": True}, "logprobs"),
        ({"temperature": 2.5}, "temperature"),
        ({"n": 17}, "n"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "boss", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages[0].content"),
        ({"stop": ["a"] * 5}, "stop"),
        ({"response_format": {"type": "json_object"}}, "response_format.type"),
        ({"extra_body": {"magic": 1}}, "magic"),
    ],
)
async def test_a_wrong_question_is_refused_by_the_name_of_the_parameter(
    client: AsyncOpenAI, provider: Provider, change: dict[str, object], param: str
) -> None:
    question = {"model": provider.base, "messages": ASK} | change
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(**question)  # type: ignore[call-overload]  # wrong on purpose
    assert (refused.value.param or "").startswith(param)


async def test_an_idempotency_key_makes_one_job(client: AsyncOpenAI, provider: Provider) -> None:
    jobs, file_id = client.fine_tuning.jobs, await upload(client)
    key = {"Idempotency-Key": "k1"}

    async def create(seed: int) -> str:
        job = await jobs.create(model=provider.base, training_file=file_id, seed=seed, extra_headers=key)
        return job.id

    ids = await asyncio.gather(*(create(1) for _ in range(5)))
    assert len(set(ids)) == 1
    with pytest.raises(openai.BadRequestError) as refused:
        await create(2)
    assert refused.value.code == "idempotency_key_reused"
    assert [job.id async for job in jobs.list()] == [ids[0]]


async def test_without_a_key_there_are_two_jobs(client: AsyncOpenAI, provider: Provider) -> None:
    file_id = await upload(client)
    for _ in range(2):
        await client.fine_tuning.jobs.create(model=provider.base, training_file=file_id)
    assert len([job async for job in client.fine_tuning.jobs.list()]) == 2


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic test-key"}, {"Authorization": "test-key"}])
async def test_only_the_key_opens(provider: Provider, headers: dict[str, str]) -> None:
    async with aiohttp.ClientSession(headers=headers) as http, http.get(f"{provider.url}/models") as answer:
        assert answer.status == 401
        assert set((await answer.json())["error"]) == {"message", "type", "param", "code"}


async def test_health_needs_no_key(provider: Provider) -> None:
    url = provider.url.removesuffix("/v1") + "/healthz"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[" * 100_000])
async def test_a_body_that_is_not_an_object_is_refused(provider: Provider, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {provider.api_key}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as http:
        async with http.post(f"{provider.url}/fine_tuning/jobs", data=body) as answer:
            assert answer.status == 400
        async with http.get(f"{provider.url}/nothing") as answer:
            assert answer.status == 404 and "Invalid URL" in json.dumps(await answer.json())


async def test_files_of_another_purpose_are_refused(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.files.create(file=("a.jsonl", b"{}"), purpose="vision")
    assert refused.value.param == "purpose"
    with pytest.raises(openai.BadRequestError):
        await client.files.create(file=("a.jsonl", b""), purpose="fine-tune")
    with pytest.raises(openai.BadRequestError) as refused:
        await client.files.create(
            file=("a.jsonl", b"{}"), purpose="fine-tune", expires_after={"anchor": "created_at", "seconds": 5}
        )
    assert refused.value.param == "expires_after[seconds]"
    assert not (await client.files.list()).data


async def test_a_result_file_is_no_training_file(client: AsyncOpenAI, provider: Provider) -> None:
    results = (await tune(client, provider.base)).result_files[0]
    with pytest.raises(openai.BadRequestError) as refused:
        await client.fine_tuning.jobs.create(model=provider.base, training_file=results)
    assert refused.value.code == "invalid_file_purpose"


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "²"])
async def test_a_limit_out_of_bounds_is_refused(client: AsyncOpenAI, limit: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.fine_tuning.jobs.list(limit=limit)  # type: ignore[arg-type]  # wrong on purpose
    assert refused.value.param == "limit"


async def test_the_server_answers_while_it_trains(slow_client: AsyncOpenAI, slow_provider: Provider) -> None:
    created = await slow_client.fine_tuning.jobs.create(
        model=slow_provider.base, training_file=await upload(slow_client)
    )
    answer = await asyncio.wait_for(
        slow_client.chat.completions.create(model=slow_provider.base, messages=ASK), timeout=5
    )
    assert answer.choices[0].message.content
    await slow_client.fine_tuning.jobs.cancel(created.id)


def test_an_empty_key_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="api_key"):
        create_app(Setup(state=tmp_path, api_key=""))
