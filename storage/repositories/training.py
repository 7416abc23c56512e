"""Paid training runs and their models."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.spending import SpendRequestId
from pipeline.domain.training import (
    TERMINAL_TUNING_STATES,
    UNDER_WAY,
    KeptFile,
    LossCurve,
    RunEvent,
    StrayJob,
    StrayJobId,
    TuningJob,
    TuningJobId,
    Usual,
    VoiceModel,
    VoiceModelId,
    Waiting,
)
from pipeline.domain.voices import Dataset, DatasetId, RoundId, Voice, VoiceId
from storage.rows import find, insert, insert_into, insert_new, the_one
from storage.tables import SpendRequestRow, StrayJobRow, TuningJobRow, VoiceModelRow, VoiceRow

RUNS_REMEMBERED: Final = 4  # for how long runs usually take: what was long ago says little of today


@dataclass(frozen=True, slots=True)
class SqlTuningJobs:
    session: AsyncSession

    async def queue(self, job: TuningJob) -> TuningJob:
        row = await insert_new(self.session, TuningJobRow, **_values(job))
        if row is None:
            same = col(TuningJobRow.spend_request_id) == job.spend_request_id
            row = await the_one(self.session, TuningJobRow, same)
        return _job(row)

    async def by_id(self, tuning_job_id: TuningJobId) -> TuningJob:
        return _job(await the_one(self.session, TuningJobRow, col(TuningJobRow.id) == tuning_job_id))

    async def update(self, job: TuningJob) -> None:
        changed = update(TuningJobRow).where(col(TuningJobRow.id) == job.tuning_job_id).values(**_values(job))
        await self.session.exec(changed)

    async def of_voice(self, voice_id: VoiceId) -> list[TuningJob]:
        return await self._list(col(TuningJobRow.voice_id) == voice_id)

    async def unfinished(self, team_id: str) -> list[TuningJob]:
        going_on = col(TuningJobRow.state).not_in(sorted(TERMINAL_TUNING_STATES))
        return await self._list(col(TuningJobRow.team_id) == team_id, going_on)

    async def at(self, provider: str, provider_job: str) -> TuningJob | None:
        same = (col(TuningJobRow.provider) == provider, col(TuningJobRow.provider_job) == provider_job)
        row = (await self.session.exec(select(TuningJobRow).where(*same).limit(1))).first()
        return _job(row) if row else None

    async def _list(self, *conditions: ColumnElement[bool]) -> list[TuningJob]:
        rows = select(TuningJobRow).where(*conditions).order_by(col(TuningJobRow.id))
        return [_job(row) for row in await self.session.exec(rows)]


@dataclass(frozen=True, slots=True)
class SqlRunQueue:
    session: AsyncSession

    async def line(self, provider: str) -> list[Waiting]:
        in_line = (
            select(TuningJobRow, SpendRequestRow.requested_by)
            .join(SpendRequestRow, col(SpendRequestRow.id) == col(TuningJobRow.spend_request_id))
            .where(col(TuningJobRow.provider) == provider, col(TuningJobRow.state).in_(["queued", *sorted(UNDER_WAY)]))
            .order_by(col(TuningJobRow.id))
        )
        return [_waiting(row, person) for row, person in await self.session.exec(in_line)]

    async def last_start(self, provider: str, requested_by: Sequence[str]) -> dict[str, datetime]:
        newest = (
            select(SpendRequestRow.requested_by, func.max(col(TuningJobRow.started_at)))
            .join(TuningJobRow, col(SpendRequestRow.id) == col(TuningJobRow.spend_request_id))
            .where(col(TuningJobRow.provider) == provider, col(TuningJobRow.started_at).is_not(None))
            .where(col(SpendRequestRow.requested_by).in_(requested_by))
            .group_by(col(SpendRequestRow.requested_by))
        )
        return {person: at for person, at in await self.session.exec(newest) if at is not None}

    async def usual(self, team_id: str, provider: str, base: str) -> Usual | None:
        ended = (
            select(TuningJobRow.sent_at, TuningJobRow.finished_at)
            .where(
                col(TuningJobRow.team_id) == team_id,
                col(TuningJobRow.state) == "ready",
                col(TuningJobRow.provider) == provider,
                col(TuningJobRow.base) == base,
                col(TuningJobRow.sent_at).is_not(None),
            )
            .order_by(col(TuningJobRow.id).desc())
            .limit(RUNS_REMEMBERED)
        )
        took = [(end - sent).total_seconds() for sent, end in await self.session.exec(ended) if sent and end]
        return Usual(min(took), max(took), len(took)) if took else None


@dataclass(frozen=True, slots=True)
class SqlStrayJobs:
    session: AsyncSession

    async def add(self, stray: StrayJob) -> StrayJob:
        values = asdict(stray)
        del values["stray_job_id"]
        row = await insert_new(self.session, StrayJobRow, **values)
        if row is None:
            same = (col(StrayJobRow.provider) == stray.provider, col(StrayJobRow.provider_job) == stray.provider_job)
            row = await the_one(self.session, StrayJobRow, *same)
        return _stray(row)

    async def by_id(self, stray_job_id: StrayJobId) -> StrayJob:
        return _stray(await the_one(self.session, StrayJobRow, col(StrayJobRow.id) == stray_job_id))

    async def of_run(self, tuning_job_id: TuningJobId) -> list[StrayJob]:
        rows = select(StrayJobRow).where(col(StrayJobRow.tuning_job_id) == tuning_job_id)
        return [_stray(row) for row in await self.session.exec(rows.order_by(col(StrayJobRow.id)))]

    async def update(self, stray: StrayJob) -> None:
        values = asdict(stray)
        stray_job_id = values.pop("stray_job_id")
        await self.session.exec(update(StrayJobRow).where(col(StrayJobRow.id) == stray_job_id).values(**values))


@dataclass(frozen=True, slots=True)
class SqlVoiceModels:
    session: AsyncSession

    async def add(self, job: TuningJob, *, model_name: str, now: datetime) -> VoiceModel:
        # The voice's row is locked first, so that two runs of one voice do not take the same version.
        await the_one(self.session, VoiceRow, col(VoiceRow.id) == job.voice_id)
        row = await find(self.session, VoiceModelRow, col(VoiceModelRow.tuning_job_id) == job.tuning_job_id)
        if row is None:
            newest = select(func.max(col(VoiceModelRow.version))).where(col(VoiceModelRow.voice_id) == job.voice_id)
            row = await insert(
                self.session,
                VoiceModelRow,
                team_id=job.team_id,
                voice_id=job.voice_id,
                version=((await self.session.exec(newest)).one() or 0) + 1,
                tuning_job_id=job.tuning_job_id,
                provider=job.provider,
                base=job.base,
                model_name=model_name,
                created_at=now,
                parent_version=job.parent_version,
            )
        return _model(row)

    async def few_shot(self, voice: Voice, dataset: Dataset, *, provider: str, base: str, now: datetime) -> VoiceModel:
        values = {"provider": provider, "base": base, "model_name": base, "dataset_id": dataset.dataset_id}
        new = insert_into(self.session, VoiceModelRow).values(
            **values, team_id=voice.team_id, voice_id=voice.voice_id, version=0, state="trial", created_at=now
        )
        again = new.on_conflict_do_update(index_elements=["voice_id", "version"], set_={**values, "state": "trial"})
        await self.session.exec(again)
        same = (col(VoiceModelRow.voice_id) == voice.voice_id, col(VoiceModelRow.version) == 0)
        return _model(await the_one(self.session, VoiceModelRow, *same))

    async def of_voice(self, voice_id: VoiceId) -> list[VoiceModel]:
        rows = select(VoiceModelRow).where(col(VoiceModelRow.voice_id) == voice_id)
        return [_model(row) for row in await self.session.exec(rows.order_by(col(VoiceModelRow.version)))]

    async def by_id(self, voice_model_id: VoiceModelId) -> VoiceModel:
        return _model(await the_one(self.session, VoiceModelRow, col(VoiceModelRow.id) == voice_model_id))

    async def promote(self, model: VoiceModel, *, by: str, reason: str, at: datetime) -> None:
        await the_one(self.session, VoiceRow, col(VoiceRow.id) == model.voice_id)  # two at once take turns
        promoted = (col(VoiceModelRow.voice_id) == model.voice_id, col(VoiceModelRow.state) == "promoted")
        await self.session.exec(update(VoiceModelRow).where(*promoted).values(state="trial"))
        values = {"state": "promoted", "promoted_by": by, "reason": reason, "promoted_at": at}
        await self.session.exec(
            update(VoiceModelRow).where(col(VoiceModelRow.id) == model.voice_model_id).values(**values)
        )

    async def set_state(self, voice_model_id: VoiceModelId, state: Literal["trial", "promoted", "retired"]) -> None:
        changed = update(VoiceModelRow).where(col(VoiceModelRow.id) == voice_model_id).values(state=state)
        await self.session.exec(changed)

    async def learned_from_withdrawn(self, voice_model_id: VoiceModelId, *, at: datetime) -> None:
        first = (col(VoiceModelRow.id) == voice_model_id, col(VoiceModelRow.withdrawn_data_at).is_(None))
        await self.session.exec(update(VoiceModelRow).where(*first).values(withdrawn_data_at=at))

    async def deleted(self, voice_model_id: VoiceModelId, *, at: datetime) -> None:
        gone = update(VoiceModelRow).where(col(VoiceModelRow.id) == voice_model_id)
        await self.session.exec(gone.values(state="retired", deleted_at=at))


def _values(job: TuningJob) -> dict[str, Any]:
    values = asdict(job)
    del values["tuning_job_id"]
    return values


def _job(row: TuningJobRow) -> TuningJob:
    return TuningJob(
        tuning_job_id=TuningJobId(row.id),
        team_id=row.team_id,
        voice_id=VoiceId(row.voice_id),
        round_id=RoundId(row.round_id),
        dataset_id=DatasetId(row.dataset_id),
        spend_request_id=SpendRequestId(row.spend_request_id),
        key=row.key,
        provider=row.provider,
        base=row.base,
        epochs=row.epochs,
        state=row.state,
        queued_at=row.queued_at,
        training_file=row.training_file,
        validation_file=row.validation_file,
        intent_at=row.intent_at,
        unknowns=row.unknowns,
        provider_job=row.provider_job,
        provider_status=row.provider_status,
        trained_tokens=row.trained_tokens,
        model_name=row.model_name,
        actual_microusd=row.actual_microusd,
        failure_code=row.failure_code,
        failure_message=row.failure_message,
        sent_at=row.sent_at,
        running_at=row.running_at,
        finished_at=row.finished_at,
        started_at=row.started_at,
        cancelled_by=row.cancelled_by,
        cancel_intent_at=row.cancel_intent_at,
        step=row.step,
        steps=row.steps,
        finish_at=row.finish_at,
        slow_told_at=row.slow_told_at,
        events=tuple(RunEvent(**event) for event in row.events or ()),
        results=tuple(KeptFile(**kept) for kept in row.results or ()),
        curve=LossCurve(**row.curve) if row.curve else None,
        files_deleted_at=row.files_deleted_at,
        method=row.method,
        parent_version=row.parent_version,
        trained_s=row.trained_s,
    )


def _waiting(row: TuningJobRow, requested_by: str) -> Waiting:
    return Waiting(
        tuning_job_id=TuningJobId(row.id),
        team_id=row.team_id,
        voice_id=VoiceId(row.voice_id),
        requested_by=requested_by,
        queued_at=row.queued_at,
        state=row.state,
        unknowns=row.unknowns,
    )


def _stray(row: StrayJobRow) -> StrayJob:
    return StrayJob(
        stray_job_id=StrayJobId(row.id),
        team_id=row.team_id,
        tuning_job_id=TuningJobId(row.tuning_job_id),
        provider=row.provider,
        provider_job=row.provider_job,
        kind=row.kind,
        found_at=row.found_at,
        status=row.status,
        intent_at=row.intent_at,
        step=row.step,
        steps=row.steps,
        billed_microusd=row.billed_microusd,
        ended_at=row.ended_at,
    )


def _model(row: VoiceModelRow) -> VoiceModel:
    return VoiceModel(
        voice_model_id=VoiceModelId(row.id),
        voice_id=VoiceId(row.voice_id),
        version=row.version,
        tuning_job_id=TuningJobId(row.tuning_job_id) if row.tuning_job_id is not None else None,
        provider=row.provider,
        base=row.base,
        model_name=row.model_name,
        state=row.state,
        created_at=row.created_at,
        dataset_id=DatasetId(row.dataset_id) if row.dataset_id is not None else None,
        promoted_at=row.promoted_at,
        promoted_by=row.promoted_by,
        reason=row.reason or "",
        deleted_at=row.deleted_at,
        withdrawn_data_at=row.withdrawn_data_at,
        parent_version=row.parent_version,
    )
