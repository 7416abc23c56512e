"""What of people's feedback went into a round."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipeline.domain.drafting import DraftId, RewriteId
from pipeline.domain.voices import RoundId


@dataclass(frozen=True, slots=True)
class UsedRow:
    """A row that came from a draft. row: its number in the round's file of better versions, from 1; 0 for a pair or a
    judgement. rewrite_id: None for the draft's own text."""

    draft_id: DraftId
    rewrite_id: RewriteId | None
    row: int


Decided = Literal["like", "unlike", "out"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the owner says of a draft that people disagree about; the newest stands. out: it never trains."""

    draft_id: DraftId
    team_id: str
    by: str
    decided: Decided
    at: datetime


@dataclass(frozen=True, slots=True)
class PairTokens:
    """Of a file of pairs. prompts: what was asked, once for each pair, with the marks of a row. answers: both."""

    prompts: int
    answers: int


@dataclass(frozen=True, slots=True)
class RoundFeedback:
    """The feedback as it stood when a round took it in; never changed. *_blob: files in the artifact store.

    meanings: the emoji in force, name to meaning. pair_tokens: None where they were not counted yet.
    """

    round_id: RoundId
    team_id: str
    taken_by: str
    taken_at: datetime
    sft_blob: str
    pairs_blob: str
    kto_blob: str
    examples: int
    pairs: int
    used: tuple[UsedRow, ...]
    meanings: dict[str, str]
    pair_tokens: PairTokens | None = None
