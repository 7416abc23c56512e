"""Reactions to verdicts: the tables of the product, and any order of any repeats."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.drafting import Reaction
from pipeline.verdicts import MEANINGS, Meaning, Verdict, Voters, Weights, canonical, fold, mended, verdict

OWNER, EDITOR, EDITOR_2, ANN, BOB, CAT, GUEST, BOT = "UOWN", "UED1", "UED2", "UANN", "UBOB", "UCAT", "UGUE", "UBOT"
VOTERS = Voters(owner=OWNER, editors=frozenset({EDITOR, EDITOR_2}), ignored=frozenset({GUEST, BOT}))
PEOPLE = [OWNER, EDITOR, EDITOR_2, ANN, BOB, CAT, GUEST, BOT]


def on(user: str, name: str, at: float = 1.0, *, present: bool = True) -> Reaction:
    return Reaction("T1", "C1", "100.000100", user, name, present, f"{at:.6f}")


def judged(*reactions: Reaction, **more: Any) -> Verdict:
    return verdict(reactions, voters=VOTERS, **more)


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("+1", "+1"),
        ("thumbsup", "+1"),
        ("thumbsup::skin-tone-2", "+1"),
        ("+1::skin-tone-6", "+1"),
        ("thumbsdown::skin-tone-3", "-1"),
        (":star:", "star"),
        ("tada", "tada"),
    ],
)
def test_skin_tone_is_stripped_and_aliases_folded(sent: str, name: str) -> None:
    assert canonical(sent) == name


@pytest.mark.parametrize(
    ("name", "polarity", "holds"),
    [
        ("+1", 1, False),
        ("-1", -1, False),
        ("pencil2", 0, False),
        ("no_entry_sign", 0, True),
        ("dart", 1, False),
        ("robot_face", -1, False),
        ("star", 1, False),
        ("rotating_light", 0, True),
    ],
)
def test_the_eight_emoji_mean_what_the_table_says(name: str, polarity: int, holds: bool) -> None:
    assert (MEANINGS[name].polarity, MEANINGS[name].holds) == (polarity, holds)
    assert len(MEANINGS) == 8


@pytest.mark.parametrize(
    ("reactions", "state", "positive", "negative"),
    [
        ([], "thin", 0, 0),
        ([(ANN, "+1")], "thin", 1, 0),
        ([(ANN, "+1"), (BOB, "dart")], "good", 2, 0),  # 1 + 1
        ([(EDITOR, "+1")], "good", 2, 0),
        ([(OWNER, "+1")], "good", 3, 0),
        ([(EDITOR, "-1")], "bad", 0, 2),
        ([(ANN, "-1"), (BOB, "robot_face")], "bad", 0, 2),
        ([(EDITOR, "+1"), (ANN, "-1")], "thin", 2, 1),  # 2 - 1 < 2, and N < 2
        ([(OWNER, "+1"), (ANN, "-1")], "good", 3, 1),
        ([(OWNER, "-1"), (ANN, "+1")], "bad", 1, 3),
        ([(EDITOR, "+1"), (EDITOR_2, "-1")], "contested", 2, 2),
        ([(OWNER, "+1"), (EDITOR, "-1")], "contested", 3, 2),
        ([(EDITOR, "+1"), (EDITOR_2, "+1"), (ANN, "+1"), (OWNER, "-1")], "contested", 5, 3),
        ([(EDITOR, "+1"), (EDITOR_2, "-1"), (ANN, "no_entry_sign")], "held", 2, 2),
        ([(OWNER, "+1"), (ANN, "rotating_light")], "held", 3, 0),
        ([(ANN, "pencil2"), (BOB, "tada"), (CAT, "eyes")], "thin", 0, 0),
        ([(GUEST, "+1"), (BOT, "+1"), (GUEST, "no_entry_sign")], "thin", 0, 0),
        ([(ANN, "+1"), (ANN, "dart"), (ANN, "star")], "thin", 1, 0),  # one person, one word
    ],
)
def test_verdicts_by_the_table(reactions: list[tuple[str, str]], state: str, positive: int, negative: int) -> None:
    said = judged(*(on(user, name) for user, name in reactions))
    assert (said.state, said.positive, said.negative) == (state, positive, negative)


def test_an_owner_who_says_no_is_not_outvoted_whatever_the_weights() -> None:
    said = judged(on(OWNER, "-1"), *(on(user, "+1") for user in (ANN, BOB, CAT)), weights=Weights(owner=1))
    assert (said.positive, said.negative, said.state, said.owner_polarity) == (3, 1, "thin", -1)


def test_the_latest_word_counts_and_removing_it_restores_the_one_before() -> None:
    up, down = on(EDITOR, "+1", 1), on(EDITOR, "-1", 2)
    assert judged(up, down).state == "bad"
    assert judged(up, down, on(EDITOR, "-1", 3, present=False)).state == "good"


def test_two_skin_tones_are_one_vote_until_both_are_gone() -> None:
    light, dark = on(EDITOR, "+1::skin-tone-2", 1), on(EDITOR, "+1::skin-tone-6", 2)
    gone = [on(EDITOR, light.name, 3, present=False), on(EDITOR, dark.name, 4, present=False)]
    assert [judged(light, dark, *gone[:count]).positive for count in range(3)] == [2, 2, 0]


def test_a_hold_lasts_until_it_is_removed_or_cleared() -> None:
    up, hold = on(OWNER, "+1", 1), on(ANN, "no_entry_sign", 5)
    assert (judged(up, hold).state, judged(up, hold).held_by) == ("held", (ANN,))
    assert judged(up, hold, on(ANN, "no_entry_sign", 6, present=False)).state == "good"
    assert judged(up, hold, holds_cleared_at="5.000000").state == "good"
    assert judged(up, hold, holds_cleared_at="4.999999").state == "held"


def test_times_are_compared_as_numbers() -> None:
    assert judged(on(EDITOR, "+1", 9), on(EDITOR, "-1", 10)).state == "bad"


def test_a_star_makes_an_example_only_from_an_editor_or_the_owner() -> None:
    assert [judged(on(user, "star")).example for user in (OWNER, EDITOR, ANN, GUEST)] == [True, True, False, False]


def test_who_said_what_is_kept() -> None:
    said = judged(on(BOB, "pencil2"), on(ANN, "pencil2"), on(CAT, "rotating_light"), on(ANN, "dart"), on(BOB, "dart"))
    assert (said.fixers, said.alarmed_by, said.held_by) == ((ANN, BOB), (CAT,), (CAT,))
    assert (said.sounds_right, said.sounds_like_ai) == (2, 0)


def test_an_admin_can_give_an_emoji_another_meaning() -> None:
    heart = {"heart": Meaning("use", polarity=1)}
    assert judged(on(OWNER, "heart"), on(EDITOR, "-1"), meanings=heart).state == "good"


# Any order, any repeats

NAMES = [*MEANINGS, "thumbsup", "+1::skin-tone-2", "thumbsdown::skin-tone-5", "tada"]
# Few people and few emoji, so that the same one is given, taken back and given again within one history.
crowded = st.builds(
    on,
    st.sampled_from([OWNER, EDITOR, ANN, GUEST]),
    st.sampled_from(["+1", "-1", "no_entry_sign"]),
    st.integers(1, 12).map(float),
    present=st.booleans(),
)
varied = st.builds(
    on, st.sampled_from(PEOPLE), st.sampled_from(NAMES), st.integers(1, 12).map(float), present=st.booleans()
)
histories = st.lists(crowded, min_size=4, max_size=16) | st.lists(varied, max_size=30)


def final_state(history: list[Reaction]) -> dict[tuple[str, str], Reaction]:
    """What Slack would show: replayed in the order of event_ts, a presence after an absence of the same instant."""
    shown: dict[tuple[str, str], Reaction] = {}
    for each in sorted(history, key=lambda reaction: (float(reaction.event_ts), reaction.present)):
        shown[each.user, each.name] = each
    return shown


def expected(history: list[Reaction]) -> tuple[str, int, int]:
    """The verdict said again, slowly, from the final state."""
    last: dict[str, int] = {}
    held = False
    for each in sorted(final_state(history).values(), key=lambda r: (float(r.event_ts), -polarity_of(r))):
        if each.present and each.user not in (GUEST, BOT):
            held = held or canonical(each.name) in ("no_entry_sign", "rotating_light")
            last[each.user] = polarity_of(each) or last.get(each.user, 0)
    weight = {OWNER: 3, EDITOR: 2, EDITOR_2: 2}
    p = sum(weight.get(user, 1) for user, sign in last.items() if sign == 1)
    n = sum(weight.get(user, 1) for user, sign in last.items() if sign == -1)
    if held:
        return "held", p, n
    if min(p, n) >= 2:
        return "contested", p, n
    if p - n >= 2:
        return "good", p, n
    return ("bad" if n - p >= 2 else "thin"), p, n


def polarity_of(reaction: Reaction) -> int:
    up, down = ("+1", "dart", "star"), ("-1", "robot_face")
    return (canonical(reaction.name) in up) - (canonical(reaction.name) in down)


@given(histories, st.data())
def test_any_order_and_any_repeats_give_the_verdict_of_the_final_state(
    history: list[Reaction], data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(history), max_size=20)) if history else []
    delivered = data.draw(st.permutations(history + repeats))
    said = judged(*delivered)
    assert said == judged(*history) == judged(*final_state(history).values())
    assert (said.state, said.positive, said.negative) == expected(history)


@given(histories)
def test_folding_again_changes_nothing(history: list[Reaction]) -> None:
    once = fold(history)
    assert fold(once) == once
    assert len({(each.user, each.name) for each in once}) == len(once)


@given(histories)
def test_what_guests_and_bots_do_changes_nothing(history: list[Reaction]) -> None:
    assert judged(*history) == judged(*(each for each in history if each.user not in (GUEST, BOT)))


@given(histories)
def test_a_verdict_only_trains_when_it_is_clear(history: list[Reaction]) -> None:
    said = judged(*history)
    if said.state == "good":
        assert said.positive - said.negative >= 2 and said.owner_polarity >= 0 and not said.held_by
    if said.state == "bad":
        assert said.negative - said.positive >= 2 and not said.held_by


PRESSED = {
    "UOWNER": ("+1",),
    "UEDITOR": ("-1", "no_entry_sign"),
    "UMEMBER": ("+1::skin-tone-3", "star"),
    "UGUEST": ("-1",),
}
STEPS = st.lists(st.sampled_from([(user, name) for user, names in PRESSED.items() for name in names]), max_size=24)


@given(STEPS, st.data())
def test_any_order_any_repeats_and_any_loss_followed_by_a_sweep_give_the_final_states_verdict(
    steps: list[tuple[str, str]], data: st.DataObject
) -> None:
    """Each step presses an emoji: there, gone, there … A tenth of a storm is lost, or all of it."""
    there: dict[tuple[str, str], bool] = {}
    events = []
    for at, (user, name) in enumerate(steps):
        there[user, name] = not there.get((user, name), False)
        events.append(Reaction("T1", "C1", "1.1", user, name, present=there[user, name], event_ts=f"{at + 1}.000000"))
    kept = [event for event in events if not data.draw(st.booleans())]
    repeated = [event for event in kept for _ in range(data.draw(st.integers(1, 3)))]
    delivered = fold(data.draw(st.permutations(repeated)))
    shown: dict[str, list[str]] = {}
    for (user, name), is_there in there.items():
        if is_there:
            shown.setdefault(name, []).append(user)
    swept = [*delivered, *mended(delivered, shown, message=("T1", "C1", "1.1"), at="100.000000")]
    voters = Voters("UOWNER", frozenset({"UEDITOR"}), frozenset({"UGUEST"}))
    final = [event for event in fold(events) if event.present]
    assert verdict(swept, voters=voters) == verdict(final, voters=voters)
    assert mended(swept, shown, message=("T1", "C1", "1.1"), at="101.000000") == []


def test_an_event_that_came_after_slack_was_asked_stands() -> None:
    newer = Reaction("T1", "C1", "1.1", "UMEMBER", "+1", present=True, event_ts="200.000000")
    assert mended([newer], {}, message=("T1", "C1", "1.1"), at="100.000000") == []
