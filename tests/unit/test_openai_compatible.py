"""The adapter against a server that answers, refuses, hangs and breaks off; the SDK is the real one."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from aiohttp import web
from aiohttp.typedefs import Handler
from openai import AsyncOpenAI

from pipeline.domain.drafting import Shot
from pipeline.domain.spending import Price
from pipeline.domain.training import ProviderJob
from pipeline.domain.voices import Sensitivity
from pipeline.errors import (
    NoPrice,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    SensitivityNotAllowed,
    TrainingClosed,
)
from pipeline.models.openai_compatible import (
    KEY_METADATA,
    RECENT_JOBS,
    OpenAICompatible,
    cost_microusd,
)
from pipeline.models.wire import openai_client, provider_error
from pipeline.ports import TuningProvider, WritingProvider
from tests.fakes.openai_server import FakeOpenAI, fake_openai

BASE = "gpt-4.1-mini-2025-04-14"
CREATE = "POST /fine_tuning/jobs"
WRITE = "POST /chat/completions"
REQUEST = httpx2.Request("POST", "http://provider.test/v1")


def price(*, read: int = 800_000, written: int = 3_200_000) -> Price:
    return Price(
        provider="fake",
        base=BASE,
        train_microusd_per_million=5_000_000,
        input_microusd_per_million=read,
        output_microusd_per_million=written,
        source="test",
        as_of=date(2026, 11, 21),
        context_tokens=65_536,
        encoding="o200k_base",
    )


@asynccontextmanager
async def adapter_for(
    base_url: str, *, sensitivities: frozenset[Sensitivity] = frozenset({"public"}), timeout_s: float = 5.0, **more: Any
) -> AsyncIterator[OpenAICompatible]:
    client = openai_client(base_url=base_url, api_key="test-key", timeout_s=timeout_s)
    options: dict[str, Any] = {"price_of": lambda _model: price()} | more
    adapter = OpenAICompatible(
        name="fake", client=client, sensitivities=sensitivities, request_timeout_s=timeout_s, **options
    )
    try:
        yield adapter
    finally:
        await adapter.close()


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    async with fake_openai() as running:
        yield running


@pytest.fixture
async def adapter(fake: FakeOpenAI) -> AsyncIterator[OpenAICompatible]:
    async with adapter_for(fake.base_url) as ready:
        yield ready


async def create(adapter: OpenAICompatible, file_id: str, *, key: str = "job-7", **more: Any) -> ProviderJob:
    options: dict[str, Any] = {"validation_file": None, "sensitivity": "public", "method": "supervised"} | more
    options |= {"model": BASE, "epochs": 3, "key": key, "suffix": "founder-v1"}
    return await adapter.create_job(training_file=file_id, **options)


async def write(adapter: OpenAICompatible, *, sensitivity: Sensitivity = "public", shots: Sequence[Shot] = ()) -> Any:
    return await adapter.write(
        model=BASE,
        system="You write.",
        brief="harbours",
        max_tokens=900,
        temperature=0.7,
        sensitivity=sensitivity,
        shots=shots,
    )


def test_the_adapter_has_the_shape_of_both_ports(adapter: OpenAICompatible) -> None:
    tuning: TuningProvider = adapter
    writing: WritingProvider = adapter
    assert tuning and writing


# What is sent


async def test_a_job_is_sent_with_its_key_twice_and_one_method(fake: FakeOpenAI, adapter: OpenAICompatible) -> None:
    training = await adapter.upload(b'{"messages": []}\n', filename="us-7.train.jsonl", sensitivity="public")
    validation = await adapter.upload(b"{}\n", filename="us-7.valid.jsonl", sensitivity="public")
    job = await create(adapter, training, validation_file=validation)
    assert fake.contents[training] == b'{"messages": []}\n'
    assert (job.status, job.training_file, job.provider_job) == ("validating_files", training, "ftjob-000001")
    sent = fake.seen(CREATE)[0]
    assert sent.headers["Idempotency-Key"] == "job-7"
    assert sent.body == {
        "model": BASE,
        "training_file": training,
        "validation_file": validation,
        "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 3}}},
        "metadata": {KEY_METADATA: "job-7"},
        "suffix": "founder-v1",
        "seed": 20_261,
    }


async def test_no_validation_file_is_left_out_rather_than_null(fake: FakeOpenAI, adapter: OpenAICompatible) -> None:
    await create(adapter, fake.add_file("a.jsonl", b"{}")["id"])
    assert "validation_file" not in fake.seen(CREATE)[0].body


async def test_nothing_of_the_environment_is_sent_along(fake: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-somebody")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-somebody")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere.test/v1")
    async with adapter_for(fake.base_url) as adapter:
        await write(adapter)
    headers = {name.lower() for name in fake.requests[0].headers}
    assert not headers & {"openai-organization", "openai-project"}
    assert fake.requests[0].headers["Authorization"] == "Bearer test-key"


# What comes back


async def test_a_failed_job_tells_the_providers_words(fake: FakeOpenAI, adapter: OpenAICompatible) -> None:
    job = fake.add_job(model=BASE, training_file="file-1")
    fake.fail(job["id"], "invalid_training_file", "row 52 is too long")
    told = await adapter.job(job["id"])
    assert (told.status, told.error_code, told.error_message) == (
        "failed",
        "invalid_training_file",
        "row 52 is too long",
    )


async def test_a_finished_job_tells_model_and_billed_tokens(fake: FakeOpenAI, adapter: OpenAICompatible) -> None:
    job = fake.add_job(model=BASE, training_file="file-1")
    model = fake.finish(job["id"], trained_tokens=73_333)
    told = await adapter.job(job["id"])
    assert (told.status, told.model_name, told.trained_tokens) == ("succeeded", model, 73_333)


async def test_an_unknown_status_is_carried(fake: FakeOpenAI, adapter: OpenAICompatible) -> None:
    job = fake.add_job(model=BASE, training_file="file-1", status="paused", error={})
    told = await adapter.job(job["id"])
    assert (told.status, told.error_code) == ("paused", None)


@pytest.mark.parametrize(
    ("read", "written", "prompt_tokens", "completion_tokens", "expected"),
    [
        (800_000, 3_200_000, 1_000_000, 1_000_000, 4_000_000),  # $0.80 + $3.20
        (800_000, 3_200_000, 100, 200, 720),  # 80 + 640
        (800_000, 3_200_000, 1, 0, 1),  # 0.8 rounded up
        (800_000, 3_200_000, 0, 0, 0),
        (10_000, 10_000, 50, 49, 1),  # 0.5 + 0.49 = 0.99: rounded up once, not per part
        (10_000, 10_000, 50, 51, 2),  # 1.01
        (3_000_000, 12_000_000, 1_234, 987, 15_546),  # 3,702 + 11,844
    ],
)
def test_a_draft_costs_its_tokens_rounded_up(
    read: int, written: int, prompt_tokens: int, completion_tokens: int, expected: int
) -> None:
    assert cost_microusd(price(read=read, written=written), prompt_tokens, completion_tokens) == expected


async def test_a_draft_has_text_usage_cost_and_latency(fake: FakeOpenAI) -> None:
    fake.replies.append("Boats come and go.")
    fake.usage, fake.finish_reason = (1_234, 987), "length"
    ticks = iter([10.0, 12.5])
    async with adapter_for(fake.base_url, timer=lambda: next(ticks)) as adapter:
        draft = await write(adapter)
    assert (draft.text, draft.finish_reason, draft.latency_ms) == ("Boats come and go.", "length", 2_500)
    assert (draft.prompt_tokens, draft.completion_tokens, draft.cost_microusd) == (1_234, 987, 4_146)  # 987.2 + 3,158.4
    sent = fake.seen(WRITE)[0].body
    assert (sent["max_completion_tokens"], sent["temperature"]) == (900, 0.7)
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]


async def test_real_posts_stand_before_the_brief_as_turns(fake: FakeOpenAI) -> None:
    fake.replies.append("Boats come and go.")
    async with adapter_for(fake.base_url) as adapter:
        await write(adapter, shots=(Shot("tides", "The tide ran out."), Shot("nets", "We mended nets.")))
    said = [(message["role"], message["content"]) for message in fake.seen(WRITE)[0].body["messages"]]
    assert said[1:] == [
        ("user", "tides"),
        ("assistant", "The tide ran out."),
        ("user", "nets"),
        ("assistant", "We mended nets."),
        ("user", "harbours"),
    ]


async def test_a_model_without_a_price_is_not_asked(fake: FakeOpenAI) -> None:
    def nobody_knows(model: str) -> Price:
        raise NoPrice("fake", model)

    async with adapter_for(fake.base_url, price_of=nobody_knows) as adapter:
        with pytest.raises(NoPrice):
            await write(adapter)
    assert fake.requests == []


async def test_an_empty_draft_is_a_refusal(fake: FakeOpenAI, adapter: OpenAICompatible) -> None:
    fake.replies.append("")
    fake.finish_reason = "content_filter"
    with pytest.raises(ProviderRefused) as refused:
        await write(adapter)
    assert (refused.value.code, refused.value.message) == ("content_filter", "I would rather not.")


# Sensitivity


@pytest.mark.parametrize("sensitivity", ["internal", "private"])
async def test_text_too_private_for_a_provider_never_leaves(
    fake: FakeOpenAI, adapter: OpenAICompatible, sensitivity: Sensitivity
) -> None:
    for ask in (
        adapter.upload(b"secret", filename="a.jsonl", sensitivity=sensitivity),
        create(adapter, "file-000001", sensitivity=sensitivity),
        write(adapter, sensitivity=sensitivity),
    ):
        with pytest.raises(SensitivityNotAllowed) as refused:
            await ask
        assert refused.value.sensitivity == sensitivity
    assert fake.requests == []


async def test_a_redirect_is_not_followed() -> None:
    async def redirect(_: web.Request) -> web.StreamResponse:
        raise web.HTTPTemporaryRedirect(f"{elsewhere.base_url}/chat/completions")

    async with fake_openai() as elsewhere, _serving(redirect) as base_url, adapter_for(base_url) as adapter:
        with pytest.raises(ProviderRefused) as refused:
            await write(adapter)
    assert refused.value.code == "http_307"
    assert elsewhere.requests == []


@asynccontextmanager
async def _serving(handler: Handler) -> AsyncIterator[str]:
    """A server that does this whatever it is asked."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


