"""Money and the runs it is spent on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from pipeline.domain.spending import MonthSpend, SpendRequest, SpendRequestId, SpendState
from pipeline.domain.training import (
    StrayJob,
    StrayJobId,
    TuningJob,
    TuningJobId,
    Usual,
    VoiceModel,
    VoiceModelId,
    Waiting,
)
from pipeline.domain.voices import Dataset, RoundId, Voice, VoiceId


class SpendRequests(Protocol):
    async def ask(self, request: SpendRequest) -> SpendRequest:
        """spend_request_id of the argument is ignored."""
        ...

    async def by_id(self, spend_request_id: SpendRequestId) -> SpendRequest: ...

    async def decide(
        self, spend_request_id: SpendRequestId, *, state: SpendState, by: str | None, at: datetime, reason: str | None
    ) -> bool:
        """Compare-and-set from "asked"; False when it was decided already and nothing changed."""
        ...

    async def open_of_round(self, round_id: RoundId) -> list[SpendRequest]: ...

    async def of_voice(self, voice_id: VoiceId) -> list[SpendRequest]: ...


class SpendLedger(Protocol):
    """Money by month ("2026-11"), integer micro-dollars: of the workspace, of a request's voice, of whoever asked."""

    async def month(self, team_id: str, month: str) -> MonthSpend:
        """The workspace's."""
        ...

    async def reserve(self, request_id: SpendRequestId, team_id: str, month: str, amount_microusd: int) -> bool:
        """Hold money of all three budgets by one conditional statement; False when any would be passed.

        Once per request: repeated, it says whether the hold still stands.
        """
        ...

    async def settle(self, request_id: SpendRequestId, actual_microusd: int) -> None:
        """Turn the hold into what was really billed. Repeating it changes nothing."""
        ...

    async def release(self, request_id: SpendRequestId) -> None:
        """Give the hold back. Repeating it changes nothing."""
        ...


class TuningJobs(Protocol):
    async def queue(self, job: TuningJob) -> TuningJob:
        """tuning_job_id of the argument is ignored; one job per spend request, the first one wins."""
        ...

    async def by_id(self, tuning_job_id: TuningJobId) -> TuningJob: ...

    async def update(self, job: TuningJob) -> None:
        """Write all fields of the value. Fenced by the work item of the same transaction."""
        ...

    async def of_voice(self, voice_id: VoiceId) -> list[TuningJob]: ...

    async def unfinished(self, team_id: str) -> list[TuningJob]: ...

    async def at(self, provider: str, provider_job: str) -> TuningJob | None:
        """Our run with this id of the provider's."""
        ...


class RunQueue(Protocol):
    """Who waits for a provider, over all workspaces."""

    async def line(self, provider: str) -> list[Waiting]:
        """Those that wait and those under way, oldest first. Nothing is locked."""
        ...

    async def last_start(self, provider: str, requested_by: Sequence[str]) -> dict[str, datetime]:
        """When each of these people last had a run started there; those who never had are not in it."""
        ...

    async def usual(self, team_id: str, provider: str, base: str) -> Usual | None:
        """How long the newest finished runs of this workspace took; None when there was none."""
        ...


class StrayJobs(Protocol):
    async def add(self, stray: StrayJob) -> StrayJob:
        """stray_job_id of the argument is ignored; found again, the row that is there already stays."""
        ...

    async def by_id(self, stray_job_id: StrayJobId) -> StrayJob: ...

    async def of_run(self, tuning_job_id: TuningJobId) -> list[StrayJob]: ...

    async def update(self, stray: StrayJob) -> None: ...


class VoiceModels(Protocol):
    async def add(self, job: TuningJob, *, model_name: str, now: datetime) -> VoiceModel:
        """The next version of the job's voice; the same job again gives the row that is there already."""
        ...

    async def few_shot(self, voice: Voice, dataset: Dataset, *, provider: str, base: str, now: datetime) -> VoiceModel:
        """Version 0: the base as it is, with posts of this dataset in its prompt. Asked again, it is renewed."""
        ...

    async def of_voice(self, voice_id: VoiceId) -> list[VoiceModel]:
        """Oldest version first."""
        ...

    async def by_id(self, voice_model_id: VoiceModelId) -> VoiceModel: ...

    async def set_state(self, voice_model_id: VoiceModelId, state: Literal["trial", "promoted", "retired"]) -> None: ...

    async def promote(self, model: VoiceModel, *, by: str, reason: str, at: datetime) -> None:
        """It alone; one that was promoted before is on trial again."""
        ...

    async def learned_from_withdrawn(self, voice_model_id: VoiceModelId, *, at: datetime) -> None:
        """Something it was trained on was forgotten; the first time counts."""
        ...

    async def deleted(self, voice_model_id: VoiceModelId, *, at: datetime) -> None:
        """Its provider confirmed; it is retired."""
        ...
