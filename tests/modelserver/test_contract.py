"""What every provider must do, asked through the official SDK. No test here knows which server answers."""

from __future__ import annotations

import asyncio
import csv
import io
from importlib.util import find_spec
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from tests.modelserver.providers import (
    Provider,
    StartProvider,
    ask,
    good_rows,
    jsonl,
    lora_server,
    start_modelserver,
    tune,
    upload,
    wait_for,
)

ASK = ask("Write about the harbour crew")
STARTS = ["ngram", *([pytest.param("lora", marks=pytest.mark.lora)] if find_spec("peft") else [])]


@pytest.fixture(params=STARTS)
def start_provider(request: pytest.FixtureRequest) -> StartProvider:
    if request.param == "ngram":
        return start_modelserver
    return lora_server(request.getfixturevalue("base_folder"), request.getfixturevalue("trainer"))


# Files


async def test_an_uploaded_file_is_given_back_byte_for_byte(client: AsyncOpenAI) -> None:
    content = jsonl(good_rows())
    file = await client.files.create(
        file=("posts.jsonl", content), purpose="fine-tune", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    assert (file.filename, file.bytes, file.purpose) == ("posts.jsonl", len(content), "fine-tune")
    assert file.expires_at is not None and file.expires_at - file.created_at == 3600
    assert (await client.files.content(file.id)).content == content
    assert (await client.files.retrieve(file.id)) == file


async def test_files_are_listed_newest_first_by_page(client: AsyncOpenAI) -> None:
    ids = [await upload(client, name=f"{number}.jsonl") for number in range(5)]
    newest = await client.files.list(purpose="fine-tune", limit=2)
    assert [file.id for file in newest.data] == [ids[4], ids[3]] and newest.has_more
    assert [file.id async for file in client.files.list(limit=2)] == ids[::-1]
    assert [file.id async for file in client.files.list(limit=2, order="asc", after=ids[1])] == ids[2:]
    assert not (await client.files.list(purpose="batch")).data


async def test_a_deleted_file_is_gone(client: AsyncOpenAI) -> None:
    file_id = await upload(client)
    assert (await client.files.delete(file_id)).deleted
    for missing in (client.files.retrieve(file_id), client.files.content(file_id), client.files.delete(file_id)):
        with pytest.raises(openai.NotFoundError):
            await missing


# Jobs


async def test_a_job_goes_from_created_to_a_model_that_answers(client: AsyncOpenAI, provider: Provider) -> None:
    training, validation = await upload(client), await upload(client, jsonl(good_rows(3)))
    method: Any = {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2, "batch_size": 4}}}
    created = await client.fine_tuning.jobs.create(
        model=provider.base,
        training_file=training,
        validation_file=validation,
        suffix="harbour",
        seed=7,
        metadata={"request_id": "r1"},
        method=method,
    )
    assert created.status == "validating_files"
    assert (created.trained_tokens, created.fine_tuned_model, created.finished_at) == (None, None, None)
    done = await wait_for(client, created.id)
    assert (done.id, done.status, done.seed, done.metadata) == (created.id, "succeeded", 7, {"request_id": "r1"})
    assert (done.hyperparameters.n_epochs, done.hyperparameters.batch_size) == (2, 4)
    assert done.trained_tokens and done.finished_at and done.error is None
    assert done.fine_tuned_model is not None and done.fine_tuned_model.startswith(f"ft:{provider.base}:")
    assert ":harbour:" in done.fine_tuned_model
    answer = await client.chat.completions.create(model=done.fine_tuned_model, messages=ASK)
    assert answer.choices[0].message.content