# What goes wrong


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (500, None, ProviderUnavailable),
        (502, None, ProviderUnavailable),
        (503, "server_overloaded", ProviderUnavailable),
        (409, None, ProviderUnavailable),
        (408, None, ProviderUnavailable),
        ("timeout_after_accept", None, ProviderUnavailable),
        ("reset_before", None, ProviderUnavailable),
        ("reset_after", None, ProviderUnavailable),
        (429, "rate_limit_exceeded", ProviderBusy),
        (429, None, ProviderBusy),
        (429, "insufficient_quota", ProviderRefused),
        (403, "training_not_available", TrainingClosed),
        (403, "unsupported_country_region_territory", ProviderRefused),
        (400, "invalid_file", ProviderRefused),
        (401, "invalid_api_key", ProviderRefused),
        (404, "model_not_found", ProviderRefused),
        (413, None, ProviderRefused),
        (422, None, ProviderRefused),
    ],
)
async def test_each_fault_has_its_meaning_and_is_sent_once(
    fake: FakeOpenAI, status: Any, code: str | None, expected: type[ProviderError]
) -> None:
    file_id = fake.add_file("a.jsonl", b"{}")["id"]
    fake.next(CREATE, status, code, "in the provider's words")
    async with adapter_for(fake.base_url, timeout_s=patience_s(status)) as adapter:
        with pytest.raises(ProviderError) as failed:
            await create(adapter, file_id)
    assert type(failed.value) is expected
    assert failed.value.provider == "fake"
    assert len(fake.seen(CREATE)) == 1
    if isinstance(failed.value, ProviderRefused):
        assert failed.value.code == (code or f"http_{status}")
        assert "in the provider's words" in failed.value.message


