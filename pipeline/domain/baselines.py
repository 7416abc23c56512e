"""An untrained model with real posts in its prompt, judged blind against the owner's own held-out posts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

from pipeline.domain.paid import Paid
from pipeline.domain.voices import DatasetId, RoundId, VoiceId

BaselineId = NewType("BaselineId", int)
PairId = NewType("PairId", int)

Side = Literal["A", "B"]
Guess = Literal["A", "B", "unsure"]
BaselineState = Literal["drafting", "judging", "judged", "failed"]
PairState = Literal["asked", "written", "skipped"]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A request of the dataset that is never trained on, and the real post that answers it."""

    prompt: str
    text: str


@dataclass(frozen=True, slots=True)
class NewBaseline:
    """judges: Slack user ids. month: whose budget pays. send_microusd: the most that one draft can cost."""

    team_id: str
    voice_id: VoiceId
    round_id: RoundId
    dataset_id: DatasetId
    dataset_hash: str
    provider: str
    base: str
    asked_by: str
    judges: tuple[str, ...]
    month: str
    held_microusd: int
    send_microusd: int


@dataclass(frozen=True, slots=True)
class Pair(Paid):
    """One request: its real post and the draft. number: from 1.

    shown_blob: both texts as judges read them; it is made of the texts, so whoever deletes them deletes it too.
    """

    pair_id: PairId
    number: int
    prompt: str
    state: PairState
    shown_blob: str | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Which text somebody took for the owner's; the newest counts."""

    judge: str
    number: int
    guess: Guess


@dataclass(frozen=True, slots=True)
class Baseline:
    """One per try. pairs: empty until they are picked. failure: the sentence for people."""

    baseline_id: BaselineId
    facts: NewBaseline
    state: BaselineState
    asked_at: datetime
    pairs: tuple[Pair, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    failure: str | None = None

    @property
    def to_judge(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if pair.state == "written")

    def left_for(self, judge: str) -> int:
        """How many answers this judge still owes."""
        return len(self.to_judge) - sum(one.judge == judge for one in self.judgements)

    @property
    def waits_for(self) -> tuple[tuple[str, int], ...]:
        """(judge, answers still owed), in the order they were named."""
        return tuple((judge, left) for judge in self.facts.judges if (left := self.left_for(judge)))

    @property
    def still_owing(self) -> tuple[str, ...]:
        return tuple(judge for judge, _ in self.waits_for)

    @property
    def bill_microusd(self) -> int:
        return sum(pair.at_most_microusd(self.facts.send_microusd) for pair in self.pairs)


@dataclass(frozen=True, slots=True)
class BaselineOverride:
    """Somebody's reason to train whatever untrained drafts are like; bound to the dataset's rows."""

    by: str
    reason: str
