"""The protocol with one of its parts taken out, for the gate that proves that the harness would notice.

Each stands where the real part is handed in: a field of a step, a port, a setting. Nothing in the code is patched.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import col, update

from bot.assembly import Parts
from bot.features.training.doubt import Doubt
from bot.features.training.record import Record
from bot.features.training.step import TuningStep
from bot.worker import Step
from pipeline.domain.spending import SpendRequest, SpendRequestId
from pipeline.domain.training import TuningJob
from pipeline.domain.voices import RoundId
from pipeline.domain.work import WorkItem, WorkKind
from pipeline.models.openai_compatible import OpenAICompatible
from pipeline.models.providers import ConfiguredProviders
from pipeline.ports import Database, Transaction, TuningProvider
from storage.repositories.rounds import SqlRounds
from storage.repositories.sources import SqlDatasets
from storage.repositories.spending import SqlSpendRequests
from storage.repositories.work import SqlWork
from storage.tables import WorkRow
from tests.crash.ground import TIMING

NO_SETTLE_WAIT = replace(TIMING, request_timeout_s=0.0, settle_s=0.0)


class SendsAgainBlindly(Doubt):
    """No reconcile: what is unknown is taken for not sent."""

    async def begin(self, item: WorkItem, job: TuningJob) -> None:
        async with self.record.writing(item, job) as tx:
            await tx.tuning_jobs.update(replace(job, intent_at=None))
            await tx.work.again(item, run_at=self.record.clock())


def without_reconcile(_: Parts, made: dict[WorkKind, Step]) -> dict[WorkKind, Step]:
    step = made["tuning"]
    assert isinstance(step, TuningStep)
    blind = SendsAgainBlindly(step.doubt.record, step.doubt.providers, step.doubt.timing)
    return made | {"tuning": replace(step, doubt=blind, send=replace(step.send, doubt=blind))}


@dataclass(frozen=True)
class ProvidersWithRetries:
    """The SDK as it comes out of its box: it sends a POST up to three times."""

    real: ConfiguredProviders

    def training(self, name: str) -> TuningProvider:
        adapter: Any = self.real.training(name)
        assert isinstance(adapter, OpenAICompatible)
        careless: Any = object.__new__(OpenAICompatible)
        careless.__dict__.update(adapter.__dict__)
        careless._client = adapter._client.with_options(max_retries=2)
        careless._request_timeout_s = 10.0  # time enough for the retries
        made: TuningProvider = careless
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def with_retries(parts: Parts) -> Parts:
    providers: Any = ProvidersWithRetries(parts.providers)  # type: ignore[arg-type]  # what wiring opened
    return replace(parts, providers=providers)


class NoLocks:
    """Everybody has every lock: as when a database declared a living client dead, or on a disk without locks."""

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[bool]:
        yield bool(key)


def without_locks(parts: Parts) -> Parts:
    return replace(parts, locks=NoLocks())


class UnfencedWork(SqlWork):
    """Writes for whoever claimed once, also after somebody else has claimed."""

    async def _fenced(self, item: WorkItem, **values: Any) -> None:
        await self.session.exec(update(WorkRow).where(col(WorkRow.id) == item.work_id).values(**values))


class UnguardedRecord(Record):
    """Writes over whatever the run became meanwhile."""

    @asynccontextmanager
    async def writing(self, item: WorkItem, seen: TuningJob) -> AsyncIterator[Transaction]:  # noqa: ARG002  # the part has this shape
        async with self.database.begin() as tx:
            await tx.work.keep(item)
            yield tx


@dataclass(frozen=True)
class ChangedDatabase:
    """The real one, with one repository of each transaction changed."""

    real: Database
    change: Any

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        async with self.real.begin() as tx:
            self.change(tx)
            yield tx

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        async with self.real.read() as tx:
            self.change(tx)
            yield tx


def unfenced(tx: Any) -> None:
    tx.work = UnfencedWork(tx.work.session)


def without_fence(parts: Parts) -> Parts:
    return replace(parts, database=ChangedDatabase(parts.database, unfenced))


def writing_over(_: Parts, made: dict[WorkKind, Step]) -> dict[WorkKind, Step]:
    """Every part of the step records without a look at what the run became."""
    step = made["tuning"]
    assert isinstance(step, TuningStep)
    record = UnguardedRecord(step.record.database, step.record.clock)
    doubt, ending = replace(step.doubt, record=record), replace(step.watch.ending, record=record)
    return made | {
        "tuning": replace(
            step,
            record=record,
            doubt=doubt,
            upload=replace(step.upload, record=record, ending=ending),
            send=replace(step.send, record=record, doubt=doubt, ending=ending),
            watch=replace(step.watch, record=record, ending=ending),
        )
    }


class UnboundRequests(SqlSpendRequests):
    """A request that takes whatever texts the round has now for those it was asked for."""

    async def by_id(self, spend_request_id: SpendRequestId) -> SpendRequest:
        request = await super().by_id(spend_request_id)
        round_ = await SqlRounds(self.session).by_id(RoundId(request.round_id))
        if request.state != "asked" or round_.dataset_id is None:
            return request
        now_there = await SqlDatasets(self.session).by_id(round_.dataset_id)
        return replace(request, dataset_hash=now_there.facts.content_hash)


def unbound(tx: Any) -> None:
    tx.spend_requests = UnboundRequests(tx.spend_requests.session)


def without_binding(parts: Parts) -> Parts:
    return replace(parts, database=ChangedDatabase(parts.database, unbound))
