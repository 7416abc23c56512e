"""What a duel's votes come to: who is better, how sure that is, and what it may teach (pure)."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean
from typing import Final, Literal

from pipeline.domain.duels import Bout, Choice, Contender, Duel, DuelId, Vote
from pipeline.prompts import stable_hash
from pipeline.ratings import Contest, Result, Strength, agreed, chance_better, overdispersion, rate
from pipeline.round_rows import ClosedDuel

Side = Literal["A", "B"]
Verdict = Literal["few", "won", "lost", "undecided"]

MIN_VOTES: Final = 12  # of fewer, even ten to two may be chance or one person's taste
CALLED_FROM: Final = 0.95  # the chance of being really better from which a winner is called
AGREED_SHARE: Final = 2 / 3  # of a brief's voters for the same answer
# One more parameter needs about ten decided votes more, and texts of one brief are all equally long.
LENGTH_FROM_VOTES: Final = 40
LENGTH_FROM_BRIEFS: Final = 10
RESULTS: Final[dict[Choice, Result]] = {"one": "first", "other": "second", "equal": "tie", "bad": "tie"}


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes by what they say; won and lost as the first contender sees it."""

    won: int = 0
    lost: int = 0
    equal: int = 0
    bad: int = 0

    @property
    def votes(self) -> int:
        return self.won + self.lost + self.equal + self.bad

    @property
    def decided(self) -> int:
        return self.won + self.lost


@dataclass(frozen=True, slots=True)
class Outcome:
    """As the first contender sees it. chance: 0 to 1, that it is really better.

    longer_share: by how much its texts are longer, 0.11 for 11 %. even_length: the strength if texts had been equally
    long; None when votes are too few to tell. agreed: briefs on which voters mostly said the same, of `briefs`.
    by_authors: the votes among them of people whose own versions one of the two was trained on.
    """

    tally: Tally
    verdict: Verdict
    chance: float
    strength: Strength
    voters: int
    briefs: int
    agreed: int
    longer_share: float
    even_length: Strength | None
    by_authors: Tally


def contender_at(duel_id: DuelId, number: int, side: Side) -> Contender:
    """Who stands on this side of a brief: by hash, and within two briefs once on each."""
    flipped = stable_hash("duel", f"{duel_id}\n{(number + 1) // 2}") % 2
    return "one" if (number + flipped + (side == "B")) % 2 else "other"


def outcome(duel: Duel, *, authors: Collection[str] = ()) -> Outcome:
    """Of the votes so far. Pure: the same votes in any order come to the same."""
    bouts, votes = duel.bouts, counted(duel)
    tally = tally_of(votes)
    contests = contests_of(bouts, votes)
    chance = chance_of(contests)
    return Outcome(
        tally=tally,
        verdict=verdict(tally, chance),
        chance=chance,
        strength=rate(contests).against("one", "other") if contests else Strength(0.0, 0.0, 0.0),
        voters=len({vote.voter for vote in votes}),
        briefs=len(bouts),
        agreed=agreed(choices_by_brief(votes), share=AGREED_SHARE),
        longer_share=longer_share(bouts),
        even_length=even_length(bouts, contests),
        by_authors=tally_of(vote for vote in votes if vote.voter in authors),
    )


def counted(duel: Duel) -> tuple[Vote, ...]:
    """Votes on what is still voted on, in a fixed order."""
    numbers = {bout.number for bout in duel.bouts}
    kept = [vote for vote in duel.votes if vote.number in numbers]
    return tuple(sorted(kept, key=lambda vote: (vote.number, vote.voter)))


def tally_of(votes: Iterable[Vote]) -> Tally:
    said = [vote.choice for vote in votes]
    return Tally(said.count("one"), said.count("other"), said.count("equal"), said.count("bad"))


def verdict(tally: Tally, chance: float) -> Verdict:
    if tally.votes < MIN_VOTES:
        return "few"
    if max(chance, 1 - chance) < CALLED_FROM:
        return "undecided"
    return "won" if chance > 0.5 else "lost"


def contests_of(bouts: Iterable[Bout], votes: Iterable[Vote]) -> list[Contest]:
    longer = {bout.number: math.log(words(bout.one) / words(bout.other)) for bout in bouts}
    return [
        Contest("one", "other", RESULTS[vote.choice], longer[vote.number], group=str(vote.number)) for vote in votes
    ]


def chance_of(contests: Sequence[Contest]) -> float:
    """That the first is really better; nearer to a coin's when briefs differ more than chance lets them."""
    won = sum(one.result == "first" for one in contests)
    lost = sum(one.result == "second" for one in contests)
    spread = overdispersion(contests)
    chance = chance_better(won, lost)
    if spread == 1 or not 0 < chance < 1:
        return chance
    return NormalDist().cdf(NormalDist().inv_cdf(chance) / math.sqrt(spread))


def longer_share(bouts: Sequence[Bout]) -> float:
    """The first's words over the second's, less one; over all briefs by their ratio."""
    return math.exp(fmean(math.log(words(bout.one) / words(bout.other)) for bout in bouts)) - 1 if bouts else 0.0


def even_length(bouts: Sequence[Bout], contests: Sequence[Contest]) -> Strength | None:
    decided = sum(one.result != "tie" for one in contests)
    if decided < LENGTH_FROM_VOTES or len(bouts) < LENGTH_FROM_BRIEFS:
        return None
    return rate(contests, by_length=True).against("one", "other")


def choices_by_brief(votes: Iterable[Vote]) -> dict[int, list[str]]:
    said: dict[int, list[str]] = defaultdict(list)
    for vote in votes:
        said[vote.number].append(vote.choice)
    return said


def closed_duels(duel: Duel) -> tuple[ClosedDuel, ...]:
    """Brief by brief, as the next round reads it. A brief without a better text has no probability.

    A brief that was forgotten teaches nothing more.
    """
    votes = counted(duel)
    return tuple(
        closed_duel(bout, [vote for vote in votes if vote.number == bout.number]) for bout in duel.bouts if bout.brief
    )


def closed_duel(bout: Bout, votes: Sequence[Vote]) -> ClosedDuel:
    tally = tally_of(votes)
    won, lost = max(tally.won, tally.lost), min(tally.won, tally.lost)
    first = tally.won >= tally.lost
    better, worse = (bout.one, bout.other) if first else (bout.other, bout.one)
    probability = chance_better(won, lost) if won > lost else None
    return ClosedDuel(bout.brief, better, worse, len(votes), probability, is_held_out=bout.is_held_out)


def words(text: str) -> int:
    """At least one, so that lengths can be divided."""
    return max(1, len(text.split()))
