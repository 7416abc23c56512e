"""Applying marks changes what was marked and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.documents import Mark
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


spans = st.tuples(st.integers(0, 60), st.integers(0, 60), st.sampled_from(["", "[x]", "word"]))


@given(st.text(alphabet="ab \n>-()[].#1", max_size=60), st.lists(spans, max_size=8))
def test_any_marks_can_be_applied(text: str, chosen: list[tuple[int, int, str]]) -> None:
    marks = [Mark("link", start, end, replacement) for start, end, replacement in chosen]
    after = apply_marks(text, marks)
    kept = [sign for i, sign in enumerate(text) if not any(m.start <= i < m.end for m in marks)]
    assert after.count("b") >= kept.count("b")
    assert after == apply_marks(text, reversed(marks)) or len({(m.start, m.end) for m in marks}) < len(marks)


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
