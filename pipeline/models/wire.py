"""One exchange with a server that speaks OpenAI's API: sent once, ended in time, its errors in our words."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar

import httpx2
import openai
from openai import AsyncOpenAI, BaseModel, DefaultAsyncHttpxClient
from openai._base_client import AsyncPaginator  # has no public name
from openai.pagination import AsyncCursorPage
from openai.types import FileObject
from openai.types.chat import ChatCompletion
from openai.types.fine_tuning import FineTuningJob, FineTuningJobEvent
from openai.types.fine_tuning.jobs import FineTuningJobCheckpoint

from pipeline.domain.training import ProviderJob
from pipeline.errors import ProviderBusy, ProviderError, ProviderRefused, ProviderUnavailable, TrainingClosed

CONNECT_TIMEOUT_S: Final = 10.0
MESSAGE_CHARS: Final = 500  # of the provider's own words; a proxy's error page can be a book
TRAINING_CLOSED_CODE: Final = "training_not_available"
NO_FUNDS_CODE: Final = "insufficient_quota"  # comes as 429, but waiting does not help
OWN_FIELD: Final = "understudy"
LARGEST_FIGURE: Final = 1e9  # thirty years in seconds; a number like that is a mistake
UNKNOWN_OUTCOMES: Final = frozenset({408, 409})  # statuses below 500 that do not say whether it was accepted

Shape = TypeVar("Shape", FileObject, FineTuningJob, ChatCompletion)
Listed = TypeVar("Listed", FileObject, FineTuningJob, FineTuningJobEvent, FineTuningJobCheckpoint)


def openai_client(*, base_url: str, api_key: str, timeout_s: float) -> AsyncOpenAI:
    """A client that sends everything once, to this address only.

    Redirects are not followed: they would carry private text to an address nobody configured, and a POST twice.
    """
    client = AsyncOpenAI(
        base_url=base_url,
        api_key=api_key,
        max_retries=0,
        http_client=DefaultAsyncHttpxClient(verify=_tls(), follow_redirects=False, timeout=_timeout(timeout_s)),
        timeout=_timeout(timeout_s),
    )
    client.organization = client.project = None  # the SDK takes them from the environment and sends them to anyone
    return client


@dataclass(frozen=True, slots=True)
class Wire:
    """Whoever sends shares it. client: sends once. Every exchange ends within request_timeout_s."""

    provider: str
    client: AsyncOpenAI
    request_timeout_s: float

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Around SDK calls only: a hard end for the whole exchange, and the vendor's errors in our words.

        The SDK's own timeout is for each read, so a server that drips bytes would never reach it. JSONDecodeError,
        AttributeError and TypeError are how the SDK ends on a 200 that is not what its type says.
        """
        try:
            async with asyncio.timeout(self.request_timeout_s):
                yield
        except (openai.OpenAIError, TimeoutError, json.JSONDecodeError, AttributeError, TypeError) as err:
            raise provider_error(self.provider, err) from err

    def shaped(self, answer: Shape, shape: type[Shape]) -> Shape:
        """The answer, if it is one: the SDK hands over whatever a 200 held. Not knowing means unavailable."""
        if not isinstance(answer, shape) or not isinstance(answer.id, str) or not answer.id:
            raise ProviderUnavailable(self.provider)
        return answer

    def told(self, answer: FineTuningJob) -> ProviderJob:
        job = self.shaped(answer, FineTuningJob)
        return ProviderJob(
            provider_job=job.id,
            status=str(job.status),
            created_at=job.created_at or 0,  # None where a server leaves it out
            training_file=job.training_file,
            model_name=job.fine_tuned_model,
            trained_tokens=job.trained_tokens,
            error_code=job.error.code if job.error else None,
            error_message=job.error.message if job.error else None,
            error_param=job.error.param if job.error else None,
            finish_at=job.estimated_finish,
            result_files=tuple(job.result_files or ()),
            trained_s=own_figure(job, "trained_s"),
        )


def own_figure(answer: BaseModel, name: str) -> float | None:
    """A number above zero that our own server tells besides what OpenAI's API has; None elsewhere."""
    told = (answer.model_extra or {}).get(OWN_FIELD)
    figure = told.get(name) if isinstance(told, dict) else None
    if not isinstance(figure, int | float) or isinstance(figure, bool):
        return None
    return float(figure) if 0 < figure < LARGEST_FIGURE else None


def sending_once(client: AsyncOpenAI, *, timeout_s: float) -> AsyncOpenAI:
    once = client.with_options(max_retries=0, timeout=_timeout(timeout_s))
    once.organization, once.project = client.organization, client.project  # a copy looks into the environment again
    return once


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


@cache
def _tls() -> ssl.SSLContext:
    """Whose certificates are trusted: read once, not for every provider (40 ms each)."""
    return httpx2.create_ssl_context()


def _timeout(request_timeout_s: float) -> httpx2.Timeout:
    return httpx2.Timeout(request_timeout_s, connect=min(request_timeout_s, CONNECT_TIMEOUT_S))


async def distinct(listed: AsyncPaginator[Listed, AsyncCursorPage[Listed]], *, most: int) -> list[Listed]:
    """What a list gives over its pages, until `most` or until a page repeats: some servers ignore `after`.

    Raises TypeError for a page without a list: the SDK takes it for an empty one, and we would resend what exists.
    """
    seen: dict[str, Listed] = {}
    async for page in (await listed).iter_pages():
        if not isinstance(page.data, list):
            raise TypeError("a page without a list")
        new = {item.id: item for item in page.data if item.id not in seen}
        seen |= new
        if not new or len(seen) >= most:
            break
    return list(seen.values())
