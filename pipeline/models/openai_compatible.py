"""The one adapter for every model provider that speaks OpenAI's wire format; only the address and the key differ."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, get_args

import openai
from openai import AsyncOpenAI
from openai.types import FileObject
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam
from openai.types.fine_tuning import FineTuningJob, job_create_params

from pipeline.domain.drafting import Shot, Written
from pipeline.domain.spending import Method, Price
from pipeline.domain.training import ProviderJob
from pipeline.domain.voices import Sensitivity
from pipeline.errors import ProviderRefused, SensitivityNotAllowed
from pipeline.models.wire import MESSAGE_CHARS, Wire, distinct, sending_once

KEY_METADATA: Final = "understudy_key"  # how a job is found again when the answer to its creation was lost
TRAINING_SEED: Final = 20_261  # fixed, so that the same dataset trained again differs as little as the provider can
JOBS_PER_PAGE: Final = 100  # the most that OpenAI's list takes
RECENT_JOBS: Final = 500  # looked through by training file; a job in doubt is minutes old, not hundreds of jobs
FILES_LISTED: Final = 20_000  # OpenAI's page has up to 10,000
TOKENS_PER_MILLION: Final = 1_000_000


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
        self._client = sending_once(client, timeout_s=request_timeout_s)
        self._wire = Wire(name, self._client, request_timeout_s)
        self._sensitivities = sensitivities
        self._price_of = price_of
        self._timer = timer

    async def upload(self, content: bytes, *, filename: str, sensitivity: Sensitivity) -> str:
        self._refuse_unless_allowed(sensitivity)
        async with self._wire.asking():
            file = await self._client.files.create(file=(filename, content), purpose="fine-tune")
        return self._wire.shaped(file, FileObject).id

    async def find_upload(self, filename: str) -> str | None:
        async with self._wire.asking():
            listed = self._client.files.list(purpose="fine-tune", order="desc")
            files = await distinct(listed, most=FILES_LISTED)
        same = [file for file in files if file.filename == filename]
        return max(same, key=lambda file: file.created_at).id if same else None

    async def create_job(
        self,
        *,
        model: str,
        method: Method,
        training_file: str,
        validation_file: str | None,
        epochs: int,
        key: str,
        suffix: str,
        sensitivity: Sensitivity,
    ) -> ProviderJob:
        self._refuse_unless_allowed(sensitivity)
        async with self._wire.asking():
            job = await self._client.fine_tuning.jobs.create(
                model=model,
                training_file=training_file,
                validation_file=openai.omit if validation_file is None else validation_file,
                method=_asked(method, epochs),
                metadata={KEY_METADATA: key},
                suffix=suffix,
                seed=TRAINING_SEED,
                # Nobody is known to honour it for fine-tuning but our own server; it costs nothing to send.
                extra_headers={"Idempotency-Key": key},
            )
        return self._wire.told(job)

    async def find_jobs(self, *, key: str, training_file: str, method: Method) -> list[ProviderJob]:
        """Jobs with this key, and jobs on this training file unless they say that they are trained by another method.

        Whatever has our key is ours, and paid, whatever else it says.

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
            if (job.metadata or {}).get(KEY_METADATA) == key
            or (job.training_file == training_file and not _is_by_another(job, method))
        }
        return sorted(map(self._wire.told, found.values()), key=lambda job: (job.created_at, job.provider_job))

    async def job(self, provider_job: str) -> ProviderJob:
        async with self._wire.asking():
            job = await self._client.fine_tuning.jobs.retrieve(provider_job)
        return self._wire.told(job)

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
        price: Price | None = None,
    ) -> Written:
        """One text for a brief. Raises NoPrice before anything is sent when nobody knows what it will cost.

        shots: real posts that stand before the brief as if they had been asked for and written in this conversation.
        """
        self._refuse_unless_allowed(sensitivity)
        price = price or self._price_of(model)
        began = self._timer()
        async with self._wire.asking():
            completion = await self._client.chat.completions.create(
                model=model,
                messages=[{"role": "system", "content": system}, *_turns(shots), {"role": "user", "content": brief}],
                max_completion_tokens=max_tokens,
                temperature=temperature,
            )
        latency_ms = round((self._timer() - began) * 1000)
        return self._written(completion, price=price, latency_ms=latency_ms)

    @property
    def wire(self) -> Wire:
        """For what else is asked of the same provider."""
        return self._wire

    async def close(self) -> None:
        await self._client.close()

    def _refuse_unless_allowed(self, sensitivity: Sensitivity) -> None:
        if sensitivity not in self._sensitivities:
            raise SensitivityNotAllowed(self.name, sensitivity)

    async def _listed_jobs(self, *, metadata: dict[str, str] | openai.Omit) -> list[FineTuningJob]:
        async with self._wire.asking():
            listed = self._client.fine_tuning.jobs.list(limit=JOBS_PER_PAGE, metadata=metadata)
            return await distinct(listed, most=RECENT_JOBS)

    def _written(self, answer: ChatCompletion, *, price: Price, latency_ms: int) -> Written:
        completion = self._wire.shaped(answer, ChatCompletion)
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


def _asked(method: Method, epochs: int) -> job_create_params.Method:
    if method == "dpo":
        return {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": epochs}}}
    return {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": epochs}}}


def _is_by_another(job: FineTuningJob, method: Method) -> bool:
    """False where it says no method, or a word that we do not know."""
    told = job.method.type if job.method else None
    return told in get_args(Method) and told != method


def _turns(shots: Sequence[Shot]) -> Iterator[ChatCompletionMessageParam]:
    for shot in shots:
        yield {"role": "user", "content": shot.prompt}
        yield {"role": "assistant", "content": shot.text}


def cost_microusd(price: Price, prompt_tokens: int, completion_tokens: int) -> int:
    """What one draft costs, rounded up. Discounts for cached input are left out, so it is never too low."""
    read = prompt_tokens * price.input_microusd_per_million
    written = completion_tokens * price.output_microusd_per_million
    return -(-(read + written) // TOKENS_PER_MILLION)
