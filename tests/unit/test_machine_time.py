"""Hours of our own machine: by what was measured, in order, and never guessed."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.spending import Machine, MachineTime, OwnError, Price, Range
from pipeline.estimate import Workload, estimate
from pipeline.machine_time import machine_bill, machine_cost, machine_time, speed_on_pairs, training_speed

OWN = Price(
    provider="private",
    base="small",
    train_microusd_per_million=0,
    input_microusd_per_million=0,
    output_microusd_per_million=0,
    source="the meter and the electricity bill",
    as_of=date(2026, 11, 21),
    context_tokens=8192,
    encoding="o200k_base",
    encoding_is_exact=False,
    machine=Machine(watts=300, kwh_microusd=300_000),
)
WORK = Workload(examples=100, train_tokens=240_000, prompt_tokens=50, completion_tokens=450)


def test_two_hours_of_300_watts_cost_eighteen_cents() -> None:
    speed = training_speed([Fraction(100)], None)
    card = estimate(WORK, OWN, epochs=3, speed=speed)
    assert card.machine_time == MachineTime(7_200, 7_200, 7_200, runs=1)  # 240,000 * 3 / 100
    assert card.training == Range(180_000, 180_000, 180_000)  # 2 h * 0.3 kW * $0.30


def test_rent_of_the_machine_is_paid_besides() -> None:
    machine = Machine(watts=300, kwh_microusd=300_000, microusd_per_hour=1_000_000)
    assert machine_bill(machine, Fraction(7_200)) == 180_000 + 2_000_000


def test_own_runs_go_before_what_the_server_tells_and_give_the_range() -> None:
    speed = training_speed([Fraction(80), Fraction(120), Fraction(100)], 5.0)
    time = machine_time(tokens=720_000, most_tokens=720_000, speed=speed)
    assert time == MachineTime(low_s=6_000, expected_s=7_200, high_s=9_000, runs=3)


def test_a_figure_of_the_server_is_widened_as_it_counts_other_tokens() -> None:
    time = machine_time(tokens=10**6, most_tokens=10**6, speed=training_speed([], 100.0))
    assert time == MachineTime(low_s=9_260, expected_s=10_000, high_s=10_870, runs=0)  # 100 +- 8 %


def test_pairs_take_a_third_longer_and_the_most_that_they_may_be_read() -> None:
    speed = training_speed([Fraction(100)], None)
    assert speed is not None
    on_pairs = estimate(replace(WORK, most_train_tokens=300_000), OWN, epochs=3, speed=speed_on_pairs(speed))
    assert on_pairs.machine_time == MachineTime(7_200, 9_600, 12_000, runs=1)  # 720,000 / 100, / 75, 900,000 / 75


@pytest.mark.parametrize("told", [None, 0.0])
def test_what_nobody_measured_is_not_guessed(told: float | None) -> None:
    card = estimate(WORK, OWN, speed=training_speed([], told))
    assert card.machine_time is None and card.training == Range(0, 0, 0) and card.is_unmeasured


def test_hours_that_cost_nothing_need_no_measure() -> None:
    free = replace(OWN, machine=Machine())
    assert not estimate(WORK, free).is_unmeasured
    assert machine_cost(Machine(watts=300), MachineTime(1, 2, 3, runs=1)) == Range(0, 0, 0)


def test_bills_by_the_token_say_nothing_of_hours() -> None:
    by_token = replace(OWN, machine=None, train_microusd_per_million=1_000_000)
    off = OwnError(runs=1, lowest=Fraction(0), highest=Fraction(1))
    speed = training_speed([Fraction(100)], None)
    assert estimate(WORK, by_token, epochs=1, speed=speed, past=off).machine_time is None
    assert estimate(WORK, OWN, epochs=1, speed=speed, past=off).own_error is None


speeds = st.lists(st.fractions(min_value=Fraction(1, 1000), max_value=10**6), min_size=1, max_size=6)


@given(
    speeds,
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.integers(0, 10**4),
    st.integers(0, 10**7),
    st.integers(0, 10**8),
)
def test_low_expected_high_are_in_order(
    measured: list[Fraction], tokens: int, more: int, watts: int, kwh_microusd: int, microusd_per_hour: int
) -> None:
    speed = training_speed(measured, None)
    time = machine_time(tokens=tokens, most_tokens=tokens + more, speed=speed)
    assert time is not None and 0 <= time.low_s <= time.expected_s <= time.high_s
    cost = machine_cost(Machine(watts, kwh_microusd, microusd_per_hour), time)
    assert 0 <= cost.low_microusd <= cost.expected_microusd <= cost.high_microusd
