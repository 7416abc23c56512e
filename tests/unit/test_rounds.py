"""Feedback to rows: the table of the product, and what must hold for any feedback."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.drafting import Draft, DraftId, DraftState, NewDraft, NewRewrite, Rewrite, RewriteId, Written
from pipeline.domain.training import VoiceModelId
from pipeline.domain.voices import VoiceId
from pipeline.rewrites import changed_share
from pipeline.round_rows import ClosedDuel, Contradiction, DatasetCounts, JudgedDraft, JudgedRewrite, RoundPreview
from pipeline.rounds import is_test_brief, normalised_brief, preview
from pipeline.verdicts import Verdict, VerdictState, Voters

OWNER, EDITOR, ANN, GUEST = "UOWN", "UED1", "UANN", "UGUE"
VOTERS = Voters(owner=OWNER, editors=frozenset({EDITOR}), ignored=frozenset({GUEST}))
START = datetime(2026, 11, 21, tzinfo=UTC)
BRIEFS = [brief for number in range(60) if not is_test_brief(brief := f"subject {number}")][:20]
TEST_BRIEF = next(brief for number in count() if is_test_brief(brief := f"subject {number}"))
BIG = DatasetCounts(examples=87)


def words(count: int, seed: str = "w") -> str:
    return " ".join(f"{seed}{number}" for number in range(count))


def draft(
    number: int,
    state: VerdictState = "thin",
    *rewrites: JudgedRewrite,
    brief: str = BRIEFS[0],
    text: str | None = None,
    draft_state: DraftState = "posted",
    **verdict: Any,
) -> JudgedDraft:
    asked = NewDraft("T1", VoiceId(1), VoiceModelId(1), brief, 700, 0.7, ANN, "C1")
    written = Written(words(20, f"d{number}x") if text is None else text, 1, 1, 1, 1, "stop")
    if draft_state in ("asked", "failed"):
        return JudgedDraft(Draft(DraftId(number), asked, draft_state, START), Verdict(state))
    stored = Draft(DraftId(number), asked, draft_state, START, written)
    return JudgedDraft(stored, Verdict(state, **verdict), rewrites)


def rewrite(
    number: int,
    *,
    user: str = EDITOR,
    share: float = 0.2,
    text: str | None = None,
    withdrawn: bool = False,
    verdict: Verdict | None = None,
) -> JudgedRewrite:
    body = words(22, f"r{number}x") if text is None else text
    facts = NewRewrite("T1", DraftId(1), user, "C1", f"{number}.0", body, share)
    made_at = START + timedelta(minutes=number)
    return JudgedRewrite(Rewrite(RewriteId(number), facts, 1, withdrawn, made_at), verdict)


def previewed(*drafts: JudgedDraft, dataset: DatasetCounts = BIG, **more: Any) -> RoundPreview:
    return preview(drafts, dataset=dataset, voters=VOTERS, **more)


def shape(round_preview: RoundPreview) -> tuple[int, int, list[bool]]:
    """Examples, pairs, and the thumbs of single drafts."""
    return len(round_preview.sft), len(round_preview.pairs), [row.good for row in round_preview.kto]


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        (draft(1, "good"), (0, 0, [True])),
        (draft(1, "good", example=True, positive=2), (1, 0, [True])),
        (draft(1, "bad"), (0, 0, [False])),
        (draft(1, "thin"), (0, 0, [])),
        (draft(1, "bad", rewrite(1, share=0.2)), (1, 1, [])),
        (draft(1, "thin", rewrite(1, share=0.2)), (1, 1, [])),
        (draft(1, "bad", rewrite(1, share=0.71)), (1, 0, [])),
        (draft(1, "bad", rewrite(1, share=0.02)), (0, 0, [False])),
        (draft(1, "bad", rewrite(1, withdrawn=True)), (0, 0, [False])),
        (draft(1, "bad", rewrite(1, user=GUEST)), (0, 0, [False])),
        (draft(1, "bad", rewrite(1, verdict=Verdict("bad"))), (0, 0, [False])),
        (draft(1, "bad", rewrite(1, verdict=Verdict("held"))), (0, 0, [False])),
        (draft(1, "held", rewrite(1)), (0, 0, [])),
        (draft(1, "contested", rewrite(1)), (0, 0, [])),
        (draft(1, "good", brief=TEST_BRIEF, example=True), (0, 0, [])),
        (draft(1, "bad", rewrite(1), brief=TEST_BRIEF), (0, 0, [])),
        (draft(1, "good", draft_state="withdrawn"), (0, 0, [])),
        (draft(1, draft_state="failed"), (0, 0, [])),
    ],
)
def test_one_draft_becomes_what_the_table_says(judged: JudgedDraft, expected: tuple[int, int, list[bool]]) -> None:
    assert shape(previewed(judged)) == expected


def test_rows_carry_the_words() -> None:
    fixed = draft(1, "bad", rewrite(1, text="better words", user=ANN), text="poor words")
    found = previewed(fixed)
    assert (found.sft[0].brief, found.sft[0].text, found.sft[0].by) == (BRIEFS[0], "better words", ANN)
    pair = found.pairs[0]
    assert (pair.chosen, pair.rejected, pair.source, pair.by) == ("better words", "poor words", "member's rewrite", ANN)


def test_what_is_not_used_has_its_reason() -> None:
    found = previewed(
        draft(1, "thin"),
        draft(2, "contested"),
        draft(3, "held"),
        draft(4, "good", brief=TEST_BRIEF),
        draft(5, "good", draft_state="withdrawn"),
        draft(6, "thin"),
        draft(7, draft_state="asked"),
    )
    assert found.count_not_used() == {"thin": 2, "contested": 1, "held": 1, "test brief": 1, "withdrawn": 1}
    assert found.used == ()


def test_a_paused_voice_gives_nothing() -> None:
    duel = ClosedDuel(BRIEFS[1], "a", "b", 5, 0.9)
    found = previewed(draft(1, "good", example=True), draft(2, "bad", rewrite(1)), paused=True, duels=[duel])
    assert (shape(found), found.count_not_used(), found.duels_not_used) == ((0, 0, []), {"paused": 2}, 1)


@pytest.mark.parametrize(
    ("duel", "pairs"),
    [
        (ClosedDuel(BRIEFS[0], "a", "b", 3, 0.75), 1),
        (ClosedDuel(BRIEFS[0], "a", "b", 2, 0.99), 0),
        (ClosedDuel(BRIEFS[0], "a", "b", 9, 0.74), 0),
        (ClosedDuel(BRIEFS[0], "a", "b", 9, None), 0),
        (ClosedDuel(BRIEFS[0], "a", "a", 9, 0.9), 0),
        (ClosedDuel(TEST_BRIEF, "a", "b", 9, 0.9), 0),
    ],
)
def test_a_duel_makes_a_pair_only_when_it_decided(duel: ClosedDuel, pairs: int) -> None:
    assert len(previewed(duels=[duel]).pairs) == pairs


def test_a_duel_about_a_text_that_nobody_trains_on_makes_no_pair() -> None:
    assert previewed(duels=[ClosedDuel(BRIEFS[0], "a", "b", 5, 0.9, is_held_out=True)]).pairs == ()


def test_good_and_bad_make_a_pair_only_on_one_brief() -> None:
    one = previewed(draft(1, "good", brief="On  Harbours."), draft(2, "bad", brief="on harbours"))
    two = previewed(draft(1, "good", brief=BRIEFS[0]), draft(2, "bad", brief=BRIEFS[1]))
    assert [pair.source for pair in one.pairs] == ["verdicts"]
    assert two.pairs == ()


def test_precedence_of_one_brief_and_two_pairs_at_most() -> None:
    drafts = [
        draft(1, "good"),
        draft(2, "bad"),
        draft(3, "bad", rewrite(1, user=ANN)),
        draft(4, "bad", rewrite(2, user=EDITOR)),
        draft(5, "bad", rewrite(3, user=OWNER)),
    ]
    duels = [ClosedDuel(BRIEFS[0], words(5, "a"), words(5, "b"), 5, 0.9)]
    sources = []
    for most in range(5, 0, -1):
        sources.append([pair.source for pair in previewed(*drafts[:most], duels=duels).pairs])
    assert sources == [
        ["owner's rewrite", "editor's rewrite"],
        ["editor's rewrite", "member's rewrite"],
        ["member's rewrite", "duel"],
        ["duel", "verdicts"],
        ["duel"],
    ]


def test_the_owners_thumb_lifts_a_members_rewrite_above_the_editors() -> None:
    liked = rewrite(1, user=ANN, verdict=Verdict("good", 3, 0, owner_polarity=1))
    found = previewed(draft(1, "bad", liked), draft(2, "bad", rewrite(2, user=EDITOR)))
    assert [(pair.source, pair.by) for pair in found.pairs] == [("owner's rewrite", ANN), ("editor's rewrite", EDITOR)]


def test_both_ways_leaves_both_out_and_lists_the_brief() -> None:
    fixed = draft(1, "bad", rewrite(1, text="text  a"), text="text b")
    duels = [ClosedDuel(BRIEFS[0].upper(), "text b", "text a", 5, 0.9), ClosedDuel(BRIEFS[1], "c", "d", 5, 0.9)]
    found = previewed(fixed, duels=duels)
    assert [pair.brief for pair in found.pairs] == [BRIEFS[1]]
    assert found.contradictions == (Contradiction(BRIEFS[0], "text  a", "editor's rewrite", "text b", "duel"),)
    assert len(found.sft) == 1  # the rewrite itself stays an example


def test_nearly_the_same_text_of_one_brief_is_one_row_and_the_newest_stays() -> None:
    older, newer = words(40), words(39) + " other"  # 1 of 40 words
    found = previewed(draft(1, "bad", rewrite(1, text=older)), draft(2, "bad", rewrite(2, text=newer)))
    assert [row.text for row in found.sft] == [newer]
    apart = previewed(draft(1, "bad", rewrite(1, text=older)), draft(2, "bad", rewrite(2, text=newer), brief=BRIEFS[1]))
    assert len(apart.sft) == 2


@pytest.mark.parametrize(
    ("others", "starred", "kept"),
    [
        (85, 20, 15),  # 15 / 100 = 15 %
        (84, 20, 14),  # 14 / 98 = 14.3 %; 15 / 99 would be 15.2 %
        (87, 3, 3),
        (5, 3, 0),  # 1 / 6 = 16.7 %
        (6, 3, 1),  # 1 / 7 = 14.3 %
        (0, 3, 0),
    ],
)
def test_the_models_own_text_is_at_most_15_percent(others: int, starred: int, kept: int) -> None:
    drafts = [
        draft(number, "good", brief=f"{BRIEFS[0]} {number}", example=True, positive=number)
        for number in range(1, 60)
        if not is_test_brief(f"{BRIEFS[0]} {number}")
    ][:starred]
    found = previewed(*drafts, dataset=DatasetCounts(others))
    assert (len(found.sft), len(found.own_waiting)) == (kept, starred - kept)
    assert len(found.kto) == starred
    ids = sorted((each.draft.draft_id for each in drafts), reverse=True)
    assert [row.draft_id for row in found.sft] == ids[:kept]  # the most liked first


def test_the_arithmetic_of_the_round() -> None:
    dataset = DatasetCounts(examples=87, new_documents=12, withdrawn=3)
    fixed = [draft(n, "bad", rewrite(n), brief=BRIEFS[n]) for n in range(5)]
    found = previewed(*fixed, dataset=dataset)
    assert found.examples == 101  # 87 + 12 - 3 + 5
    assert found.method == "sft"


@pytest.mark.parametrize(("pairs", "method"), [(99, "sft"), (100, "dpo")])
def test_preferences_are_proposed_from_a_hundred_pairs(pairs: int, method: str) -> None:
    briefs = [brief for number in range(200) if not is_test_brief(brief := f"matter {number}")]
    duels = [ClosedDuel(brief, "a", "b", 3, 0.9) for brief in briefs[:pairs]]
    assert previewed(duels=duels).method == method


@pytest.mark.parametrize(("longer", "warned"), [(7, False), (8, True)])
def test_longer_is_warned_of_above_seventy_percent(longer: int, *, warned: bool) -> None:
    duels = [ClosedDuel(BRIEFS[n], "a b c", "a b", 5, 0.9) for n in range(longer)]
    duels += [ClosedDuel(BRIEFS[n], "a b", "c d", 5, 0.9) for n in range(longer, 10)]
    watch = previewed(duels=duels).watch
    assert (watch.longer_share, watch.teaches_longer) == (longer / 10, warned)


@pytest.mark.parametrize(("fixes", "warned"), [(4, False), (5, True)])
def test_one_persons_taste_is_warned_of_above_forty_percent(fixes: int, *, warned: bool) -> None:
    mine = [draft(n, "bad", rewrite(n, user=ANN), brief=BRIEFS[n]) for n in range(fixes)]
    duels = [ClosedDuel(BRIEFS[n], "a", "b", 5, 0.9) for n in range(fixes, 10)]
    watch = previewed(*mine, duels=duels).watch
    assert (watch.main_person, watch.main_person_share, watch.one_persons_taste) == (ANN, fixes / 10, warned)


def test_bad_drafts_without_a_rewrite_are_tried_again() -> None:
    found = previewed(draft(1, "bad"), draft(2, "bad", brief=BRIEFS[0] + "!"), draft(3, "bad", rewrite(1), brief="x y"))
    assert found.regression_briefs == (BRIEFS[0],)


# Test briefs


def test_about_one_brief_in_eight_is_a_test() -> None:
    tests = sum(is_test_brief(f"thing {number} of {number % 7}") for number in range(4_000))
    assert 0.10 < tests / 4_000 < 0.15  # 1/8, give or take five standard deviations of 0.005


@given(st.text(max_size=40), st.sampled_from(["  {} ", "{}.", "“{}”", "{}?!"]))
def test_spelling_moves_no_brief_between_train_and_test(brief: str, around: str) -> None:
    other = around.format(brief)
    assert normalised_brief(other) == normalised_brief(brief)
    assert is_test_brief(other) == is_test_brief(brief)


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(brief: str) -> None:
    assert normalised_brief(normalised_brief(brief)) == normalised_brief(brief)


# For any feedback

verdicts = st.builds(
    Verdict,
    st.sampled_from(["held", "contested", "good", "bad", "thin"]),
    positive=st.integers(0, 5),
    negative=st.integers(0, 5),
    owner_polarity=st.sampled_from([-1, 0, 1]),
    example=st.booleans(),
)
short_texts = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=4).map(" ".join)
rewrites = st.builds(
    rewrite,
    st.integers(1, 50),
    user=st.sampled_from([OWNER, EDITOR, ANN, GUEST]),
    share=st.sampled_from([0.0, 0.02, 0.03, 0.3, 0.7, 0.8, 1.0]),
    text=short_texts,
    withdrawn=st.booleans(),
    verdict=st.none() | verdicts,
)
all_briefs = st.sampled_from([*BRIEFS[:3], BRIEFS[0].upper() + " ", TEST_BRIEF])


@st.composite
def feedback(make: st.DrawFn) -> list[JudgedDraft]:
    judged = []
    for number in range(make(st.integers(0, 8))):
        said = make(verdicts)
        stored = draft(
            number,
            brief=make(all_briefs),
            text=make(short_texts),
            draft_state=make(st.sampled_from(["posted", "posted", "withdrawn", "failed"])),
        ).draft
        judged.append(JudgedDraft(stored, said, tuple(make(st.lists(rewrites, max_size=3)))))
    return judged


some_duels = st.lists(
    st.builds(ClosedDuel, all_briefs, short_texts, short_texts, st.integers(0, 5), st.none() | st.floats(0, 1)),
    max_size=4,
)


@given(feedback(), some_duels, st.integers(0, 20), st.booleans())
def test_every_written_draft_is_used_or_not_used_once(
    drafts: list[JudgedDraft],
    duels: list[ClosedDuel],
    examples: int,
    paused: bool,
) -> None:
    found = previewed(*drafts, dataset=DatasetCounts(examples), duels=duels, paused=paused)
    told = [*found.used, *(each.draft_id for each in found.not_used)]
    assert Counter(told) == Counter(d.draft.draft_id for d in drafts if d.draft.written is not None)
    assert {row.draft_id for row in found.sft} | {row.draft_id for row in found.kto} <= set(found.used)
    assert {pair.draft_id for pair in found.pairs} - {None} <= set(found.used)


@given(feedback(), some_duels, st.integers(0, 20))
def test_what_must_never_train_never_does(drafts: list[JudgedDraft], duels: list[ClosedDuel], examples: int) -> None:
    found = previewed(*drafts, dataset=DatasetCounts(examples), duels=duels)
    briefs = [*(r.brief for r in found.sft), *(r.brief for r in found.kto), *(r.brief for r in found.pairs)]
    assert not any(is_test_brief(brief) for brief in briefs)
    by_id = {judged.draft.draft_id: judged for judged in drafts}
    for draft_id in found.used:
        assert by_id[draft_id].verdict.state not in ("held", "contested")
        assert by_id[draft_id].draft.state == "posted"
    assert {row.by for row in found.sft} <= {None, OWNER, EDITOR, ANN}
    own = sum(row.by is None for row in found.sft)
    assert own * 100 <= 15 * found.examples


@given(feedback(), some_duels)
def test_pairs_never_contradict_and_are_few_per_brief(drafts: list[JudgedDraft], duels: list[ClosedDuel]) -> None:
    found = previewed(*drafts, duels=duels)
    said = {(normalised_brief(pair.brief), pair.chosen, pair.rejected) for pair in found.pairs}
    assert len(said) == len(found.pairs)
    assert not any((brief, worse, better) in said for brief, better, worse in said)
    assert all(pair.chosen != pair.rejected for pair in found.pairs)
    assert max(Counter(brief for brief, _, _ in said).values(), default=0) <= 2


@given(feedback(), some_duels)
def test_examples_of_one_brief_are_apart(drafts: list[JudgedDraft], duels: list[ClosedDuel]) -> None:
    rows = previewed(*drafts, duels=duels).sft
    for at, row in enumerate(rows):
        for other in rows[:at]:
            if normalised_brief(row.brief) == normalised_brief(other.brief):
                assert changed_share(other.text, row.text) > 0.1


@given(st.data())
def test_the_order_of_drafts_does_not_matter(data: st.DataObject) -> None:
    drafts = data.draw(feedback())
    assert previewed(*data.draw(st.permutations(drafts))) == previewed(*drafts)
