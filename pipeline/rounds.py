"""What the feedback on a voice's drafts would become, were its next round locked now."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from pipeline.domain.drafting import DraftId
from pipeline.examples import HELD_OUT_SHARE
from pipeline.prompts import stable_hash, topic_of
from pipeline.rewrites import change_kind, changed_share
from pipeline.round_rows import (
    ClosedDuel,
    Contradiction,
    DatasetCounts,
    JudgedDraft,
    JudgedRewrite,
    KtoRow,
    NotUsed,
    NotUsedReason,
    PairRow,
    PairSource,
    RoundPreview,
    SftRow,
    Watch,
)
from pipeline.verdicts import VerdictState, Voters

# The published rules: docs/reference/emoji.md.
PAIRS_PER_BRIEF: Final = 2
DUEL_VOTERS: Final = 3
DUEL_PROBABILITY: Final = 0.75
OWN_TEXT_PERCENT: Final = 15  # of a round's examples
WATCH_FROM_PAIRS: Final = 5  # of fewer, a share says nothing
NEAR_SAME_SHARE: Final = 0.10  # words changed; for the two texts of one brief this is what minhash >= 0.9 means

_RANK: Final[dict[PairSource, int]] = {
    "owner's rewrite": 0,
    "editor's rewrite": 1,
    "member's rewrite": 2,
    "duel": 3,
    "verdicts": 4,
}
_OBJECTIONS: Final[frozenset[VerdictState]] = frozenset({"held", "contested", "bad"})
_AROUND_A_BRIEF: Final = " .,;:!?\"'“”‘’"


def normalised_brief(brief: str) -> str:
    """Two briefs with the same value are the same brief: case, blanks, width and signs around it do not count."""
    return " ".join(unicodedata.normalize("NFKC", brief).casefold().split()).strip(_AROUND_A_BRIEF)


def is_test_brief(brief: str) -> bool:
    """One in eight, forever; by the topic, so that a brief and a held-out title about one thing go the same way."""
    return stable_hash("split", topic_of(normalised_brief(brief))) < 2**64 // HELD_OUT_SHARE


def preview(
    drafts: Iterable[JudgedDraft],
    *,
    dataset: DatasetCounts,
    voters: Voters,
    duels: Sequence[ClosedDuel] = (),
    paused: bool = False,
) -> RoundPreview:
    """What one voice's feedback would become. Drafts come in any order; those without a text are not counted."""
    written = sorted((each for each in drafts if each.draft.written is not None), key=lambda d: d.draft.draft_id)
    undecided = tuple(each.draft.draft_id for each in written if each.is_undecided)
    written = [replace(each, verdict=each.settled) for each in written]
    accepted = {each.draft.draft_id: _accepted(each, voters) for each in written}
    reasons = {
        d.draft.draft_id: _why_not(d, rewritten=bool(accepted[d.draft.draft_id]), paused=paused) for d in written
    }
    usable = [each for each in written if reasons[each.draft.draft_id] is None]
    plain = [each for each in usable if not accepted[each.draft.draft_id]]
    rewrites = [(each, rewrite) for each in usable for rewrite in accepted[each.draft.draft_id]]
    good_duels = [] if paused else [duel for duel in duels if _decides(duel)]
    pairs, contradictions = _settled(
        [*_rewrite_pairs(rewrites, voters), *_duel_pairs(good_duels), *_verdict_pairs(usable)]
    )
    human = _without_near_same(_rewrite_rows(rewrites))
    own, own_waiting = _within_limit(_own_rows(plain, human), others=dataset.kept + len(human))
    return RoundPreview(
        dataset=dataset,
        sft=(*human, *own),
        pairs=pairs,
        kto=tuple(KtoRow(d.draft.asked.brief, _text(d), d.verdict.state == "good", d.draft.draft_id) for d in plain),
        used=tuple(each.draft.draft_id for each in usable),
        not_used=tuple(NotUsed(draft_id, reason) for draft_id, reason in reasons.items() if reason is not None),
        different_articles=sum(_kind(rewrite) == "different article" for _, rewrite in rewrites),
        own_waiting=own_waiting,
        undecided=undecided,
        contradictions=contradictions,
        regression_briefs=_distinct_briefs(d.draft.asked.brief for d in plain if d.verdict.state == "bad"),
        duels_not_used=len(duels) - len(good_duels),
        watch=_watch(pairs),
    )


