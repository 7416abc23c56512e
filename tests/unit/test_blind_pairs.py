"""What judges read: nothing but the writing may tell the two texts apart; and what their answers come to."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.blind import SHOWN_WORDS, alike, plain_prose, real_side
from pipeline.domain.baselines import BaselineId
from pipeline.told_apart import ToldApart

REAL = (
    "## Cold iron\n\nA hinge “turns” — mostly.\n\n* oil it\n* leave it\n\n"
    "> They said *so*, and [here](https://x.org) too."
)


def test_formatting_tells_nothing() -> None:
    assert plain_prose(REAL) == 'A hinge "turns" – mostly.\n\noil it\n\nleave it\n\nThey said so, and here too.'


def test_a_title_line_goes_from_either_side() -> None:
    assert plain_prose("The Cold Iron\n\nIt turns.") == plain_prose("# The Cold Iron\n\nIt turns.") == "It turns."


@given(st.text("ab .\n*#>–_", max_size=300), st.text("ab .\n*#>–_", max_size=300))
def test_both_sides_have_the_same_number_of_words_and_the_same_end(real: str, draft: str) -> None:
    one, other = alike(real, draft)
    assert one.endswith("…") and other.endswith("…")
    assert len(plain_words(one)) == len(plain_words(other)) <= SHOWN_WORDS


def plain_words(shown: str) -> list[str]:
    return [word for word in shown.split() if any(map(str.isalnum, word))]


@given(st.integers(1, 9999), st.text(min_size=1, max_size=9))
def test_sides_are_drawn_anew_for_each_judge_and_stay(baseline: int, judge: str) -> None:
    sides = [real_side(BaselineId(baseline), judge, number) for number in range(1, 41)]
    assert sides == [real_side(BaselineId(baseline), judge, number) for number in range(1, 41)]
    assert {"A", "B"} == set(sides)


@pytest.mark.parametrize(
    ("right", "fooled", "unsure", "by_chance", "worth"),
    [
        (6, 0, 0, Fraction(1, 64), True),  # 1 of 2**6 ways
        (5, 1, 0, Fraction(7, 64), False),  # 6 + 1 ways
        (10, 2, 0, Fraction(79, 4096), True),  # 66 + 12 + 1 of 2**12
        (9, 3, 0, Fraction(299, 4096), False),  # 220 more: 0.073
        (10, 0, 2, Fraction(79, 4096), True),  # who cannot tell did not tell
        (0, 0, 0, Fraction(1), False),
    ],
)
def test_what_a_coin_would_do_decides(
    right: int, fooled: int, unsure: int, by_chance: Fraction, *, worth: bool
) -> None:
    answers = ToldApart(right, fooled, unsure)
    assert (answers.by_chance, answers.is_worth_training) == (by_chance, worth)
