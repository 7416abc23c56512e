"""All tables, by subject; importing this package completes the metadata that migrations are compared with."""

from storage.tables.approvals import ApproverRow, AutoApprovalRow, SignatureRow, SpendRuleRow
from storage.tables.attestations import AttestationRow
from storage.tables.base import metadata
from storage.tables.baselines import BaselineJudgementRow, BaselineOverrideRow, BaselinePairRow, BaselineRow
from storage.tables.drafting import DraftRow, ReactionRow, RewriteRow
from storage.tables.duels import DuelRow, DuelTextRow, DuelVoteRow
from storage.tables.erasures import ErasureRow
from storage.tables.evaluations import EvaluationRow
from storage.tables.feedback import DecisionRow, EmojiMapRow, RoundFeedbackRow
from storage.tables.pictures import PictureRow
from storage.tables.preferences import VoicePreferenceRow
from storage.tables.preflights import PreflightRow
from storage.tables.prices import EnteredPriceRow
from storage.tables.rehearsals import RehearsalRow
from storage.tables.signoffs import SignoffRowTable, SignoffTable
from storage.tables.spending import BudgetRow, SpendHoldRow, SpendRequestRow
from storage.tables.training import StrayJobRow, TuningJobRow, VoiceModelRow
from storage.tables.voices import (
    ConsentRow,
    DatasetRow,
    RecipeStepRow,
    RoundRow,
    SourceRow,
    UploadRow,
    VoiceAliasRow,
    VoiceRow,
)
from storage.tables.work import AuditRow, DeliveryRow, OutboxRow, WorkRow

__all__ = [
    "ApproverRow",
    "AttestationRow",
    "AuditRow",
    "AutoApprovalRow",
    "BaselineJudgementRow",
    "BaselineOverrideRow",
    "BaselinePairRow",
    "BaselineRow",
    "BudgetRow",
    "ConsentRow",
    "DatasetRow",
    "DecisionRow",
    "DeliveryRow",
    "DraftRow",
    "DuelRow",
    "DuelTextRow",
    "DuelVoteRow",
    "EmojiMapRow",
    "EnteredPriceRow",
    "ErasureRow",
    "EvaluationRow",
    "OutboxRow",
    "PictureRow",
    "PreflightRow",
    "ReactionRow",
    "RecipeStepRow",
    "RehearsalRow",
    "RewriteRow",
    "RoundFeedbackRow",
    "RoundRow",
    "SignatureRow",
    "SignoffRowTable",
    "SignoffTable",
    "SourceRow",
    "SpendHoldRow",
    "SpendRequestRow",
    "SpendRuleRow",
    "StrayJobRow",
    "TuningJobRow",
    "UploadRow",
    "VoiceAliasRow",
    "VoiceModelRow",
    "VoicePreferenceRow",
    "VoiceRow",
    "WorkRow",
    "metadata",
]
