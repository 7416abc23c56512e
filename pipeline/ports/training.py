"""Money and the runs it is spent on."""

from datetime import datetime
from typing import Protocol

from pipeline.domain.spending import MonthSpend, SpendRequest, SpendRequestId, SpendState
from pipeline.domain.training import TuningJob, TuningJobId, VoiceModel, VoiceModelId
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
    """Money of a workspace by month ("2026-11"), integer micro-dollars."""

    async def month(self, team_id: str, month: str) -> MonthSpend: ...

    async def reserve(self, request_id: SpendRequestId, team_id: str, month: str, amount_microusd: int) -> bool:
        """Hold money by one conditional statement; False when the month's limit would be passed. Once per request."""
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
