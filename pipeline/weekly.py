"""What a week of drafts came to, and whether it drifted from the weeks before (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import comb
from statistics import fmean, median
from typing import Any, Final

from pipeline.board import corrections
from pipeline.drift import Shape, drifted
from pipeline.round_rows import JudgedDraft

WEEK: Final = timedelta(days=7)
BEFORE: Final = timedelta(days=28)  # what a week is compared with: four weeks, each day of the week as often
FEW: Final = 10  # drafts or judgements of which less says nothing
FEW_CORRECTIONS: Final = 5
BY_CHANCE: Final = 0.05  # of two shares, one-sided
EDITS_RISE: Final = 0.10  # of a draft's words: a tenth more to correct
COMPARED: Final = 30  # newest drafts that are compared with one another


@dataclass(frozen=True, slots=True)
class Week:
    """asked: drafts written. accepted, of judged. edited: share of words changed in corrections; None without any."""

    asked: int
    accepted: int
    judged: int
    edited: float | None
    corrections: int
    cost_microusd: int
    middle_s: float | None
    length: float
    sameness: float

    @property
    def facts(self) -> dict[str, Any]:
        """JSON values."""
        names = ("asked", "accepted", "judged", "edited", "cost_microusd", "middle_s")
        return {name: getattr(self, name) for name in names}


def weeks_of(drafts: Sequence[JudgedDraft], *, until: datetime) -> tuple[Week, Week]:
    """The seven days that end at `until`, and the 28 days before those."""
    last = [one for one in drafts if until - WEEK <= one.draft.created_at < until]
    before = [one for one in drafts if until - WEEK - BEFORE <= one.draft.created_at < until - WEEK]
    return week_of(last), week_of(before)


def week_of(drafts: Sequence[JudgedDraft]) -> Week:
    stood = [(one, one.draft.written) for one in drafts if one.draft.written is not None]
    corrected = [share for one, _ in stood for share in corrections(one)]
    accepted = [one for one, _ in stood if one.verdict.state == "good" or corrections(one)]
    judged = [one for one, _ in stood if one in accepted or one.verdict.state in ("bad", "contested", "held")]
    shape = Shape.of([written.text for _, written in stood[-COMPARED:]])
    lengths = [len(written.text.split()) / one.draft.asked.words for one, written in stood]
    return Week(
        asked=len(stood),
        accepted=len(accepted),
        judged=len(judged),
        edited=fmean(corrected) if corrected else None,
        corrections=len(corrected),
        cost_microusd=sum(written.cost_microusd for _, written in stood),
        middle_s=median(written.latency_ms for _, written in stood) / 1000 if stood else None,
        length=median(lengths) if lengths else 0.0,
        sameness=shape.sameness,
    )


def alarms(last: Week, before: Week) -> tuple[str, ...]:
    """Sentences for people, about the last week. Few drafts raise none."""
    told = []
    enough_judged = min(last.judged, before.judged) >= FEW
    if enough_judged and by_chance(last.accepted, last.judged, before.accepted, before.judged) <= BY_CHANCE:
        told.append(f"{share(last)} of the judged drafts were accepted, {share(before)} in the four weeks before")
    if last.edited is not None and before.edited is not None:
        has_enough = min(last.corrections, before.corrections) >= FEW_CORRECTIONS
        if has_enough and last.edited - before.edited >= EDITS_RISE:
            told.append(f"corrections change {percent(last.edited)} of the words, {percent(before.edited)} before")
    if min(last.asked, before.asked) >= FEW:
        told += drifted(Shape(before.length, before.sameness), Shape(last.length, last.sameness))
    return tuple(told)


def by_chance(accepted: int, judged: int, accepted_before: int, judged_before: int) -> float:
    """How often so few or fewer would be accepted were both groups the same: Fisher's exact test, one-sided."""
    every, good = judged + judged_before, accepted + accepted_before
    ways = sum(comb(good, hits) * comb(every - good, judged - hits) for hits in range(accepted + 1))
    return ways / comb(every, judged)


def share(week: Week) -> str:
    return percent(week.accepted / week.judged)


def percent(value: float) -> str:
    return f"{value:.0%}".replace("%", " %")