async def test_auto_hyperparameters_become_numbers(client: AsyncOpenAI, provider: Provider) -> None:
    deprecated: Any = {"n_epochs": "auto", "batch_size": 3}
    job = await tune(client, provider.base, hyperparameters=deprecated)
    assert (job.hyperparameters.n_epochs, job.hyperparameters.batch_size) == (100 // 12, 3)
    assert isinstance(job.hyperparameters.learning_rate_multiplier, float)


async def test_a_finished_job_has_results_events_and_checkpoints(client: AsyncOpenAI, provider: Provider) -> None:
    job = await tune(client, provider.base, hyperparameters={"n_epochs": 4, "batch_size": 4})
    results = (await client.files.content(job.result_files[0])).text
    rows = list(csv.DictReader(io.StringIO(results)))
    assert list(rows[0]) == ["step", "train_loss", "train_accuracy", "valid_loss", "valid_mean_token_accuracy"]
    assert [int(row["step"]) for row in rows] == list(range(1, 13))
    assert float(rows[-1]["train_loss"]) < float(rows[0]["train_loss"])
    events = [event async for event in client.fine_tuning.jobs.list_events(job.id, limit=5)]
    assert {event.type for event in events} == {"message", "metrics"}
    assert events[0].message == "The job has successfully completed"
    assert events[-1].message.startswith("Created fine-tuning job")
    assert len({event.id for event in events}) == len(events)
    checkpoints = [point async for point in client.fine_tuning.jobs.checkpoints.list(job.id)]
    assert [point.step_number for point in checkpoints] == [12, 9, 6]  # the last three epochs, newest first
    named = checkpoints[-1].fine_tuned_model_checkpoint
    assert (await client.chat.completions.create(model=named, messages=ASK)).choices[0].message.content


async def test_jobs_are_found_by_metadata(client: AsyncOpenAI, provider: Provider) -> None:
    file_id = await upload(client)
    wanted = [{"request_id": "a", "team": "x"}, {"request_id": "b", "team": "x"}, None]
    ids = [
        (await client.fine_tuning.jobs.create(model=provider.base, training_file=file_id, metadata=metadata)).id
        for metadata in wanted
    ]

    async def found(metadata: dict[str, str]) -> list[str]:
        return [job.id async for job in client.fine_tuning.jobs.list(metadata=metadata)]

    assert await found({"request_id": "a"}) == [ids[0]]
    assert await found({"team": "x"}) == [ids[1], ids[0]]
    assert await found({"request_id": "b", "team": "x"}) == [ids[1]]
    assert await found({"request_id": "c"}) == []
    assert [job.id async for job in client.fine_tuning.jobs.list(limit=1)] == ids[::-1]
    assert [job.id for job in (await client.fine_tuning.jobs.list(after=ids[1])).data] == [ids[0]]


async def test_a_running_job_can_be_cancelled(slow_client: AsyncOpenAI, slow_provider: Provider) -> None:
    file_id = await upload(slow_client)
    created = await slow_client.fine_tuning.jobs.create(model=slow_provider.base, training_file=file_id)
    running = await wait_for(slow_client, created.id, "running")
    assert (running.status, running.trained_tokens) == ("running", None)
    cancelled = await slow_client.fine_tuning.jobs.cancel(created.id)
    assert cancelled.status == "cancelled" and cancelled.finished_at and cancelled.fine_tuned_model is None
    with pytest.raises(openai.BadRequestError):
        await slow_client.fine_tuning.jobs.cancel(created.id)
    assert (await slow_client.fine_tuning.jobs.retrieve(created.id)).status == "cancelled"


async def test_a_paused_job_waits_until_it_is_resumed(slow_client: AsyncOpenAI, slow_provider: Provider) -> None:
    jobs, file_id = slow_client.fine_tuning.jobs, await upload(slow_client)
    created = await jobs.create(model=slow_provider.base, training_file=file_id)
    await wait_for(slow_client, created.id, "running")
    paused = await jobs.pause(created.id)
    assert paused.status == "queued" and paused.finished_at is None
    with pytest.raises(openai.BadRequestError):
        await jobs.pause(created.id)
    assert (await jobs.retrieve(created.id)).status == "queued"
    await jobs.resume(created.id)
    with pytest.raises(openai.BadRequestError):
        await jobs.resume(created.id)
    assert (await wait_for(slow_client, created.id, "running")).status == "running"
    said = [event.message async for event in jobs.list_events(created.id)]
    assert any("paused" in each for each in said) and any("resumed" in each for each in said)
    assert (await jobs.cancel(created.id)).status == "cancelled"


async def test_two_jobs_at_once_both_finish_with_their_own_model(client: AsyncOpenAI, provider: Provider) -> None:
    jobs = await asyncio.gather(*(tune(client, provider.base, suffix=name) for name in ("one", "two")))
    assert [job.status for job in jobs] == ["succeeded", "succeeded"]
    assert len({job.fine_tuned_model for job in jobs}) == 2


async def test_too_few_rows_fail_the_job_and_say_so(client: AsyncOpenAI, provider: Provider) -> None:
    file_id = await upload(client, jsonl(good_rows(9)))
    created = await client.fine_tuning.jobs.create(model=provider.base, training_file=file_id)
    failed = await wait_for(client, created.id)
    assert failed.status == "failed" and failed.error is not None and failed.trained_tokens is None
    assert (failed.error.code, failed.error.param) == ("invalid_n_examples", "training_file")
    assert "9 example(s), but must have at least 10" in failed.error.message


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"training_file": "file-unknown"}, "training_file"),
        ({"validation_file": "file-unknown"}, "validation_file"),
        ({"model": "gpt-unknown"}, "model"),
        ({"suffix": "x" * 65}, "suffix"),
        ({"seed": -1}, "seed"),
        ({"hyperparameters": {"n_epochs": 51}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"batch_size": 257}}, "hyperparameters.batch_size"),
        ({"metadata": {str(number): "" for number in range(17)}}, "metadata"),
        ({"metadata": {"key": "x" * 513}}, "metadata.key"),
    ],
)
async def test_a_wrong_job_is_refused_by_the_name_of_the_parameter(
    client: AsyncOpenAI, provider: Provider, change: dict[str, object], param: str
) -> None:
    good = {"model": provider.base, "training_file": await upload(client)}
    with pytest.raises(openai.BadRequestError) as refused:
        await client.fine_tuning.jobs.create(**(good | change))  # type: ignore[arg-type]  # wrong on purpose
    assert refused.value.param == param and refused.value.type == "invalid_request_error"
    assert not (await client.fine_tuning.jobs.list()).data


