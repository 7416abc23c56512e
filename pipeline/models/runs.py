"""A run that is there already: what the provider tells of it, cancelling it, and what is left of it afterwards."""

import json
import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import openai
from openai.types import FileDeleted, ModelDeleted
from openai.types.fine_tuning import FineTuningJobEvent

from pipeline.domain.training import ProviderJob, RunEvent
from pipeline.errors import ProviderRefused
from pipeline.models.wire import MESSAGE_CHARS, Wire, distinct

EVENTS_PER_PAGE: Final = 20
CHECKPOINTS_LISTED: Final = 100  # three epochs' are kept at OpenAI
STEP: Final = re.compile(r"\bstep (\d{1,9})/(\d{1,9})\b", re.IGNORECASE)
RESULT_BYTES: Final = 16 * 1024 * 1024  # a result file has a line per step; more is no result file


@dataclass(frozen=True, slots=True)
class CompatibleRuns:
    """Satisfies pipeline.ports.RunProvider. most_bytes: of one result file."""

    wire: Wire
    most_bytes: int = RESULT_BYTES

    async def cancel_job(self, provider_job: str) -> ProviderJob:
        async with self.wire.asking():
            job = await self.wire.client.fine_tuning.jobs.cancel(provider_job)
        return self.wire.told(job)

    async def events(self, provider_job: str) -> list[RunEvent]:
        async with self.wire.asking():
            page = await self.wire.client.fine_tuning.jobs.list_events(provider_job, limit=EVENTS_PER_PAGE)
            listed = page.data
            if not isinstance(listed, list):
                raise TypeError("a page without a list")
            return [_event(event) for event in listed]

    async def checkpoints(self, provider_job: str) -> bytes:
        """As the provider lists them, newest first, as JSON."""
        async with self.wire.asking():
            listed = self.wire.client.fine_tuning.jobs.checkpoints.list(provider_job, limit=CHECKPOINTS_LISTED)
            points = await distinct(listed, most=CHECKPOINTS_LISTED)
            return json.dumps([point.to_dict(mode="json") for point in points], sort_keys=True).encode()

    async def content(self, file_id: str) -> bytes:
        async with self.wire.asking():
            content = (await self.wire.client.files.content(file_id)).content
        if len(content) > self.most_bytes:
            raise ProviderRefused(self.wire.provider, "too_big", "")
        return content

    async def delete_file(self, file_id: str) -> bool:
        """False when it was gone already: a repetition, or the provider's own retention."""
        return await self._deleted(self.wire.client.files.delete(file_id))

    async def delete_model(self, model_name: str) -> bool:
        """False when it was gone already."""
        return await self._deleted(self.wire.client.models.delete(model_name))

    async def _deleted(self, asking: Awaitable[FileDeleted | ModelDeleted]) -> bool:
        try:
            async with self.wire.asking():
                return bool((await asking).deleted)
        except ProviderRefused as refusal:
            if isinstance(refusal.__cause__, openai.NotFoundError):
                return False
            raise


def _event(event: FineTuningJobEvent) -> RunEvent:
    """Unknown levels and types are carried as they are; step and its total stand in data or in the words."""
    found: Mapping[str, Any] = event.data if isinstance(event.data, dict) else {}
    message = str(event.message or "")[:MESSAGE_CHARS]
    said = STEP.search(message)
    step = _count(found.get("step")) or (int(said[1]) if said else None)
    steps = _count(found.get("total_steps")) or (int(said[2]) if said else None)
    return RunEvent(int(event.created_at or 0), str(event.level), str(event.type), message, step, steps)


def _count(told: object) -> int | None:
    return int(told) if isinstance(told, int | float) and not isinstance(told, bool) and 0 < told < 1e9 else None
