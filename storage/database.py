"""The unit of work: every repository over one transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.engine import Engine
from storage.repositories.baselines import (
    SqlBaselineOverrides,
    SqlBaselinePairs,
    SqlBaselines,
    SqlJudgements,
)
from storage.repositories.costs import SqlEnteredPrices, SqlPastRuns
from storage.repositories.drafting import SqlDrafts, SqlReactions, SqlRewrites
from storage.repositories.outbox import SqlOutbox
from storage.repositories.pictures import SqlPictures
from storage.repositories.preflights import SqlPreflights
from storage.repositories.record import SqlAuditLog, SqlDeliveries
from storage.repositories.rehearsals import SqlRehearsals
from storage.repositories.rounds import SqlRecipeSteps, SqlRounds
from storage.repositories.signoffs import SqlSignoffRows, SqlSignoffs
from storage.repositories.sources import SqlDatasets, SqlSources
from storage.repositories.spending import SqlSpendLedger, SqlSpendRequests
from storage.repositories.training import SqlRunQueue, SqlStrayJobs, SqlTuningJobs, SqlVoiceModels
from storage.repositories.uploads import SqlUploads
from storage.repositories.voices import SqlConsents, SqlVoices
from storage.repositories.work import SqlWork


class SqlTransaction:
    """Satisfies pipeline.ports.Transaction."""

    def __init__(self, session: AsyncSession, *, default_month_limit_microusd: int) -> None:
        self.voices = SqlVoices(session)
        self.consents = SqlConsents(session)
        self.rounds = SqlRounds(session)
        self.recipe_steps = SqlRecipeSteps(session)
        self.sources = SqlSources(session)
        self.uploads = SqlUploads(session)
        self.datasets = SqlDatasets(session)
        self.rehearsals = SqlRehearsals(session)
        self.baselines = SqlBaselines(session, default_month_limit_microusd)
        self.baseline_pairs = SqlBaselinePairs(session)
        self.judgements = SqlJudgements(session)
        self.baseline_overrides = SqlBaselineOverrides(session)
        self.pictures = SqlPictures(session)
        self.signoffs = SqlSignoffs(session)
        self.signoff_rows = SqlSignoffRows(session)
        self.spend_requests = SqlSpendRequests(session)
        self.ledger = SqlSpendLedger(session, default_month_limit_microusd)
        self.entered_prices = SqlEnteredPrices(session)
        self.preflights = SqlPreflights(session)
        self.past_runs = SqlPastRuns(session)
        self.tuning_jobs = SqlTuningJobs(session)
        self.run_queue = SqlRunQueue(session)
        self.stray_jobs = SqlStrayJobs(session)
        self.voice_models = SqlVoiceModels(session)
        self.drafts = SqlDrafts(session)
        self.reactions = SqlReactions(session)
        self.rewrites = SqlRewrites(session)
        self.work = SqlWork(session)
        self.outbox = SqlOutbox(session)
        self.audit = SqlAuditLog(session)
        self.deliveries = SqlDeliveries(session)


@dataclass(frozen=True, slots=True)
class SqlDatabase:
    """default_month_limit_microusd: what a workspace may spend in a month until an admin says otherwise."""

    engine: Engine
    default_month_limit_microusd: int

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[SqlTransaction]:
        async with self.engine.writing() as session:
            yield SqlTransaction(session, default_month_limit_microusd=self.default_month_limit_microusd)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SqlTransaction]:
        async with self.engine.reading() as session:
            yield SqlTransaction(session, default_month_limit_microusd=self.default_month_limit_microusd)
