"""The unit of work: every repository over one transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.approvals import SpendRules
from storage.engine import Engine
from storage.repositories.approvals import SqlApprovers, SqlSignatures, SqlSpendRules
from storage.repositories.attestations import SqlAttestations
from storage.repositories.baselines import (
    SqlBaselineOverrides,
    SqlBaselinePairs,
    SqlBaselines,
    SqlJudgements,
)
from storage.repositories.costs import SqlEnteredPrices, SqlPastRuns
from storage.repositories.drafting import SqlDrafts, SqlReactions, SqlRewrites
from storage.repositories.duels import SqlDuels, SqlDuelTexts, SqlDuelVotes
from storage.repositories.erasures import SqlErasures
from storage.repositories.evaluations import SqlEvaluations
from storage.repositories.feedback import SqlDecisions, SqlEmojiMaps, SqlRoundFeedbacks
from storage.repositories.forgetting import SqlForgetting
from storage.repositories.ledger import SqlBudgets, SqlSpendLedger
from storage.repositories.outbox import SqlOutbox
from storage.repositories.pictures import SqlPictures
from storage.repositories.preferences import SqlVoicePreferences
from storage.repositories.preflights import SqlPreflights
from storage.repositories.record import SqlAuditLog, SqlDeliveries
from storage.repositories.rehearsals import SqlRehearsals
from storage.repositories.rounds import SqlRecipeSteps, SqlRounds
from storage.repositories.signoffs import SqlSignoffRows, SqlSignoffs
from storage.repositories.sources import SqlDatasets, SqlSources
from storage.repositories.spending import SqlSpendRequests, SqlWaitingRequests
from storage.repositories.training import SqlRunQueue, SqlStrayJobs, SqlTuningJobs, SqlVoiceModels
from storage.repositories.uploads import SqlUploads
from storage.repositories.voices import SqlConsents, SqlVoices
from storage.repositories.whole_voices import SqlWholeVoices
from storage.repositories.work import SqlWork


class SqlTransaction:
    """Satisfies pipeline.ports.Transaction."""

    def __init__(self, session: AsyncSession, spend_rules: SpendRules) -> None:
        self.voices = SqlVoices(session)
        self.consents = SqlConsents(session)
        self.attestations = SqlAttestations(session)
        self.rounds = SqlRounds(session)
        self.recipe_steps = SqlRecipeSteps(session)
        self.sources = SqlSources(session)
        self.uploads = SqlUploads(session)
        self.datasets = SqlDatasets(session)
        self.rehearsals = SqlRehearsals(session)
        self.baseline_pairs = SqlBaselinePairs(session)
        self.judgements = SqlJudgements(session)
        self.baseline_overrides = SqlBaselineOverrides(session)
        self.pictures = SqlPictures(session)
        self.signoffs = SqlSignoffs(session)
        self.signoff_rows = SqlSignoffRows(session)
        self.spend_requests = SqlSpendRequests(session)
        self.entered_prices = SqlEnteredPrices(session)
        self.preflights = SqlPreflights(session)
        self.past_runs = SqlPastRuns(session)
        self.waiting_requests = SqlWaitingRequests(session)
        self.spend_rules = SqlSpendRules(session, spend_rules)
        self.signatures = SqlSignatures(session)
        self.approvers = SqlApprovers(session)
        self.baselines = SqlBaselines(session, self.spend_rules)
        self.duels = SqlDuels(session, self.spend_rules)
        self.duel_texts = SqlDuelTexts(session)
        self.duel_votes = SqlDuelVotes(session)
        self.round_feedbacks = SqlRoundFeedbacks(session)
        self.decisions = SqlDecisions(session)
        self.emoji_maps = SqlEmojiMaps(session)
        self.ledger = SqlSpendLedger(session, self.spend_rules)
        self.budgets = SqlBudgets(session, self.spend_rules)
        self.tuning_jobs = SqlTuningJobs(session)
        self.run_queue = SqlRunQueue(session)
        self.stray_jobs = SqlStrayJobs(session)
        self.voice_models = SqlVoiceModels(session)
        self.evaluations = SqlEvaluations(session, self.spend_rules)
        self.preferences = SqlVoicePreferences(session)
        self.drafts = SqlDrafts(session)
        self.reactions = SqlReactions(session)
        self.rewrites = SqlRewrites(session)
        self.erasures = SqlErasures(session)
        self.forgetting = SqlForgetting(session)
        self.whole_voices = SqlWholeVoices(session)
        self.work = SqlWork(session)
        self.outbox = SqlOutbox(session)
        self.audit = SqlAuditLog(session)
        self.deliveries = SqlDeliveries(session)


@dataclass(frozen=True, slots=True)
class SqlDatabase:
    """default_month_limit_microusd: what a workspace may spend in a month until an admin says otherwise.

    spend_rules: the other rules until then; their own month limit does not count.
    """

    engine: Engine
    default_month_limit_microusd: int
    spend_rules: SpendRules = field(default_factory=SpendRules)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[SqlTransaction]:
        async with self.engine.writing() as session:
            yield SqlTransaction(session, self._defaults)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SqlTransaction]:
        async with self.engine.reading() as session:
            yield SqlTransaction(session, self._defaults)

    @property
    def _defaults(self) -> SpendRules:
        return replace(self.spend_rules, month_limit_microusd=self.default_month_limit_microusd)
