"""The model is there: what the provider tells of its training is fetched and kept before people hear of it."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.features.training.ending import Ending
from bot.features.training.record import Record, Timing
from pipeline.domain.training import KeptFile, ProviderJob, TuningJob
from pipeline.domain.work import WorkItem
from pipeline.errors import ProviderBusy, ProviderError, ProviderUnavailable
from pipeline.ports import ArtifactStore, RunProviders

RESULTS: Final = "results-{number}.csv"
CHECKPOINTS: Final = "checkpoints.json"
FETCHED_FOR: Final = timedelta(minutes=15)  # then it goes on without them: the model matters more than its curve


@dataclass(frozen=True, slots=True)
class Evaluate:
    record: Record
    providers: RunProviders
    artifacts: ArtifactStore
    ending: Ending
    timing: Timing

    async def __call__(self, item: WorkItem, job: TuningJob, provider_job: str, model_name: str) -> None:
        try:
            told = await self.providers.training(job.provider).job(provider_job)
            results = await self.kept(job, told)
        except (ProviderBusy, ProviderUnavailable):
            if self.record.clock() < (job.finish_at or job.queued_at) + FETCHED_FOR:
                return await self.record.later(item, self.timing.settle_s)
            results, told = (), None
        except ProviderError:
            results, told = (), None
        tokens = job.trained_tokens if told is None or told.trained_tokens is None else told.trained_tokens
        await self.ending.ready(item, job, replace(job, results=results, trained_tokens=tokens), model_name)

    async def kept(self, job: TuningJob, told: ProviderJob) -> tuple[KeptFile, ...]:
        """Result files and the list of checkpoints, in the artifact store. What the provider denies is left out."""
        run = self.providers.run(job.provider)
        kept = []
        for number, file_id in enumerate(told.result_files, start=1):
            if (content := await unless_refused(run.content(file_id))) is not None:
                kept.append(KeptFile(RESULTS.format(number=number), await self.artifacts.put(content)))
        if (checkpoints := await unless_refused(run.checkpoints(told.provider_job))) is not None:
            kept.append(KeptFile(CHECKPOINTS, await self.artifacts.put(checkpoints)))
        return tuple(kept)


async def unless_refused(asked: Awaitable[bytes]) -> bytes | None:
    """None for a definite no. Raises ProviderBusy, ProviderUnavailable."""
    try:
        return await asked
    except (ProviderBusy, ProviderUnavailable):
        raise
    except ProviderError:
        return None