async def test_unknown_jobs_are_not_found(client: AsyncOpenAI) -> None:
    jobs = client.fine_tuning.jobs
    unknown = "ftjob-unknown"
    asked = (jobs.retrieve(unknown), jobs.cancel(unknown), jobs.list_events(unknown), jobs.checkpoints.list(unknown))
    for missing in asked:
        with pytest.raises(openai.NotFoundError):
            await missing


# Models and answers


async def test_a_deleted_model_no_longer_answers(client: AsyncOpenAI, provider: Provider) -> None:
    bases = {model.id async for model in client.models.list()}
    job = await tune(client, provider.base)
    name = job.fine_tuned_model or ""
    await client.chat.completions.create(model=name, messages=ASK)
    assert provider.base in bases and {*bases, name} == {model.id async for model in client.models.list()}
    assert (await client.models.retrieve(name)).shutdown_date is None
    assert (await client.models.delete(name)).deleted
    with pytest.raises(openai.NotFoundError) as missing:
        await client.chat.completions.create(model=name, messages=ASK)
    assert missing.value.code == "model_not_found"
    for again in (client.models.retrieve(name), client.models.delete(name)):
        with pytest.raises(openai.NotFoundError):
            await again
    assert (await client.fine_tuning.jobs.retrieve(job.id)).fine_tuned_model == name


async def test_a_base_model_cannot_be_deleted(client: AsyncOpenAI, provider: Provider) -> None:
    with pytest.raises(openai.PermissionDeniedError):
        await client.models.delete(provider.base)


async def test_equal_seeds_give_equal_answers(client: AsyncOpenAI, provider: Provider) -> None:
    async def text(seed: int) -> str | None:
        answer = await client.chat.completions.create(model=provider.base, messages=ASK, seed=seed)
        return answer.choices[0].message.content

    assert await text(1) == await text(1)
    assert len({await text(seed) for seed in range(5)}) > 1


async def test_an_answer_counts_its_tokens_and_keeps_the_limit(client: AsyncOpenAI, provider: Provider) -> None:
    answer = await client.chat.completions.create(
        model=provider.base, messages=ASK, seed=1, max_completion_tokens=5, n=2, temperature=0.5, top_p=0.9
    )
    assert [choice.index for choice in answer.choices] == [0, 1]
    assert {choice.finish_reason for choice in answer.choices} == {"length"}
    assert answer.usage is not None and answer.usage.completion_tokens == 10
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 10


async def test_an_answer_ends_before_a_stop_string(client: AsyncOpenAI, provider: Provider) -> None:
    answer = await client.chat.completions.create(model=provider.base, messages=ASK, seed=1, stop=[".", "!"])
    assert answer.choices[0].finish_reason == "stop"
    assert "." not in (answer.choices[0].message.content or ".")


async def test_a_stream_carries_the_same_text_and_usage(client: AsyncOpenAI, provider: Provider) -> None:
    whole = await client.chat.completions.create(model=provider.base, messages=ASK, seed=3)
    stream = await client.chat.completions.create(
        model=provider.base, messages=ASK, seed=3, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    deltas = [chunk.choices[0] for chunk in chunks if chunk.choices]
    assert deltas[0].delta.role == "assistant" and len(deltas) > 5
    assert "".join(choice.delta.content or "" for choice in deltas) == whole.choices[0].message.content
    assert [choice.finish_reason for choice in deltas if choice.finish_reason] == [whole.choices[0].finish_reason]
    assert chunks[-1].usage == whole.usage and not chunks[-1].choices
    assert len({chunk.id for chunk in chunks}) == 1


async def test_a_prompt_beyond_the_context_is_refused(client: AsyncOpenAI, provider: Provider) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(model=provider.base, messages=ASK, max_tokens=10_000_000)
    assert refused.value.code == "context_length_exceeded"


# The key


@pytest.mark.parametrize("path", ["files", "fine_tuning/jobs", "models"])
async def test_a_wrong_key_is_refused(provider: Provider, path: str) -> None:
    async with provider.client(api_key="wrong") as client:
        with pytest.raises(openai.AuthenticationError) as refused:
            await client.get(f"/{path}", cast_to=object)
    assert refused.value.code == "invalid_api_key" and refused.value.type == "invalid_request_error"
    assert refused.value.request_id
