"""Two versions of a voice that write on the same briefs, and people who say blind which text is better."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

from pipeline.domain.paid import Paid
from pipeline.domain.training import VoiceModelId
from pipeline.domain.voices import VoiceId

DuelId = NewType("DuelId", int)
DuelTextId = NewType("DuelTextId", int)

Contender = Literal["one", "other"]
Choice = Literal["one", "other", "equal", "bad"]
# short: the time is over and there are too few votes; gone: a version was retired before the end.
DuelState = Literal["writing", "open", "short", "closed", "failed", "gone"]
DuelTextState = Literal["asked", "written", "skipped"]


@dataclass(frozen=True, slots=True)
class NewText:
    """A text to be written. number: of the brief, from 1. send_microusd: the most that one try can cost.

    is_held_out: the brief is that of a text which no version is trained on.
    """

    number: int
    contender: Contender
    brief: str
    send_microusd: int
    is_held_out: bool = False


@dataclass(frozen=True, slots=True)
class NewDuel:
    """voters: Slack user ids. asked_by: who pays from their budget; None votes. month: whose budgets pay.

    thread_ts: of a thread it was asked for in. is_automatic: started by the bot after training.
    """

    team_id: str
    voice_id: VoiceId
    one: VoiceModelId
    other: VoiceModelId
    channel_id: str
    asked_by: str
    voters: tuple[str, ...]
    closes_at: datetime
    month: str
    held_microusd: int
    texts: tuple[NewText, ...]
    is_automatic: bool = False


@dataclass(frozen=True, slots=True)
class DuelText(Paid):
    """text: as voters read it; None until it is written."""

    text_id: DuelTextId
    wanted: NewText
    state: DuelTextState
    text: str | None

    @property
    def bill_microusd(self) -> int:
        return self.at_most_microusd(self.wanted.send_microusd)


@dataclass(frozen=True, slots=True)
class Vote:
    """Which text of a brief one person prefers; the newest counts."""

    voter: str
    number: int
    choice: Choice


@dataclass(frozen=True, slots=True)
class Bout:
    """Both texts on one brief. number: of the brief, from 1."""

    number: int
    brief: str
    one: str
    other: str
    is_held_out: bool = False

    @property
    def is_same(self) -> bool:
        return self.one.split() == self.other.split()


@dataclass(frozen=True, slots=True)
class Duel:
    """failure: the sentence for people. closed_at: when votes stopped to count."""

    duel_id: DuelId
    facts: NewDuel
    state: DuelState
    asked_at: datetime
    closes_at: datetime
    texts: tuple[DuelText, ...] = ()
    votes: tuple[Vote, ...] = ()
    failure: str | None = None
    closed_at: datetime | None = None

    @property
    def key(self) -> str:
        return f"duel:{self.duel_id}"

    @property
    def card_key(self) -> str:
        return f"{self.key}:card"

    @property
    def bill_microusd(self) -> int:
        return sum(one.bill_microusd for one in self.texts)

    @property
    def briefs(self) -> int:
        """How many were asked for."""
        return len({one.wanted.number for one in self.texts})

    @property
    def written(self) -> tuple[Bout, ...]:
        """Briefs that both have written on, in order."""
        return tuple(self._written())

    @property
    def bouts(self) -> tuple[Bout, ...]:
        """What is voted on: two texts that are the same are left out."""
        return tuple(bout for bout in self.written if not bout.is_same)

    def _written(self) -> Iterator[Bout]:
        found = {(one.wanted.number, one.wanted.contender): one for one in self.texts if one.state == "written"}
        for number in sorted({one.wanted.number for one in self.texts}):
            one, other = found.get((number, "one")), found.get((number, "other"))
            if one is not None and other is not None:
                wanted = one.wanted
                yield Bout(number, wanted.brief, one.text or "", other.text or "", wanted.is_held_out)