def patience_s(fault: Any) -> float:
    """Short only where the timeout itself is the point: a busy machine may take a second for anything."""
    return 2.0 if fault == "timeout_after_accept" else 20.0


@pytest.mark.parametrize(
    ("route", "ask"),
    [
        ("POST /files", lambda adapter: adapter.upload(b"{}", filename="a.jsonl", sensitivity="public")),
        ("GET /files", lambda adapter: adapter.find_upload("a.jsonl")),
        ("GET /fine_tuning/jobs", lambda adapter: adapter.find_jobs(key="k", training_file="f", method="supervised")),
        ("GET /fine_tuning/jobs/{job_id}", lambda adapter: adapter.job("ftjob-1")),
        (WRITE, write),
    ],
)
@pytest.mark.parametrize("fault", [500, "timeout_after_accept", "reset_before", "reset_after"])
async def test_every_call_is_sent_once_and_says_unavailable(
    fake: FakeOpenAI, route: str, ask: Callable[[OpenAICompatible], Awaitable[object]], fault: Any
) -> None:
    fake.next(route, fault)
    async with adapter_for(fake.base_url, timeout_s=patience_s(fault)) as adapter:
        with pytest.raises(ProviderUnavailable):
            await ask(adapter)
    assert len(fake.requests) == 1


