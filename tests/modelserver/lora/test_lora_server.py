"""The engine behind the server, asked through the official SDK: a real child process trains, the server answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from openai.types.fine_tuning import FineTuningJob

from tests.modelserver.lora.judging import log_likelihood
from tests.modelserver.lora.tiny_base import AUTHOR, chat_rows, judged_rows, notes, preference_rows
from tests.modelserver.providers import StartProvider, ask, jsonl, lora_server, upload, wait_for

pytestmark = [pytest.mark.lora, pytest.mark.timeout(600)]  # a child takes seconds to import torch

ASK = ask("Write a note")
HYPERPARAMETERS: Any = {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 60.0}


async def finished(client: AsyncOpenAI, job_id: str) -> FineTuningJob:
    return await wait_for(client, job_id, within_s=240)


@pytest.fixture
def start_provider(base_folder: Path, trainer: list[str]) -> StartProvider:
    return lora_server(base_folder, trainer)


async def test_a_voice_is_trained_and_then_answers(client: AsyncOpenAI, base_folder: Path, tmp_path: Path) -> None:
    training = await upload(client, jsonl(chat_rows(notes(AUTHOR, seed=3, count=32))))
    validation = await upload(client, jsonl(chat_rows(notes(AUTHOR, seed=5, count=4))))
    method: Any = {"type": "supervised", "supervised": {"hyperparameters": HYPERPARAMETERS | {"batch_size": "auto"}}}
    created = await client.fine_tuning.jobs.create(
        model="tiny", training_file=training, validation_file=validation, method=method, seed=3
    )
    done = await finished(client, created.id)
    assert done.status == "succeeded", done.error
    name = done.fine_tuned_model or ""
    said = " ".join([event.message async for event in client.fine_tuning.jobs.list_events(done.id)])
    assert "auto: batch_size is 1 (one row in 500)" in said and "the longest row has" in said
    answer = await client.chat.completions.create(model=name, messages=ASK, temperature=0)
    text = answer.choices[0].message.content or ""
    assert text and answer.choices[0].finish_reason == "stop"
    assert log_likelihood(base_folder, None, [text]) < log_likelihood(base_folder, _adapter(tmp_path), [text])
    base = await client.chat.completions.create(model="tiny", messages=ASK, temperature=0)
    assert base.choices[0].message.content != text
    assert (await client.chat.completions.create(model=name, messages=ASK, temperature=0)).choices == answer.choices


async def test_preferences_are_trained_on_a_finished_voice(client: AsyncOpenAI) -> None:
    first = await client.fine_tuning.jobs.create(
        model="tiny",
        training_file=await upload(client, jsonl(chat_rows(notes(AUTHOR, seed=3, count=12)))),
        hyperparameters=HYPERPARAMETERS,
    )
    voice = (await finished(client, first.id)).fine_tuned_model or ""
    method: Any = {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 1, "beta": "auto"}}}
    pairs = await upload(client, jsonl(preference_rows(12, seed=1)))
    created = await client.fine_tuning.jobs.create(model=voice, training_file=pairs, method=method)
    done = await finished(client, created.id)
    assert done.status == "succeeded", done.error
    assert done.method is not None and done.method.dpo is not None and done.method.dpo.hyperparameters is not None
    assert (done.method.type, done.method.dpo.hyperparameters.beta) == ("dpo", 0.1)
    assert (done.fine_tuned_model or "").startswith("ft:tiny:")


async def test_single_judgements_are_trained_by_this_servers_own_method(client: AsyncOpenAI) -> None:
    rows = judged_rows(12, seed=1)
    method: Any = {"type": "kto", "kto": {"hyperparameters": {"n_epochs": 1, "beta": 0.2}}}
    created = await client.fine_tuning.jobs.create(
        model="tiny", training_file=await upload(client, jsonl(rows)), method=method
    )
    done = await finished(client, created.id)
    assert done.status == "succeeded", done.error
    assert done.method is None and done.model_extra is not None  # OpenAI's clients know no such method
    told = done.model_extra["understudy"]["method"]
    assert (told["type"], told["kto"]["hyperparameters"]["beta"]) == ("kto", 0.2)


async def test_probabilities_are_told_with_the_words_they_belong_to(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model="tiny", messages=ASK, temperature=0, max_tokens=6, logprobs=True, top_logprobs=3
    )
    told = answer.choices[0].logprobs
    assert told is not None and told.content is not None and len(told.content) == 6
    assert "".join(token.token for token in told.content) == answer.choices[0].message.content
    for token in told.content:
        others = [other.logprob for other in token.top_logprobs]
        assert others == sorted(others, reverse=True) and len(others) == 3 and others[0] <= 0
        assert token.token == token.top_logprobs[0].token  # temperature 0 takes the likeliest
    with pytest.raises(openai.BadRequestError):
        await client.chat.completions.create(model="tiny", messages=ASK, top_logprobs=3)


async def test_a_stream_has_the_words_of_the_whole_answer(client: AsyncOpenAI) -> None:
    question: Any = {"model": "tiny", "messages": ASK, "seed": 5, "max_tokens": 60, "stop": ["quiet"]}
    whole = await client.chat.completions.create(**question)
    stream = await client.chat.completions.create(**question, stream=True, stream_options={"include_usage": True})
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == (
        whole.choices[0].message.content
    )
    assert chunks[-1].usage == whole.usage
    ends = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason]
    assert ends == [whole.choices[0].finish_reason]


async def test_a_broken_adapter_is_told_and_spares_the_other_voices(client: AsyncOpenAI, tmp_path: Path) -> None:
    created = await client.fine_tuning.jobs.create(
        model="tiny",
        training_file=await upload(client, jsonl(chat_rows(notes(AUTHOR, seed=3, count=10)))),
        hyperparameters={"n_epochs": 1},
    )
    name = (await finished(client, created.id)).fine_tuned_model or ""
    weights = _adapter(tmp_path) / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:200])
    with pytest.raises(openai.InternalServerError) as refused:
        await client.chat.completions.create(model=name, messages=ASK)
    assert refused.value.code == "model_unreadable"
    assert (await client.chat.completions.create(model="tiny", messages=ASK)).choices[0].message.content


def _adapter(tmp_path: Path) -> Path:
    """The last step's, of the only job."""
    return max((tmp_path / "state" / "models").glob("*/*"), key=lambda path: int(path.name))