def _why_not(judged: JudgedDraft, *, rewritten: bool, paused: bool) -> NotUsedReason | None:
    """None: it may train. A rewrite makes a thin draft useful; a contested or held one stays out whatever it has."""
    if paused:
        return "paused"
    if judged.draft.state == "withdrawn":
        return "withdrawn"
    if is_test_brief(judged.draft.asked.brief):
        return "test brief"
    match judged.verdict.state:
        case "held":
            return "held"
        case "contested":
            return "left out" if judged.decided == "out" else "contested"
        case "thin" if not rewritten:
            return "thin"
    return None


def _accepted(judged: JudgedDraft, voters: Voters) -> list[JudgedRewrite]:
    """Rewrites nobody objects to, by people who count; one that is the same text is a 👍 and no rewrite."""
    return [
        each
        for each in judged.rewrites
        if not each.rewrite.withdrawn
        and each.rewrite.facts.user not in voters.ignored
        and _kind(each) != "same"
        and (each.verdict is None or each.verdict.state not in _OBJECTIONS)
    ]


def _kind(judged: JudgedRewrite) -> str:
    return change_kind(judged.rewrite.facts.changed_share)


def _text(judged: JudgedDraft) -> str:
    return judged.draft.written.text if judged.draft.written is not None else ""


def _decides(duel: ClosedDuel) -> bool:
    return (
        duel.voters >= DUEL_VOTERS
        and duel.probability is not None
        and duel.probability >= DUEL_PROBABILITY
        and not duel.is_held_out
        and not is_test_brief(duel.brief)
    )


# Rows


def _rewrite_rows(rewrites: Iterable[tuple[JudgedDraft, JudgedRewrite]]) -> list[SftRow]:
    """Newest first."""
    newest = sorted(rewrites, key=lambda each: (each[1].rewrite.created_at, each[1].rewrite.rewrite_id), reverse=True)
    return [
        SftRow(each.draft.asked.brief, said.rewrite.facts.text, each.draft.draft_id, said.rewrite.facts.user)
        for each, said in newest
    ]


def _own_rows(plain: Iterable[JudgedDraft], human: Sequence[SftRow]) -> list[SftRow]:
    """Starred good drafts, the most liked first, where nobody wrote nearly the same."""
    starred = [each for each in plain if each.verdict.state == "good" and each.verdict.example]
    starred.sort(key=lambda d: (d.verdict.negative - d.verdict.positive, d.draft.draft_id))
    rows = [SftRow(each.draft.asked.brief, _text(each), each.draft.draft_id, by=None) for each in starred]
    return _without_near_same([*human, *rows])[len(human) :]


def _without_near_same(rows: Iterable[SftRow]) -> list[SftRow]:
    """The first of rows that have one brief and nearly one text."""
    kept: dict[str, list[SftRow]] = defaultdict(list)
    chosen: list[SftRow] = []
    for row in rows:
        known = kept[normalised_brief(row.brief)]
        if all(changed_share(other.text, row.text) > NEAR_SAME_SHARE for other in known):
            known.append(row)
            chosen.append(row)
    return chosen


def _within_limit(own: Sequence[SftRow], *, others: int) -> tuple[list[SftRow], tuple[DraftId, ...]]:
    """As many as keep own / (own + others) at the limit or below; and who waits."""
    most = OWN_TEXT_PERCENT * others // (100 - OWN_TEXT_PERCENT)
    return list(own[:most]), tuple(row.draft_id for row in own[most:])


# Pairs