async def test_a_job_accepted_without_an_answer_is_found_again(fake: FakeOpenAI) -> None:
    file_id = fake.add_file("a.jsonl", b"{}")["id"]
    fake.next(CREATE, "reset_after")
    async with adapter_for(fake.base_url) as adapter:
        with pytest.raises(ProviderUnavailable):
            await create(adapter, file_id)
        found = await adapter.find_jobs(key="job-7", training_file=file_id, method="supervised")
    assert [job.provider_job for job in found] == list(fake.jobs)
    assert len(found) == 1


async def test_a_refused_connection_means_that_nothing_was_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        async with adapter_for(f"http://127.0.0.1:{unused.getsockname()[1]}/v1") as adapter:
            with pytest.raises(ProviderBusy):
                await create(adapter, "file-1")


@pytest.mark.parametrize("body", ["<html>Welcome to the hotel</html>", "[]", '"ok"', "null", "{}", "{"])
async def test_a_success_that_is_no_answer_is_unavailable(
    fake: FakeOpenAI, adapter: OpenAICompatible, body: str
) -> None:
    routes = (CREATE, "POST /files", "GET /fine_tuning/jobs/{job_id}")
    for route in routes:
        fake.next(route, 200, body=body)
    for ask in (
        create(adapter, "file-1"),
        adapter.upload(b"{}", filename="a.jsonl", sensitivity="public"),
        adapter.job("ftjob-1"),
    ):
        with pytest.raises(ProviderUnavailable):
            await ask


@pytest.mark.parametrize("body", ["<html>Welcome to the hotel</html>", "[]", '"ok"', "null", "{}", "{"])
async def test_a_list_that_is_no_list_is_not_taken_for_an_empty_one(
    fake: FakeOpenAI, adapter: OpenAICompatible, body: str
) -> None:
    fake.next("GET /files", 200, body=body)
    fake.next("GET /fine_tuning/jobs", 200, body=body)
    with pytest.raises(ProviderUnavailable):
        await adapter.find_upload("a.jsonl")
    with pytest.raises(ProviderUnavailable):
        await adapter.find_jobs(key="k", training_file="f", method="supervised")


async def test_a_server_that_drips_bytes_is_given_up_in_time() -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await response.prepare(request)
        for _ in range(100):
            await response.write(b" ")
            await asyncio.sleep(0.1)
        return response

    async with _serving(drip) as base_url, adapter_for(base_url, timeout_s=0.4) as adapter, asyncio.timeout(3):
        with pytest.raises(ProviderUnavailable):
            await adapter.job("ftjob-1")


async def test_cancelling_is_never_turned_into_a_provider_error(fake: FakeOpenAI, adapter: OpenAICompatible) -> None:
    file_id = fake.add_file("a.jsonl", b"{}")["id"]
    fake.next(CREATE, "timeout_after_accept")
    sending = asyncio.create_task(create(adapter, file_id))
    async with asyncio.timeout(5):
        await fake.hanging.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


# Every error class of the SDK


def _all_subclasses(root: type[Exception]) -> set[type[Exception]]:
    return {root}.union(*(_all_subclasses(child) for child in root.__subclasses__()))


def _made(kind: type[Exception]) -> Exception:
    """An error of this class without its constructor: the mapping reads attributes and nothing else."""
    error = kind.__new__(kind)
    status = getattr(kind, "status_code", 400 if issubclass(kind, openai.APIStatusError) else 0)
    if issubclass(kind, openai.InternalServerError):
        status = 500
    error.__dict__.update(message="words", code=None, status_code=status, request=REQUEST, body=None)
    return error


