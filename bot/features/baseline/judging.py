"""Judges say which text is the owner's; when all have, or the steward waits no longer, everybody reads the outcome."""

from dataclasses import dataclass
from datetime import datetime

from bot.features.baseline.sayings import say_pair, say_result, say_standing
from bot.features.baseline.writing import Case, load
from bot.lookup import only_collecting, only_steward
from pipeline.domain.baselines import Baseline, BaselineId, Guess
from pipeline.domain.work import AuditEntry
from pipeline.errors import ComparisonClosed, ComparisonUnderWay, NotAJudge
from pipeline.ports import ArtifactStore, Clock, Database, Transaction
from pipeline.told_apart import told_apart


@dataclass(frozen=True, slots=True)
class Place:
    """One pair before one judge."""

    baseline_id: BaselineId
    number: int


@dataclass(frozen=True, slots=True)
class Judge:
    """One answer; the newest stands until the end. Raises NotAJudge, ComparisonClosed, ConsentWithdrawn."""

    database: Database
    artifacts: ArtifactStore
    clock: Clock

    async def __call__(self, place: Place, team_id: str, user: str, guess: Guess) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            case = await judged(tx, place, team_id, user)
            await tx.judgements.give(case.baseline, user, place.number, guess, at=now)
            case = await load(tx, place.baseline_id)
            pair = next(one for one in case.baseline.pairs if one.number == place.number)
            await say_pair(tx, self.artifacts, case.baseline, pair, user)
            if case.baseline.waits_for:
                await say_standing(tx, case.baseline, case.voice, case.round)
            else:
                await close(tx, self.artifacts, case, user, now)


@dataclass(frozen=True, slots=True)
class CloseEarly:
    """What was answered counts; one judge at least must have answered everything.

    Raises NotSteward, ComparisonClosed, ComparisonUnderWay.
    """

    database: Database
    artifacts: ArtifactStore
    clock: Clock

    async def __call__(self, baseline_id: BaselineId, team_id: str, user: str) -> None:
        async with self.database.begin() as tx:
            case = await load(tx, baseline_id)
            only_this_team(case.baseline, team_id)
            only_steward(case.voice, user)
            only_open(case.baseline)
            if len(case.baseline.waits_for) == len(case.baseline.facts.judges):
                raise ComparisonUnderWay(case.baseline.still_owing)
            await close(tx, self.artifacts, case, user, self.clock())


async def close(tx: Transaction, artifacts: ArtifactStore, case: Case, user: str, now: datetime) -> None:
    await tx.baselines.end(case.baseline, "judged")
    baseline = await tx.baselines.by_id(case.baseline.baseline_id)
    for judge in baseline.facts.judges:
        for pair in baseline.to_judge:
            await say_pair(tx, artifacts, baseline, pair, judge)
    await say_standing(tx, baseline, case.voice, case.round)
    await say_result(tx, baseline, case.voice, case.round)
    told = told_apart(baseline)
    after = {"right": told.right, "fooled": told.fooled, "unsure": told.unsure, "waited_for": len(baseline.waits_for)}
    entry = AuditEntry(baseline.facts.team_id, user, "baseline.judged", case.round.card_key, after=after)
    await tx.audit.record(entry, now=now)


async def judged(tx: Transaction, place: Place, team_id: str, user: str) -> Case:
    case = await load(tx, place.baseline_id)
    only_this_team(case.baseline, team_id)
    if user not in case.baseline.facts.judges:
        raise NotAJudge
    only_open(case.baseline)
    await only_collecting(tx, case.voice)
    return case


def only_this_team(baseline: Baseline, team_id: str) -> None:
    if baseline.facts.team_id != team_id:
        raise NotAJudge


def only_open(baseline: Baseline) -> None:
    if baseline.state != "judging":
        raise ComparisonClosed
