"""The one adapter for every model provider that speaks OpenAI's wire format; only the address and the key differ."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import httpx2
import openai
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from openai._base_client import AsyncPaginator  # has no public name
from openai.pagination import AsyncCursorPage
from openai.types import FileObject
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam
from openai.types.fine_tuning import FineTuningJob

from pipeline.domain.drafting import Shot, Written
from pipeline.domain.spending import Price
from pipeline.domain.training import ProviderJob
from pipeline.domain.voices import Sensitivity
from pipeline.errors import (
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    SensitivityNotAllowed,
    TrainingClosed,
)

KEY_METADATA: Final = "understudy_key"  # how a job is found again when the answer to its creation was lost
CONNECT_TIMEOUT_S: Final = 10.0
TRAINING_SEED: Final = 20_261  # fixed, so that the same dataset trained again differs as little as the provider can
JOBS_PER_PAGE: Final = 100  # the most that OpenAI's list takes
RECENT_JOBS: Final = 500  # looked through by training file; a job in doubt is minutes old, not hundreds of jobs
FILES_LISTED: Final = 20_000  # OpenAI's page has up to 10,000
TOKENS_PER_MILLION: Final = 1_000_000
MESSAGE_CHARS: Final = 500  # of the provider's own words; a proxy's error page can be a book
TRAINING_CLOSED_CODE: Final = "training_not_available"
NO_FUNDS_CODE: Final = "insufficient_quota"  # comes as 429, but waiting does not help
UNKNOWN_OUTCOMES: Final = frozenset({408, 409})  # statuses below 500 that do not say whether it was accepted

_Shape = TypeVar("_Shape", FileObject, FineTuningJob, ChatCompletion)


def openai_client(*, base_url: str, api_key: str, timeout_s: float) -> AsyncOpenAI:
    """A client that sends everything once, to this address only.

    Redirects are not followed: they would carry private text to an address nobody configured, and a POST twice.
    """
    client = AsyncOpenAI(
        base_url=base_url,
        api_key=api_key,
        max_retries=0,
        http_client=DefaultAsyncHttpxClient(follow_redirects=False, timeout=_timeout(timeout_s)),
        timeout=_timeout(timeout_s),
    )
    client.organization = client.project = None  # the SDK takes them from the environment and sends them to anyone
    return client


class OpenAICompatible:
    """Training and writing at one provider. Every request is sent once and ends within request_timeout_s.

    price_of: the price of a base, or of a model tuned from it; may raise NoPrice. timer: seconds, for latencies.
    """

    def __init__(
        self,
        *,
        name: str,
        client: AsyncOpenAI,
        sensitivities: frozenset[Sensitivity],
        price_of: Callable[[str], Price],
        request_timeout_s: float,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.name = name
        self._client = _sending_once(client, timeout_s=request_timeout_s)
        self._sensitivities = sensitivities
        self._price_of = price_of
        self._request_timeout_s = request_timeout_s
        self._timer = timer

    async def upload(self, content: bytes, *, filename: str, sensitivity: Sensitivity) -> str:
        self._refuse_unless_allowed(sensitivity)
        async with self._asking():
            file = await self._client.files.create(file=(filename, content), purpose="fine-tune")
        return self._shaped(file, FileObject).id

    async def find_upload(self, filename: str) -> str | None:
        async with self._asking():
            listed = self._client.files.list(purpose="fine-tune", order="desc")
            files = await _distinct(listed, most=FILES_LISTED)
        same = [file for file in files if file.filename == filename]
        return max(same, key=lambda file: file.created_at).id if same else None

    async def create_job(
        self,
        *,
        base: str,
        training_file: str,
        validation_file: str | None,
        epochs: int,
        key: str,
        suffix: str,
        sensitivity: Sensitivity,
    ) -> ProviderJob:
        self._refuse_unless_allowed(sensitivity)
        async with self._asking():
            job = await self._client.fine_tuning.jobs.create(
                model=base,
                training_file=training_file,
                validation_file=openai.omit if validation_file is None else validation_file,
                method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": epochs}}},
                metadata={KEY_METADATA: key},
                suffix=suffix,
                seed=TRAINING_SEED,
                # Nobody is known to honour it for fine-tuning but our own server; it costs nothing to send.
                extra_headers={"Idempotency-Key": key},
            )
        return self._told(job)

    async def find_jobs(self, *, key: str, training_file: str) -> list[ProviderJob]:
        """Jobs with this key or this training file.

        Some servers ignore the metadata filter and some refuse it, so recent jobs are looked through as well and
        every job is checked here.
        """
        try:
            filtered = await self._listed_jobs(metadata={KEY_METADATA: key})
        except ProviderRefused:
            filtered = []
        found = {
            job.id: job
            for job in (*filtered, *await self._listed_jobs(metadata=openai.omit))
            if job.training_file == training_file or (job.metadata or {}).get(KEY_METADATA) == key
        }
        return sorted(map(self._told, found.values()), key=lambda job: (job.created_at, job.provider_job))

    async def job(self, provider_job: str) -> ProviderJob:
        async with self._asking():
            job = await self._client.fine_tuning.jobs.retrieve(provider_job)
        return self._told(job)

    async def write(
        self,
        *,
        model: str,
        system: str,
        brief: str,
        max_tokens: int,
        temperature: float,
        sensitivity: Sensitivity,
        shots: Sequence[Shot] = (),
    ) -> Written:
        """One text for a brief. Raises NoPrice before anything is sent when nobody knows what it will cost.

        shots: real posts that stand before the brief as if they had been asked for and written in this conversation.
        """
        self._refuse_unless_allowed(sensitivity)
        price = self._price_of(model)
        began = self._timer()
        async with self._asking():
            completion = await self._client.chat.completions.create(
                model=model,
                messages=[{"role": "system", "content": system}, *_turns(shots), {"role": "user", "content": brief}],
                max_completion_tokens=max_tokens,
                temperature=temperature,
            )
        latency_ms = round((self._timer() - began) * 1000)
        return self._written(completion, price=price, latency_ms=latency_ms)

    async def close(self) -> None:
        await self._client.close()

    def _refuse_unless_allowed(self, sensitivity: Sensitivity) -> None:
        if sensitivity not in self._sensitivities:
            raise SensitivityNotAllowed(self.name, sensitivity)

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """Around SDK calls only: a hard end for the whole exchange, and the vendor's errors in our words.

        The SDK's own timeout is for each read, so a server that drips bytes would never reach it. JSONDecodeError,
        AttributeError and TypeError are how the SDK ends on a 200 that is not what its type says.
        """
        try:
            async with asyncio.timeout(self._request_timeout_s):
                yield
        except (openai.OpenAIError, TimeoutError, json.JSONDecodeError, AttributeError, TypeError) as err:
            raise provider_error(self.name, err) from err

    async def _listed_jobs(self, *, metadata: dict[str, str] | openai.Omit) -> list[FineTuningJob]:
        async with self._asking():
            listed = self._client.fine_tuning.jobs.list(limit=JOBS_PER_PAGE, metadata=metadata)
            return await _distinct(listed, most=RECENT_JOBS)

    def _shaped(self, answer: _Shape, shape: type[_Shape]) -> _Shape:
        """The answer, if it is one: the SDK hands over whatever a 200 held. Not knowing means unavailable."""
        if not isinstance(answer, shape) or not isinstance(answer.id, str) or not answer.id:
            raise ProviderUnavailable(self.name)
        return answer

    def _told(self, answer: FineTuningJob) -> ProviderJob:
        job = self._shaped(answer, FineTuningJob)
        return ProviderJob(
            provider_job=job.id,
            status=str(job.status),
            created_at=job.created_at or 0,  # None where a server leaves it out
            training_file=job.training_file,
            model_name=job.fine_tuned_model,
            trained_tokens=job.trained_tokens,
            error_code=job.error.code if job.error else None,
            error_message=job.error.message if job.error else None,
        )

    def _written(self, answer: ChatCompletion, *, price: Price, latency_ms: int) -> Written:
        completion = self._shaped(answer, ChatCompletion)
        usage = completion.usage
        if usage is None or not completion.choices:
            raise ProviderRefused(self.name, "unusable_answer", "the answer has no usage or no choices")
        choice = completion.choices[0]
        if not choice.message.content:
            raise ProviderRefused(self.name, choice.finish_reason, (choice.message.refusal or "")[:MESSAGE_CHARS])
        return Written(
            text=choice.message.content,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cost_microusd=cost_microusd(price, usage.prompt_tokens, usage.completion_tokens),
            latency_ms=latency_ms,
            finish_reason=choice.finish_reason,
        )


def _turns(shots: Sequence[Shot]) -> Iterator[ChatCompletionMessageParam]:
    for shot in shots:
        yield {"role": "user", "content": shot.prompt}
        yield {"role": "assistant", "content": shot.text}


def cost_microusd(price: Price, prompt_tokens: int, completion_tokens: int) -> int:
    """What one draft costs, rounded up. Discounts for cached input are left out, so it is never too low."""
    read = prompt_tokens * price.input_microusd_per_million
    written = completion_tokens * price.output_microusd_per_million
    return -(-(read + written) // TOKENS_PER_MILLION)


def provider_error(provider: str, err: Exception) -> ProviderError:
    """What a failure of the SDK means for us: a definite no, a definite not now, or unknown.

    Unknown is where everything unforeseen goes: it is looked into and never resent blindly.
    """
    match err:
        case openai.APITimeoutError():
            return ProviderUnavailable(provider)
        case openai.APIConnectionError(__cause__=httpx2.ConnectError()):
            return ProviderBusy(provider)  # no connection came about, so nothing was sent
        case openai.PermissionDeniedError(code=code) if code == TRAINING_CLOSED_CODE:
            return TrainingClosed(provider)
        case openai.RateLimitError(code=code) if code != NO_FUNDS_CODE:
            return ProviderBusy(provider)
        case openai.APIStatusError(status_code=status) if status < 500 and status not in UNKNOWN_OUTCOMES:
            return ProviderRefused(provider, err.code or f"http_{status}", err.message[:MESSAGE_CHARS])
        case _:
            return ProviderUnavailable(provider)


def _sending_once(client: AsyncOpenAI, *, timeout_s: float) -> AsyncOpenAI:
    once = client.with_options(max_retries=0, timeout=_timeout(timeout_s))
    once.organization, once.project = client.organization, client.project  # a copy looks into the environment again
    return once


def _timeout(request_timeout_s: float) -> httpx2.Timeout:
    return httpx2.Timeout(request_timeout_s, connect=min(request_timeout_s, CONNECT_TIMEOUT_S))


async def _distinct(listed: AsyncPaginator[_Shape, AsyncCursorPage[_Shape]], *, most: int) -> list[_Shape]:
    """What a list gives over its pages, until `most` or until a page repeats: some servers ignore `after`.

    Raises TypeError for a page without a list: the SDK takes it for an empty one, and we would resend what exists.
    """
    seen: dict[str, _Shape] = {}
    async for page in (await listed).iter_pages():
        if not isinstance(page.data, list):
            raise TypeError("a page without a list")
        new = {item.id: item for item in page.data if item.id not in seen}
        seen |= new
        if not new or len(seen) >= most:
            break
    return list(seen.values())
