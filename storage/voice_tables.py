"""Which tables hold a voice, in the order in which their rows point at each other, and where blobs are named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pipeline.domain.training import TERMINAL_TUNING_STATES
from storage.tables import (
    AttestationRow,
    BaselineJudgementRow,
    BaselinePairRow,
    BaselineRow,
    ConsentRow,
    DatasetRow,
    DecisionRow,
    DraftRow,
    DuelRow,
    DuelTextRow,
    DuelVoteRow,
    EvaluationRow,
    PictureRow,
    RecipeStepRow,
    RehearsalRow,
    RewriteRow,
    RoundFeedbackRow,
    RoundRow,
    SignoffRowTable,
    SignoffTable,
    SourceRow,
    SpendRequestRow,
    TuningJobRow,
    VoiceAliasRow,
    VoiceModelRow,
    VoicePreferenceRow,
    VoiceRow,
)
from storage.tables.base import Row

ENDED: Final = frozenset(TERMINAL_TUNING_STATES)


@dataclass(frozen=True, slots=True)
class Held:
    """A table whose rows belong to a voice by `via`, a column that points at a table before it.

    only: states of rows that count; None takes all.
    """

    rows: type[Row]
    via: str
    only: frozenset[str] | None = None

    @property
    def name(self) -> str:
        return str(self.rows.__tablename__)

    @property
    def parent(self) -> str:
        return target_of(self.rows, self.via)


def target_of(rows: type[Row], column: str) -> str:
    """The table that a column points at."""
    (key,) = rows.metadata.tables[str(rows.__tablename__)].c[column].foreign_keys
    return str(key.target_fullname).partition(".")[0]


def pointers(rows: type[Row]) -> Mapping[str, str]:
    """Column -> the table it points at."""
    columns = rows.metadata.tables[str(rows.__tablename__)].c
    return {column.name: target_of(rows, column.name) for column in columns if column.foreign_keys}


# A request is only carried with its run.
HELD: Final = (
    Held(VoiceAliasRow, "voice_id"),
    Held(ConsentRow, "voice_id"),
    Held(AttestationRow, "consent_id"),
    Held(VoicePreferenceRow, "voice_id"),
    Held(RoundRow, "voice_id"),
    Held(RecipeStepRow, "round_id"),
    Held(SourceRow, "voice_id"),
    Held(DatasetRow, "voice_id"),
    Held(SignoffTable, "dataset_id"),
    Held(SignoffRowTable, "signoff_id"),
    Held(RehearsalRow, "dataset_id"),
    Held(RoundFeedbackRow, "round_id"),
    Held(BaselineRow, "dataset_id", frozenset({"judged", "failed"})),
    Held(BaselinePairRow, "baseline_id"),
    Held(BaselineJudgementRow, "baseline_id"),
    Held(SpendRequestRow, "dataset_id", frozenset({"approved"})),
    Held(TuningJobRow, "spend_request_id", ENDED),
    Held(VoiceModelRow, "voice_id"),
    Held(EvaluationRow, "voice_model_id"),
    Held(DraftRow, "voice_model_id", frozenset({"posted", "failed", "withdrawn"})),
    Held(RewriteRow, "draft_id"),
    Held(DecisionRow, "draft_id"),
    Held(DuelRow, "voice_id", frozenset({"closed", "failed", "gone"})),
    Held(DuelTextRow, "duel_id"),
    Held(DuelVoteRow, "duel_id"),
)
OF: Final[Mapping[str, type[Row]]] = {"voice": VoiceRow} | {held.name: held.rows for held in HELD}

# Columns that hold the SHA-256 (hex) of a blob, and JSON columns that hold some under "blob".
BLOBS: Final[Mapping[type[Row], tuple[str, ...]]] = {
    SourceRow: ("sha256", "catalogue_blob"),
    DatasetRow: ("train_blob", "validation_blob", "test_blob", "report_blob", "recipe_blob", "fates_blob"),
    SignoffRowTable: ("text_blob",),
    RehearsalRow: ("shown_blob",),
    RoundFeedbackRow: ("sft_blob", "pairs_blob", "kto_blob"),
    BaselinePairRow: ("shown_blob",),
    PictureRow: ("blob",),
    AttestationRow: ("note_blob",),
}
BLOBS_INSIDE: Final[Mapping[type[Row], tuple[str, ...]]] = {
    TuningJobRow: ("results", "curve"),
    EvaluationRow: ("tries",),
}


def blobs_of(rows: type[Row], values: Mapping[str, Any]) -> Iterator[str]:
    """What one row names in the artifact store."""
    for column in BLOBS.get(rows, ()):
        if values[column]:
            yield values[column]
    for column in BLOBS_INSIDE.get(rows, ()):
        inside = values[column] or []
        for one in inside if isinstance(inside, list) else [inside]:
            if one.get("blob"):
                yield one["blob"]
