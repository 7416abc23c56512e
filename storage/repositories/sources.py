"""Sources and the datasets made of them."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.preparing import FileFacts
from pipeline.domain.reading import ReadOptions
from pipeline.domain.voices import (
    Dataset,
    DatasetId,
    NewDataset,
    NewSource,
    RoundId,
    Source,
    SourceId,
    SourceState,
    VoiceId,
)
from storage.readings import facts_of, readings_of, stored_facts, stored_readings
from storage.rows import insert, insert_new, the_one
from storage.tables import DatasetRow, SourceRow


@dataclass(frozen=True, slots=True)
class SqlSources:
    session: AsyncSession

    async def add(self, source: NewSource, *, now: datetime) -> Source:
        values = asdict(source) | {"readings": stored_readings(source.readings)}
        return _source(await insert(self.session, SourceRow, **values, added_at=now))

    async def by_id(self, source_id: SourceId) -> Source:
        return _source(await the_one(self.session, SourceRow, col(SourceRow.id) == source_id))

    async def of_round(self, round_id: RoundId) -> list[Source]:
        rows = select(SourceRow).where(col(SourceRow.round_id) == round_id).order_by(col(SourceRow.id))
        return [_source(row) for row in await self.session.exec(rows)]

    async def same_bytes(self, round_id: RoundId, sha256: str) -> Source | None:
        same = select(SourceRow).where(
            col(SourceRow.round_id) == round_id, col(SourceRow.sha256) == sha256, col(SourceRow.state) == "read"
        )
        row = (await self.session.exec(same.order_by(col(SourceRow.id)).limit(1))).one_or_none()
        return _source(row) if row else None

    async def of_file(self, team_id: str, slack_file_id: str) -> list[Source]:
        rows = select(SourceRow).where(col(SourceRow.team_id) == team_id, col(SourceRow.slack_file_id) == slack_file_id)
        return [_source(row) for row in await self.session.exec(rows.order_by(col(SourceRow.id)))]

    async def update(
        self,
        source_id: SourceId,
        *,
        state: SourceState,
        sha256: str | None = None,
        documents: int | None = None,
        refusal: str | None = None,
        facts: FileFacts | None = None,
        readings: tuple[ReadOptions, ...] | None = None,
        size_bytes: int | None = None,
        catalogue_blob: str | None = None,
        checked_by: str | None = None,
        withdrawn_by: str | None = None,
    ) -> None:
        """None leaves a column as it is."""
        news = {
            "sha256": sha256,
            "documents": documents,
            "refusal": refusal,
            "size_bytes": size_bytes,
            "facts": None if facts is None else stored_facts(facts),
            "readings": None if readings is None else stored_readings(readings),
            "catalogue_blob": catalogue_blob,
            "checked_by": checked_by,
            "withdrawn_by": withdrawn_by,
        }
        values = {name: value for name, value in news.items() if value is not None}
        await self.session.exec(update(SourceRow).where(col(SourceRow.id) == source_id).values(state=state, **values))


@dataclass(frozen=True, slots=True)
class SqlDatasets:
    session: AsyncSession

    async def add(self, dataset: NewDataset, *, now: datetime) -> Dataset:
        facts = asdict(dataset) | {"open_blockers": list(dataset.open_blockers)}
        row = await insert_new(self.session, DatasetRow, **facts, created_at=now)
        same = (dataset.round_id, dataset.content_hash, dataset.recipe_blob)
        return _dataset(row or await the_one(self.session, DatasetRow, *_is(*same)))

    async def of_voice(self, voice_id: VoiceId) -> list[Dataset]:
        rows = select(DatasetRow).where(col(DatasetRow.voice_id) == voice_id).order_by(col(DatasetRow.id))
        return [_dataset(row) for row in await self.session.exec(rows)]

    async def by_id(self, dataset_id: DatasetId) -> Dataset:
        return _dataset(await the_one(self.session, DatasetRow, col(DatasetRow.id) == dataset_id))


def _is(round_id: RoundId, content_hash: str, recipe_blob: str) -> tuple[ColumnElement[bool], ...]:
    return (
        col(DatasetRow.round_id) == round_id,
        col(DatasetRow.content_hash) == content_hash,
        col(DatasetRow.recipe_blob) == recipe_blob,
    )


def _source(row: SourceRow) -> Source:
    return Source(
        source_id=SourceId(row.id),
        team_id=row.team_id,
        voice_id=VoiceId(row.voice_id),
        round_id=RoundId(row.round_id),
        name=row.name,
        size_bytes=row.size_bytes,
        origin=row.origin,
        added_by=row.added_by,
        added_at=row.added_at,
        state=row.state,
        slack_file_id=row.slack_file_id,
        sha256=row.sha256,
        documents=row.documents,
        refusal=row.refusal,
        readings=readings_of(row.readings),
        facts=facts_of(row.facts),
        way=row.way,
        url=row.url,
        catalogue_blob=row.catalogue_blob,
        checked_by=row.checked_by,
        withdrawn_by=row.withdrawn_by,
    )


def _dataset(row: DatasetRow) -> Dataset:
    facts = NewDataset(
        team_id=row.team_id,
        voice_id=VoiceId(row.voice_id),
        round_id=RoundId(row.round_id),
        content_hash=row.content_hash,
        train_blob=row.train_blob,
        validation_blob=row.validation_blob,
        test_blob=row.test_blob,
        report_blob=row.report_blob,
        documents_read=row.documents_read,
        kept=row.kept,
        examples=row.examples,
        train_examples=row.train_examples,
        train_tokens=row.train_tokens,
        tokens=row.tokens,
        words=row.words,
        open_blockers=tuple(row.open_blockers),
        recipe_blob=row.recipe_blob,
        fates_blob=row.fates_blob,
        needs_context_tokens=row.needs_context_tokens,
        validation_tokens=row.validation_tokens,
    )
    return Dataset(dataset_id=DatasetId(row.id), facts=facts, created_at=row.created_at)