EXPECTED: dict[type[Exception], type[ProviderError]] = {
    openai.APITimeoutError: ProviderUnavailable,
    openai.APIConnectionError: ProviderUnavailable,
    openai.APIResponseValidationError: ProviderUnavailable,
    openai.ConflictError: ProviderUnavailable,
    openai.InternalServerError: ProviderUnavailable,
    openai.RateLimitError: ProviderBusy,
    openai.BadRequestError: ProviderRefused,
    openai.AuthenticationError: ProviderRefused,
    openai.OAuthError: ProviderRefused,
    openai.PermissionDeniedError: ProviderRefused,
    openai.NotFoundError: ProviderRefused,
    openai.UnprocessableEntityError: ProviderRefused,
    openai.APIStatusError: ProviderRefused,
}
# Not about a request at all; should one come out of a call, nobody knows what happened.
FOREIGN = _all_subclasses(openai.OpenAIError) - _all_subclasses(openai.APIError) | {openai.APIError}


@pytest.mark.parametrize("kind", sorted(_all_subclasses(openai.OpenAIError), key=str))
def test_every_error_class_of_the_sdk_is_mapped(kind: type[Exception]) -> None:
    if kind not in EXPECTED:
        assert kind in FOREIGN, f"{kind} is new: decide what it means"
    assert type(provider_error("fake", _made(kind))) is EXPECTED.get(kind, ProviderUnavailable)


@pytest.mark.parametrize(
    "cause", [httpx2.ReadError("x"), httpx2.RemoteProtocolError("x"), httpx2.WriteError("x"), None]
)
def test_a_connection_that_broke_later_is_unknown(cause: Exception | None) -> None:
    error = openai.APIConnectionError(request=REQUEST)
    error.__cause__ = cause
    assert type(provider_error("fake", error)) is ProviderUnavailable


def test_a_timeout_is_unknown_even_while_connecting() -> None:
    error = openai.APITimeoutError(REQUEST)
    error.__cause__ = httpx2.ConnectError("x")
    assert type(provider_error("fake", error)) is ProviderUnavailable


# Finding


async def test_the_newest_upload_of_a_name_is_found_over_pages(fake: FakeOpenAI, adapter: OpenAICompatible) -> None:
    older = fake.add_file("us-7.jsonl", b"1")["id"]
    newer = fake.add_file("us-7.jsonl", b"2")["id"]
    fake.add_file("us-8.jsonl", b"3")
    fake.add_file("us-7.jsonl", b"4", purpose="batch")
    assert await adapter.find_upload("us-7.jsonl") == newer != older
    assert await adapter.find_upload("us-9.jsonl") is None


@pytest.mark.parametrize("ignores_filter", [False, True])
async def test_jobs_are_found_by_either_key_oldest_first(
    fake: FakeOpenAI, adapter: OpenAICompatible, *, ignores_filter: bool
) -> None:
    fake.ignore_metadata_filter = ignores_filter
    by_file = fake.add_job(model=BASE, training_file="file-7")["id"]
    by_key = fake.add_job(model=BASE, training_file="file-1", metadata={KEY_METADATA: "job-7"})["id"]
    both = fake.add_job(model=BASE, training_file="file-7", metadata={KEY_METADATA: "job-7"})["id"]
    fake.add_job(model=BASE, training_file="file-2", metadata={KEY_METADATA: "job-8"})
    fake.add_job(model=BASE, training_file="file-3", metadata={"other": "job-7"})
    found = await adapter.find_jobs(key="job-7", training_file="file-7", method="supervised")
    assert [job.provider_job for job in found] == [by_file, by_key, both]


async def test_a_job_far_back_is_found_by_its_key(fake: FakeOpenAI, adapter: OpenAICompatible) -> None:
    old = fake.add_job(model=BASE, training_file="file-1", metadata={KEY_METADATA: "job-7"})["id"]
    for _ in range(RECENT_JOBS + 1):
        fake.add_job(model=BASE, training_file="file-2")
    assert [
        job.provider_job for job in await adapter.find_jobs(key="job-7", training_file="file-1", method="supervised")
    ] == [old]


