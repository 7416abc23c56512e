"""What the core needs from outside, in its own words. Classes satisfy these by shape.

A Transaction is one database transaction: everything done through it commits together or not at all.
Read-then-write inside one is safe (BEGIN IMMEDIATE on SQLite; rows read by *_for_change are locked on Postgres).
"""

from pipeline.ports.approvals import Approvers, Budgets, Deciders, Signatures, SpendRulesBook, WaitingRequests
from pipeline.ports.attestations import Attestations
from pipeline.ports.baselines import BaselineOverrides, BaselinePairs, Baselines, Judgements
from pipeline.ports.clock import Clock
from pipeline.ports.costs import Eligibility, EnteredPrices, PastRuns, Preflights
from pipeline.ports.database import Database, Transaction
from pipeline.ports.drafting import Drafts, Reactions, ReactionWriter, Rewrites
from pipeline.ports.duels import Duels, DuelTexts, DuelVotes
from pipeline.ports.erasures import Erasures, Forgetting
from pipeline.ports.evaluations import Evaluations
from pipeline.ports.exports import WholeVoices
from pipeline.ports.outside import (
    ArtifactStore,
    ErasableStore,
    FileFetcher,
    LivenessLocks,
    Membership,
    ModelCopies,
    People,
    PostsSoFar,
    Preparer,
    Progress,
    Providers,
    RunProvider,
    RunProviders,
    Sites,
    TuningProvider,
    WritingProvider,
)
from pipeline.ports.pictures import Pictures
from pipeline.ports.preferences import VoicePreferences
from pipeline.ports.rehearsals import Rehearsals
from pipeline.ports.training import RunQueue, SpendLedger, SpendRequests, StrayJobs, TuningJobs, VoiceModels
from pipeline.ports.voices import Consents, Datasets, RecipeSteps, Rounds, Sources, Uploads, Voices
from pipeline.ports.work import AuditLog, Deliveries, Outbox, Postings, Work, WorkQueue

__all__ = [
    "Approvers",
    "ArtifactStore",
    "Attestations",
    "AuditLog",
    "BaselineOverrides",
    "BaselinePairs",
    "Baselines",
    "Budgets",
    "Clock",
    "Consents",
    "Database",
    "Datasets",
    "Deciders",
    "Deliveries",
    "Drafts",
    "DuelTexts",
    "DuelVotes",
    "Duels",
    "Eligibility",
    "EnteredPrices",
    "ErasableStore",
    "Erasures",
    "Evaluations",
    "FileFetcher",
    "Forgetting",
    "Judgements",
    "LivenessLocks",
    "Membership",
    "ModelCopies",
    "Outbox",
    "PastRuns",
    "People",
    "Pictures",
    "Postings",
    "PostsSoFar",
    "Preflights",
    "Preparer",
    "Progress",
    "Providers",
    "ReactionWriter",
    "Reactions",
    "RecipeSteps",
    "Rehearsals",
    "Rewrites",
    "Rounds",
    "RunProvider",
    "RunProviders",
    "RunQueue",
    "Signatures",
    "Sites",
    "Sources",
    "SpendLedger",
    "SpendRequests",
    "SpendRulesBook",
    "StrayJobs",
    "Transaction",
    "TuningJobs",
    "TuningProvider",
    "Uploads",
    "VoiceModels",
    "VoicePreferences",
    "Voices",
    "WaitingRequests",
    "WholeVoices",
    "Work",
    "WorkQueue",
    "WritingProvider",
]
