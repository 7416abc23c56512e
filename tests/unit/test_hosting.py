"""What keeping a model awake costs, with the arithmetic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.spending import Hosting, Range
from pipeline.hosting import hosting_cost

BY_MINUTE = Hosting(microusd_per_minute=20_000, leash_minutes=20)  # $0.02


def test_drafts_share_a_waking_by_twos() -> None:
    # low: one sitting of 2 to wake + 20 asleep-after + 40 to write; expected: 20 sittings of 22, and 40; high: 40 of 22
    assert hosting_cost(BY_MINUTE, drafts=40) == Range(62 * 20_000, (20 * 22 + 40) * 20_000, (40 * 22 + 40) * 20_000)


def test_no_endpoint_is_awake_for_more_than_a_month() -> None:
    assert hosting_cost(BY_MINUTE, drafts=50_000).high_microusd == 31 * 24 * 60 * 20_000


@pytest.mark.parametrize("drafts", [0, 1, 4_000])
def test_a_month_costs_the_same_however_often_it_is_asked(drafts: int) -> None:
    monthly = Hosting(microusd_per_month=26_000_000)
    assert hosting_cost(monthly, drafts=drafts) == Range(26_000_000, 26_000_000, 26_000_000)


def test_what_is_never_asked_never_wakes() -> None:
    assert hosting_cost(BY_MINUTE, drafts=0) == hosting_cost(None, drafts=40) == Range(0, 0, 0)


@given(st.integers(1, 10**7), st.integers(1, 500), st.integers(0, 5_000), st.integers(0, 5_000))
def test_hosting_is_in_order_and_grows_with_drafts(rate: int, leash: int, drafts: int, extra: int) -> None:
    hosting = Hosting(microusd_per_minute=rate, leash_minutes=leash)
    fewer, more = hosting_cost(hosting, drafts=drafts), hosting_cost(hosting, drafts=drafts + extra)
    assert 0 <= fewer.low_microusd <= fewer.expected_microusd <= fewer.high_microusd
    assert fewer.low_microusd <= more.low_microusd
    assert fewer.expected_microusd <= more.expected_microusd
    assert fewer.high_microusd <= more.high_microusd
