"""How the versions of a voice do, side by side (pure): strength, acceptance, edits, cost, speed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median
from typing import Final

from pipeline.domain.duels import Duel
from pipeline.domain.training import VoiceModel, VoiceModelId
from pipeline.duels import contests_of, counted
from pipeline.ratings import Strength, rate
from pipeline.rewrites import change_kind
from pipeline.round_rows import JudgedDraft

SLOW_SHARE: Final = 0.95  # of drafts that are at least so fast


@dataclass(frozen=True, slots=True)
class Line:
    """One version. strength: above the average of all that met in duels; None for one that met nobody.

    accepted: drafts that are good or were corrected, of `judged`. edited: words changed in corrections, 0 to 1.
    *_microusd, *_s: None while there is nothing to tell. votes: cast in its duels.
    """

    model: VoiceModel
    strength: Strength | None
    votes: int
    drafts: int
    judged: int
    accepted: int
    edited: float | None
    per_accepted_microusd: int | None
    middle_s: float | None
    slow_s: float | None
    tokens_per_s: float | None = None


def board(models: Sequence[VoiceModel], judged: Iterable[JudgedDraft], duels: Iterable[Duel]) -> tuple[Line, ...]:
    """Best first; versions without a duel last, the newest of them first."""
    strengths, votes = strengths_of(duels)
    by_model: dict[VoiceModelId, list[JudgedDraft]] = defaultdict(list)
    for each in judged:
        if each.draft.written is not None:
            by_model[each.draft.asked.voice_model_id].append(each)
    lines = [
        replace(
            line_of(model, by_model[model.voice_model_id]),
            strength=strengths.get(model.voice_model_id),
            votes=votes.get(model.voice_model_id, 0),
        )
        for model in models
    ]
    return tuple(sorted(lines, key=place))


def place(line: Line) -> tuple[bool, float]:
    if line.strength is None:
        return True, -line.model.version
    return False, -line.strength.points


def strengths_of(duels: Iterable[Duel]) -> tuple[dict[VoiceModelId, Strength], dict[VoiceModelId, int]]:
    """Over all closed duels at once, and how many votes each version stood in."""
    contests, votes = [], defaultdict[VoiceModelId, int](int)
    for duel in duels:
        if duel.state != "closed":
            continue
        names = {"one": str(duel.facts.one), "other": str(duel.facts.other)}
        met = contests_of(duel.bouts, counted(duel))
        contests += [
            replace(one, first=names["one"], second=names["other"], group=f"{duel.duel_id}:{one.group}") for one in met
        ]
        for model_id in (duel.facts.one, duel.facts.other):
            votes[model_id] += len(met)
    if not contests:
        return {}, {}
    ratings = rate(contests)
    return {VoiceModelId(int(name)): ratings.against_all(name) for name in ratings.names}, votes


def line_of(model: VoiceModel, drafts: Sequence[JudgedDraft]) -> Line:
    corrected = [each for each in drafts if corrections(each)]
    accepted = [each for each in drafts if each.verdict.state == "good" or each in corrected]
    judged = [each for each in drafts if each in accepted or each.verdict.state in ("bad", "contested", "held")]
    written = [each.draft.written for each in drafts if each.draft.written is not None]
    cost, seconds = sum(one.cost_microusd for one in written), sorted(one.latency_ms / 1000 for one in written)
    shares = [share for each in corrected for share in corrections(each)]
    return Line(
        model=model,
        strength=None,
        votes=0,
        drafts=len(drafts),
        judged=len(judged),
        accepted=len(accepted),
        edited=fmean(shares) if shares else None,
        per_accepted_microusd=round(cost / len(accepted)) if accepted else None,
        middle_s=median(seconds) if seconds else None,
        tokens_per_s=sum(one.completion_tokens for one in written) / sum(seconds) if sum(seconds) else None,
        slow_s=seconds[min(len(seconds) - 1, int(len(seconds) * SLOW_SHARE))] if seconds else None,
    )


def corrections(judged: JudgedDraft) -> list[float]:
    """Shares of words changed in corrections of the draft that stand."""
    shares = [each.rewrite.facts.changed_share for each in judged.rewrites if not each.rewrite.withdrawn]
    return [share for share in shares if change_kind(share) == "correction"]
