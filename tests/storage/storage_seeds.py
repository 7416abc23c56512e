"""Rows that other rows need: a voice, its round, a dataset, a request, a job, a model, a draft."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime

from pipeline.domain.drafting import Draft, NewDraft
from pipeline.domain.spending import SpendRequest, SpendRequestId
from pipeline.domain.training import TuningJob, TuningJobId, VoiceModel
from pipeline.domain.voices import Dataset, DatasetId, NewDataset, NewVoice, Round, Voice
from pipeline.ports import Transaction

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TEAM = "T1"
handles = itertools.count(1)

NEW_VOICE = NewVoice(
    team_id=TEAM,
    handle="founder",
    purpose="generation",
    sensitivity="private",
    owner="UOWNER",
    steward="USTEWARD",
    channel_id="C1",
    works_if="people post it unchanged",
    why="the blog",
)


async def add_voice(tx: Transaction, team_id: str = TEAM) -> Voice:
    return await tx.voices.add(replace(NEW_VOICE, team_id=team_id, handle=f"voice-{next(handles)}"), now=NOW)


async def add_round(tx: Transaction, team_id: str = TEAM) -> Round:
    return await tx.rounds.open_for(await add_voice(tx, team_id), channel_id="C1", now=NOW)


def new_dataset(of: Round, content_hash: str = "hash") -> NewDataset:
    return NewDataset(
        team_id=of.team_id,
        voice_id=of.voice_id,
        round_id=of.round_id,
        content_hash=content_hash,
        train_blob="a",
        validation_blob="b",
        test_blob="c",
        report_blob="d",
        documents_read=10,
        kept=9,
        examples=9,
        train_examples=7,
        train_tokens=3_000_000_000,
        tokens=4_000_000_000,
        words=1,
        open_blockers=("secret",),
    )


async def add_dataset(tx: Transaction, team_id: str = TEAM) -> Dataset:
    return await tx.datasets.add(new_dataset(await add_round(tx, team_id)), now=NOW)


async def add_request(tx: Transaction, team_id: str = TEAM) -> SpendRequest:
    dataset = await add_dataset(tx, team_id)
    return await tx.spend_requests.ask(
        SpendRequest(
            spend_request_id=SpendRequestId(0),
            team_id=team_id,
            voice_id=dataset.facts.voice_id,
            round_id=dataset.facts.round_id,
            dataset_id=dataset.dataset_id,
            dataset_hash=dataset.facts.content_hash,
            provider="openai",
            base="small",
            method="supervised",
            epochs=3,
            ceiling_microusd=8_000_000_000,
            estimate_microusd=4_000_000,
            state="asked",
            requested_by="USTEWARD",
            requested_at=NOW,
        )
    )


def new_job(request: SpendRequest, dataset: Dataset) -> TuningJob:
    return TuningJob(
        tuning_job_id=TuningJobId(0),
        team_id=request.team_id,
        voice_id=dataset.facts.voice_id,
        round_id=dataset.facts.round_id,
        dataset_id=dataset.dataset_id,
        spend_request_id=request.spend_request_id,
        key=f"us-{request.spend_request_id}",
        provider=request.provider,
        base=request.base,
        epochs=request.epochs,
        state="queued",
        queued_at=NOW,
    )


async def add_job(tx: Transaction, team_id: str = TEAM) -> TuningJob:
    request = await add_request(tx, team_id)
    return await tx.tuning_jobs.queue(new_job(request, await tx.datasets.by_id(DatasetId(request.dataset_id))))


async def add_model(tx: Transaction, team_id: str = TEAM) -> VoiceModel:
    return await tx.voice_models.add(await add_job(tx, team_id), model_name="ft:small:1", now=NOW)


async def add_draft(tx: Transaction, team_id: str = TEAM) -> Draft:
    model = await add_model(tx, team_id)
    asked = NewDraft(
        team_id=team_id,
        voice_id=model.voice_id,
        voice_model_id=model.voice_model_id,
        brief="write about bread",
        words=120,
        temperature=0.7,
        requested_by="UEDITOR",
        channel_id="C1",
    )
    return await tx.drafts.ask(asked, now=NOW)
