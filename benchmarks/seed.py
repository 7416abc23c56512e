"""A database in which founder may draft: voice, consent, dataset, request, job, model and draft 1."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from benchmarks.signed import CHANNEL, TEAM, USER
from pipeline.domain.drafting import NewDraft
from pipeline.domain.spending import SpendRequest, SpendRequestId
from pipeline.domain.training import TuningJob, TuningJobId, VoiceModel
from pipeline.domain.voices import Dataset, NewDataset, NewVoice, Round, Voice
from storage.database import SqlDatabase, SqlTransaction
from storage.engine import open_engine
from storage.migrate import upgrade

OWNER: Final = "U0OWNER"
STEWARD: Final = "U0STEWARD"
BASE: Final = "understudy-ngram"  # drafts are written by the base itself: it answers at once and needs no training
PROVIDER: Final = "private"
MONTH_LIMIT: Final = int(Decimal(150) * 1_000_000)


async def seed(url: str) -> None:
    engine = open_engine(url)
    try:
        await upgrade(engine)
        now = datetime.now(UTC)
        async with SqlDatabase(engine, MONTH_LIMIT).begin() as tx:
            voice = await agreed_voice(tx, now)
            model = await trained(tx, voice, now)
            await tx.drafts.ask(first_draft(voice, model), now=now)
    finally:
        await engine.dispose()


async def agreed_voice(tx: SqlTransaction, now: datetime) -> Voice:
    wanted = NewVoice(TEAM, "founder", "generation", "private", OWNER, STEWARD, CHANNEL, "people post it", "the blog")
    voice = await tx.voices.add(wanted, now=now)
    asked = await tx.consents.ask(voice.voice_id, OWNER, now=now)
    until = now + timedelta(days=365)
    await tx.consents.decide(asked.consent_id, expected="asked", state="given", at=now, until=until)
    return voice


async def trained(tx: SqlTransaction, voice: Voice, now: datetime) -> VoiceModel:
    opened = await tx.rounds.open_for(voice, channel_id=CHANNEL, now=now)
    dataset = await tx.datasets.add(new_dataset(opened), now=now)
    request = await tx.spend_requests.ask(new_request(opened, dataset, now))
    job = await tx.tuning_jobs.queue(new_job(request, dataset, now))
    await tx.rounds.lock(opened.round_id)  # so that /voice data opens the next one
    return await tx.voice_models.add(job, model_name=BASE, now=now)


def new_dataset(opened: Round) -> NewDataset:
    return NewDataset(
        team_id=TEAM,
        voice_id=opened.voice_id,
        round_id=opened.round_id,
        content_hash="bench",
        train_blob="a",
        validation_blob="b",
        test_blob="c",
        report_blob="d",
        documents_read=100,
        kept=87,
        examples=87,
        train_examples=70,
        train_tokens=60_000,
        tokens=73_312,
        words=60_900,
        open_blockers=(),
    )


def new_request(opened: Round, dataset: Dataset, now: datetime) -> SpendRequest:
    return SpendRequest(
        spend_request_id=SpendRequestId(0),
        team_id=TEAM,
        voice_id=opened.voice_id,
        round_id=opened.round_id,
        dataset_id=dataset.dataset_id,
        dataset_hash=dataset.facts.content_hash,
        provider=PROVIDER,
        base=BASE,
        method="supervised",
        epochs=3,
        ceiling_microusd=1_000_000,
        estimate_microusd=500_000,
        state="asked",
        requested_by=STEWARD,
        requested_at=now,
    )


def new_job(request: SpendRequest, dataset: Dataset, now: datetime) -> TuningJob:
    return TuningJob(
        tuning_job_id=TuningJobId(0),
        team_id=TEAM,
        voice_id=dataset.facts.voice_id,
        round_id=dataset.facts.round_id,
        dataset_id=dataset.dataset_id,
        spend_request_id=request.spend_request_id,
        key=f"us-{request.spend_request_id}",
        provider=PROVIDER,
        base=BASE,
        epochs=3,
        state="ready",
        queued_at=now,
    )


def first_draft(voice: Voice, model: VoiceModel) -> NewDraft:
    return NewDraft(
        team_id=TEAM,
        voice_id=voice.voice_id,
        voice_model_id=model.voice_model_id,
        brief="seeded",
        words=50,
        temperature=0.7,
        requested_by=USER,
        channel_id=CHANNEL,
    )
