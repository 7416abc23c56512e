"""Past errors, and the range they widen."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.spending import OwnError, PastRun, Range
from pipeline.own_error import own_error, widened


def test_errors_are_shares_of_the_estimate() -> None:
    runs = [PastRun(1_000_000, 970_000), PastRun(1_000_000, 1_060_000), PastRun(2_000_000, 2_000_000)]
    assert own_error(runs) == OwnError(3, Fraction(-3, 100), Fraction(6, 100))


def test_only_the_newest_five_count() -> None:
    runs = [PastRun(100, 100)] * 5 + [PastRun(100, 900)]
    assert own_error(runs) == OwnError(5, Fraction(0), Fraction(0))


def test_runs_estimated_at_nothing_say_nothing() -> None:
    assert own_error([]) is None
    assert own_error([PastRun(0, 5)]) is None


def test_the_range_reaches_as_far_as_bills_did() -> None:
    amounts = Range(1_000_000, 1_100_000, 1_200_000)
    off = OwnError(5, Fraction(-3, 100), Fraction(6, 100))
    assert widened(amounts, off) == Range(970_000, 1_100_000, 1_272_000)


def test_bills_that_were_all_higher_do_not_lift_the_low_end() -> None:
    off = OwnError(2, Fraction(10, 100), Fraction(20, 100))
    assert widened(Range(100, 200, 300), off) == Range(100, 200, 360)


@given(
    st.lists(st.builds(PastRun, st.integers(0, 10**9), st.integers(0, 10**9)), max_size=9),
    st.lists(st.integers(0, 10**12), min_size=3, max_size=3).map(sorted),
)
def test_a_range_is_never_narrower_and_stays_in_order(runs: list[PastRun], amounts: list[int]) -> None:
    before = Range(*amounts)
    after = widened(before, own_error(runs))
    assert 0 <= after.low_microusd <= before.low_microusd
    assert after.expected_microusd == before.expected_microusd
    assert before.high_microusd <= after.high_microusd