def _rewrite_pairs(rewrites: Iterable[tuple[JudgedDraft, JudgedRewrite]], voters: Voters) -> list[PairRow]:
    corrections = [(each, said) for each, said in rewrites if _kind(said) == "correction"]
    corrections.sort(key=lambda each: (each[1].rewrite.created_at, each[1].rewrite.rewrite_id), reverse=True)
    return [
        PairRow(
            each.draft.asked.brief,
            said.rewrite.facts.text,
            _text(each),
            _source(said, voters),
            each.draft.draft_id,
            said.rewrite.facts.user,
        )
        for each, said in corrections
    ]


def _source(judged: JudgedRewrite, voters: Voters) -> PairSource:
    """A version with the owner's 👍 counts as the owner's."""
    user = judged.rewrite.facts.user
    if user == voters.owner or (judged.verdict is not None and judged.verdict.owner_polarity > 0):
        return "owner's rewrite"
    return "editor's rewrite" if user in voters.editors else "member's rewrite"


def _duel_pairs(duels: Iterable[ClosedDuel]) -> list[PairRow]:
    return [PairRow(duel.brief, duel.winner, duel.loser, "duel") for duel in duels]


def _verdict_pairs(usable: Iterable[JudgedDraft]) -> list[PairRow]:
    """A good and a bad draft of one brief; thumbs on different briefs compare nothing."""
    by_brief: dict[str, list[JudgedDraft]] = defaultdict(list)
    for each in usable:
        by_brief[normalised_brief(each.draft.asked.brief)].append(each)
    return [
        PairRow(good.draft.asked.brief, _text(good), _text(bad), "verdicts")
        for drafts in by_brief.values()
        for good in drafts
        if good.verdict.state == "good"
        for bad in drafts
        if bad.verdict.state == "bad"
    ]


def _settled(pairs: Iterable[PairRow]) -> tuple[tuple[PairRow, ...], tuple[Contradiction, ...]]:
    """Pairs by precedence, at most PAIRS_PER_BRIEF a brief; and the briefs that say both ways, each once.

    Both ways are looked for among all pairs, before precedence: an editor against a duel is left to people.
    """
    different = [pair for pair in pairs if _words(pair.chosen) != _words(pair.rejected)]
    ranked = sorted(different, key=lambda each: _RANK[each.source])
    said = {_direction(pair): pair for pair in reversed(ranked)}
    kept: dict[str, dict[tuple[str, str, str], PairRow]] = defaultdict(dict)
    contradictions: dict[str, Contradiction] = {}
    for pair in ranked:
        brief, better, worse = _direction(pair)
        if (against := said.get((brief, worse, better))) is not None:
            both = Contradiction(pair.brief, pair.chosen, pair.source, against.chosen, against.source)
            contradictions.setdefault(brief, both)
        elif len(kept[brief]) < PAIRS_PER_BRIEF:
            kept[brief].setdefault((brief, better, worse), pair)
    rows = [pair for of_brief in kept.values() for pair in of_brief.values()]
    return tuple(rows), tuple(contradictions.values())


def _direction(pair: PairRow) -> tuple[str, str, str]:
    return normalised_brief(pair.brief), _words(pair.chosen), _words(pair.rejected)


def _words(text: str) -> str:
    return " ".join(text.split())


def _distinct_briefs(briefs: Iterable[str]) -> tuple[str, ...]:
    """The first spelling of each brief."""
    spelled: dict[str, str] = {}
    for brief in briefs:
        spelled.setdefault(normalised_brief(brief), brief)
    return tuple(spelled.values())


def _watch(pairs: Sequence[PairRow]) -> Watch:
    if len(pairs) < WATCH_FROM_PAIRS:
        return Watch()
    longer = sum(len(pair.chosen.split()) > len(pair.rejected.split()) for pair in pairs)
    people = Counter(pair.by for pair in pairs if pair.by is not None)
    person, most = max(people.items(), key=lambda each: (each[1], each[0]), default=(None, 0))
    return Watch(longer / len(pairs), person, most / len(pairs))
