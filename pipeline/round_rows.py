"""What feedback is made of, and the rows a round would have."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Final, Literal

from pipeline.domain.drafting import Draft, DraftId, Rewrite
from pipeline.domain.feedback import Decided
from pipeline.verdicts import Verdict

# The published rules: docs/reference/emoji.md.
LONGER_SHARE: Final = 0.70
ONE_PERSON_SHARE: Final = 0.40
PAIRS_FOR_PREFERENCE: Final = 100

PairSource = Literal["owner's rewrite", "editor's rewrite", "member's rewrite", "duel", "verdicts"]
NotUsedReason = Literal["paused", "withdrawn", "test brief", "held", "left out", "contested", "thin"]


@dataclass(frozen=True, slots=True)
class JudgedRewrite:
    """verdict: of the reactions on the rewrite's own message; None when there are none."""

    rewrite: Rewrite
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class JudgedDraft:
    """verdict: of the votes. decided: the owner's word; it only counts while the votes contradict each other."""

    draft: Draft
    verdict: Verdict
    rewrites: tuple[JudgedRewrite, ...] = ()
    decided: Decided | None = None

    @property
    def is_undecided(self) -> bool:
        return self.verdict.state == "contested" and self.decided is None

    @property
    def settled(self) -> Verdict:
        """The verdict with the owner's word in it."""
        if self.verdict.state != "contested" or self.decided in (None, "out"):
            return self.verdict
        return replace(self.verdict, state="good" if self.decided == "like" else "bad")


@dataclass(frozen=True, slots=True)
class ClosedDuel:
    """probability: that the winner is really better, 0 to 1; None for a tie or "both bad".

    is_held_out: it was about a text that no version is trained on, and so no version may learn from it either.
    """

    brief: str
    winner: str
    loser: str
    voters: int
    probability: float | None
    is_held_out: bool = False


@dataclass(frozen=True, slots=True)
class DatasetCounts:
    """examples: of the last round; new_documents, withdrawn: texts that came and went since."""

    examples: int
    new_documents: int = 0
    withdrawn: int = 0

    @property
    def kept(self) -> int:
        return self.examples + self.new_documents - self.withdrawn


@dataclass(frozen=True, slots=True)
class SftRow:
    """brief in, text out. by: who wrote it; None for the model's own starred text."""

    brief: str
    text: str
    draft_id: DraftId
    by: str | None


@dataclass(frozen=True, slots=True)
class PairRow:
    """chosen is better than rejected. draft_id: the draft that a rewrite corrected. by: who rewrote it."""

    brief: str
    chosen: str
    rejected: str
    source: PairSource
    draft_id: DraftId | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One brief of which one source says that `one` is better, and another that `other` is; neither trains."""

    brief: str
    one: str
    one_says: PairSource
    other: str
    other_says: PairSource


@dataclass(frozen=True, slots=True)
class KtoRow:
    brief: str
    text: str
    good: bool
    draft_id: DraftId


@dataclass(frozen=True, slots=True)
class NotUsed:
    draft_id: DraftId
    reason: NotUsedReason


@dataclass(frozen=True, slots=True)
class Watch:
    """What the pairs would teach by accident. Shares are 0 to 1 of all pairs; 0 with too few pairs."""

    longer_share: float = 0.0
    main_person: str | None = None
    main_person_share: float = 0.0

    @property
    def teaches_longer(self) -> bool:
        return self.longer_share > LONGER_SHARE

    @property
    def one_persons_taste(self) -> bool:
        return self.main_person_share > ONE_PERSON_SHARE


@dataclass(frozen=True, slots=True)
class RoundPreview:
    """The rows a round would have, and what stays out. Each written draft is in used or in not_used, never both.

    different_articles: rewrites that became an example and no pair. own_waiting: starred drafts over the limit for
    the model's own text. undecided: contested drafts that wait for the owner. regression_briefs: to be tried again.
    """

    dataset: DatasetCounts
    sft: tuple[SftRow, ...]
    pairs: tuple[PairRow, ...]
    kto: tuple[KtoRow, ...]
    used: tuple[DraftId, ...]
    not_used: tuple[NotUsed, ...]
    different_articles: int
    own_waiting: tuple[DraftId, ...]
    undecided: tuple[DraftId, ...]
    contradictions: tuple[Contradiction, ...]
    regression_briefs: tuple[str, ...]
    duels_not_used: int
    watch: Watch

    @property
    def examples(self) -> int:
        return self.dataset.kept + len(self.sft)

    @property
    def method(self) -> Literal["sft", "dpo"]:
        return "dpo" if len(self.pairs) >= PAIRS_FOR_PREFERENCE else "sft"

    def count_not_used(self) -> dict[NotUsedReason, int]:
        return dict(Counter(each.reason for each in self.not_used))
