"""Applying marks changes what was marked and nothing else."""

import random
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.domain.documents import Mark, Rule
from pipeline.findings import RULES
from pipeline.stages.choices import apply_marks, preview


def mark(text: str, words: str, replacement: str = "") -> Mark:
    return Mark("link", text.index(words), text.index(words) + len(words), replacement)


@pytest.mark.parametrize(
    ("text", "words", "after"),
    [
        ("One two three.", "two", "One three."),
        ("One two.", "two", "One."),
        ("Two three.", "Two", "three."),
        ("See this (x) now.", "x", "See this now."),
        ("a\n\ngone\n\nb", "gone", "a\n\nb"),
        ("gone\n\nb", "gone", "b"),
        ("a\n\ngone", "gone", "a"),
        ("a\n\n> gone\n\nb", "gone", "a\n\nb"),
        ("- a\n- gone\n- b", "gone", "- a\n- b"),
        ("a\ngone\nb", "gone", "a\nb"),
        ("a  b gone c", "gone", "a  b c"),
        ("[words](x) end", "x", "[words]() end"),
        ("gone", "gone", ""),
    ],
)
def test_white_space_is_tidied_where_something_was_taken_out(text: str, words: str, after: str) -> None:
    assert apply_marks(text, [mark(text, words)]) == after


def test_an_address_inside_a_kept_link_is_masked_too() -> None:
    text = "Write to [jane@example.com](mailto:jane@example.com) soon."
    link = Mark("link", 9, 52, "jane@example.com")
    address = Mark("email", 10, 26, "[email]")
    assert apply_marks(text, [link, address]) == "Write to [email] soon."


def test_marks_that_overlap_partly_are_joined() -> None:
    assert apply_marks("abcdefgh", [Mark("secret", 1, 4, "[s]"), Mark("link", 3, 7)]) == "ah"


def test_anchors_that_keep_their_words_change_nothing() -> None:
    text = "Read it  here ."
    assert apply_marks(text, [mark(text, "here", "here")]) == text


@given(st.text())
def test_no_marks_is_identity(text: str) -> None:
    assert apply_marks(text, []) == text


@pytest.mark.parametrize(
    ("one", "other", "after"),
    [
        (Mark("link", 0, 6, "words"), Mark("link", 0, 6), "b"),
        (Mark("link", 0, 6, "words"), Mark("email", 0, 6, "[email]"), "[email] b"),
        (Mark("personal-data", 0, 6, "[phone number]"), Mark("secret", 0, 6, "[secret]"), "[secret] b"),
    ],
)
def test_of_two_marks_over_the_same_words_one_wins_whichever_came_first(one: Mark, other: Mark, after: str) -> None:
    assert apply_marks("secret b", [one, other]) == apply_marks("secret b", [other, one]) == after


def test_rules_are_ranked_as_people_read_them() -> None:
    assert get_args(Rule) == tuple(RULES)


def test_marks_are_cut_to_the_text_before_they_are_compared() -> None:
    beyond, inside = Mark("link", 0, 9, "words"), Mark("email", 0, 1, "[email]")
    assert apply_marks("1", [beyond, inside]) == apply_marks("1", [inside, beyond]) == "[email]"


spans = st.builds(
    Mark,
    rule=st.sampled_from(["link", "email", "secret"]),
    start=st.integers(0, 60),
    end=st.integers(0, 60),
    replacement=st.sampled_from(["", "[x]", "word"]),
)


@given(st.text(alphabet="ab \n>-()[].#1", max_size=60), st.lists(spans, max_size=8), st.randoms())
@example("1", [Mark("link", 0, 1), Mark("link", 0, 2, "word")], random.Random(1))
def test_any_marks_can_be_applied_in_any_order(text: str, marks: list[Mark], chance: random.Random) -> None:
    after = apply_marks(text, marks)
    kept = [sign for i, sign in enumerate(text) if not any(m.start <= i < m.end for m in marks)]
    assert after.count("b") >= kept.count("b")
    assert after == apply_marks(text, chance.sample(marks, len(marks)))


@given(st.text(alphabet="ab \n", min_size=1), st.data())
def test_previews_are_single_short_lines(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    for line in preview(text, Mark("link", start, end)):
        assert "\n" not in line
        assert len(line) <= 170


def test_a_preview_shows_before_and_after() -> None:
    assert preview("Look at https://x.org now.", Mark("link", 5, 21)) == ("Look at https://x.org now.", "Look now.")


def test_a_preview_never_cuts_a_word() -> None:
    text = " ".join(f"word{number}" for number in range(60))
    for start in range(0, 300, 7):
        before, _ = preview(text, Mark("link", start, start + 3), width=40)
        assert set(before.strip("…").split()) - {"…"} <= set(text.split())
