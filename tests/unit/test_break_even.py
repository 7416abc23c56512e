"""From how many drafts a month training pays for itself."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pipeline.break_even import MOST_DRAFTS, break_even_drafts
from pipeline.domain.spending import Hosting
from pipeline.hosting import expected_hosting


def test_training_is_spread_over_the_life_of_the_model() -> None:
    # $1.20 over 60 days is $0.60 a month; each draft saves 6,000 millionths: 100 drafts
    found = break_even_drafts(
        training_microusd=1_200_000, life_days=60, draft=Fraction(4_000), few_shot=Fraction(10_000), hosting=None
    )
    assert found == 100


def test_where_no_end_is_announced_a_year_is_taken() -> None:
    # $3.65 over 365 days is $0.30 a month; each draft saves 5,000 millionths: 60 drafts
    found = break_even_drafts(
        training_microusd=3_650_000, life_days=None, draft=Fraction(0), few_shot=Fraction(5_000), hosting=None
    )
    assert found == 60


def test_drafts_that_are_no_cheaper_never_pay_for_training() -> None:
    same = {"draft": Fraction(5), "few_shot": Fraction(5), "hosting": None}
    assert break_even_drafts(training_microusd=1, life_days=30, **same) is None  # type: ignore[arg-type]  # by name


def test_an_endpoint_that_eats_what_a_draft_saves_never_pays() -> None:
    awake = Hosting(microusd_per_minute=20_000, leash_minutes=20)
    found = break_even_drafts(
        training_microusd=100, life_days=None, draft=Fraction(1), few_shot=Fraction(5_000), hosting=awake
    )
    assert found is None


def test_a_model_without_life_left_never_pays() -> None:
    found = break_even_drafts(
        training_microusd=1, life_days=0, draft=Fraction(0), few_shot=Fraction(5_000), hosting=None
    )
    assert found is None


@given(
    st.integers(0, 10**9),
    st.integers(1, 4_000),
    st.integers(0, 10_000),
    st.integers(0, 50_000),
    st.one_of(
        st.none(),
        st.builds(Hosting, microusd_per_minute=st.integers(1, 50_000), leash_minutes=st.integers(1, 60)),
        st.builds(Hosting, microusd_per_month=st.integers(1, 10**8)),
    ),
)
def test_at_break_even_training_is_no_dearer_and_one_draft_before_it_is(
    training: int, days: int, draft: int, few_shot: int, hosting: Hosting | None
) -> None:
    found = break_even_drafts(
        training_microusd=training,
        life_days=days,
        draft=Fraction(draft),
        few_shot=Fraction(few_shot),
        hosting=hosting,
    )

    def saved(drafts: int) -> Fraction:
        tuned = Fraction(training * 30, days) + expected_hosting(hosting, drafts=drafts) + drafts * draft
        return drafts * few_shot - tuned

    if found is None:
        assert saved(MOST_DRAFTS) < 0
    else:
        assert saved(found) >= 0
        assert found == 1 or saved(found - 1) < 0