async def test_a_server_that_refuses_the_filter_is_searched_without_it(
    fake: FakeOpenAI, adapter: OpenAICompatible
) -> None:
    job = fake.add_job(model=BASE, training_file="file-7")["id"]
    fake.next("GET /fine_tuning/jobs", 400, "unknown_parameter")
    found = await adapter.find_jobs(key="job-7", training_file="file-7", method="supervised")
    assert [each.provider_job for each in found] == [job]


async def test_a_key_that_is_refused_is_not_an_empty_list(fake: FakeOpenAI, adapter: OpenAICompatible) -> None:
    for _ in range(2):
        fake.next("GET /fine_tuning/jobs", 401, "invalid_api_key")
    with pytest.raises(ProviderRefused):
        await adapter.find_jobs(key="job-7", training_file="file-7", method="supervised")


async def test_a_server_that_ignores_the_cursor_does_not_hold_us(fake: FakeOpenAI, adapter: OpenAICompatible) -> None:
    fake.ignore_after = True
    for _ in range(150):
        fake.add_job(model=BASE, training_file="file-2")
    assert await adapter.find_jobs(key="job-7", training_file="file-7", method="supervised") == []
    assert len(fake.requests) < 5


# The fake and the private server


async def test_the_fakes_answers_are_openais_shape(fake: FakeOpenAI) -> None:
    async with AsyncOpenAI(
        base_url=fake.base_url, api_key="k", max_retries=0, _strict_response_validation=True
    ) as client:
        file = await client.files.create(file=("a.jsonl", b"{}"), purpose="fine-tune")
        job = await client.fine_tuning.jobs.create(model=BASE, training_file=file.id)
        fake.fail(job.id, "code", "message")
        assert (await client.fine_tuning.jobs.retrieve(job.id)).status == "failed"
        fake.finish(job.id)
        assert [each.id async for each in client.fine_tuning.jobs.list(limit=1)] == [job.id]
        assert [each.id async for each in client.files.list(limit=1)] == [file.id]
        assert (await client.files.content(file.id)).content == b"{}"
        assert (await client.fine_tuning.jobs.cancel(job.id)).status == "cancelled"
        chat = await client.chat.completions.create(model=BASE, messages=[{"role": "user", "content": "boats"}])
        assert chat.choices[0].message.content == "A text about boats."


async def test_the_private_server_trains_and_writes(tmp_path: Path) -> None:
    server = pytest.importorskip("modelserver.server")
    rows = (
        {
            "messages": [
                {"role": "user", "content": f"Write about pier {number}"},
                {"role": "assistant", "content": f"Pier {number} is quiet at dawn. We counted {number} boats there."},
            ]
        }
        for number in range(12)
    )
    content = "\n".join(map(json.dumps, rows)).encode()
    everything: frozenset[Sensitivity] = frozenset({"public", "internal", "private"})
    async with (
        server.running_modelserver(server.Setup(state=tmp_path / "state", api_key="test-key"), port=0) as base_url,
        adapter_for(base_url, sensitivities=everything, timeout_s=30) as adapter,
    ):
        file_id = await adapter.upload(content, filename="us-7.jsonl", sensitivity="private")
        assert await adapter.find_upload("us-7.jsonl") == file_id
        job = await adapter.create_job(
            model="understudy-ngram",
            method="supervised",
            training_file=file_id,
            validation_file=None,
            epochs=2,
            key="job-7",
            suffix="founder",
            sensitivity="private",
        )
        assert [
            each.provider_job
            for each in await adapter.find_jobs(key="job-7", training_file="file-0", method="supervised")
        ] == [job.provider_job]
        async with asyncio.timeout(60):
            while job.status != "succeeded":
                assert job.status in {"validating_files", "queued", "running"}, job
                await asyncio.sleep(0.05)
                job = await adapter.job(job.provider_job)
        assert job.model_name is not None and job.trained_tokens and job.trained_s
        draft = await adapter.write(
            model=job.model_name,
            system="You write.",
            brief="Write about pier 3",
            max_tokens=60,
            temperature=0.5,
            sensitivity="private",
        )
    assert draft.text and draft.completion_tokens > 0 and draft.cost_microusd > 0
