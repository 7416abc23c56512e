"""Everybody gets a place in turn."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.training import TuningJobId, Usual, Waiting
from pipeline.domain.voices import VoiceId
from pipeline.fair_order import in_order, starts_in

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def run(number: int, person: str, voice: int = 1, minutes: int | None = None) -> Waiting:
    at = NOON + timedelta(minutes=number if minutes is None else minutes)
    return Waiting(TuningJobId(number), "T1", VoiceId(voice), person, at, "queued")


def order(*waiting: Waiting, under_way: tuple[Waiting, ...] = (), last: dict[str, datetime] | None = None) -> list[int]:
    return [one.tuning_job_id for one in in_order(waiting, under_way, last or {})]


def test_nobodys_second_goes_before_anothers_first() -> None:
    assert order(run(1, "ann"), run(2, "ann"), run(3, "ann"), run(4, "bob"), run(5, "cem")) == [1, 4, 5, 2, 3]


def test_a_run_under_way_counts_as_a_turn() -> None:
    assert order(run(2, "ann"), run(3, "bob"), under_way=(run(1, "ann"),)) == [3, 2]


def test_among_equals_goes_first_whose_last_start_is_longest_ago() -> None:
    last = {"ann": NOON, "bob": NOON - timedelta(hours=1)}
    assert order(run(1, "ann"), run(2, "bob"), run(3, "new"), last=last) == [3, 2, 1]


def test_one_persons_voices_take_turns() -> None:
    assert order(run(1, "ann", 7), run(2, "ann", 7), run(3, "ann", 8)) == [1, 3, 2]
    assert order(run(2, "ann", 7), run(3, "ann", 8), under_way=(run(1, "ann", 7),)) == [3, 2]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.integers(0, 9)), max_size=30))
def test_everybody_is_in_it_once_and_turns_differ_by_one_at_most(drawn: list[tuple[str, int, int]]) -> None:
    waiting = [run(number, person, voice, at) for number, (person, voice, at) in enumerate(drawn, start=1)]
    ordered = in_order(waiting, (), {})
    assert sorted(one.tuning_job_id for one in ordered) == [one.tuning_job_id for one in waiting]
    taken, left = Counter[str](), Counter(one.requested_by for one in waiting)
    for one in ordered:
        others = [taken[person] for person in left if left[person] > 0]
        assert taken[one.requested_by] == min(others)
        taken[one.requested_by] += 1
        left[one.requested_by] -= 1


@pytest.mark.parametrize(
    ("ahead", "places", "minutes"),
    [(1, 1, 15), (2, 1, 30), (1, 2, 0), (3, 2, 15)],  # half of 5 + 25 min for each full wave before it
)
def test_about_when_a_run_begins(ahead: int, places: int, minutes: int) -> None:
    assert starts_in(ahead, places, Usual(300, 1500, 4)) == timedelta(minutes=minutes)
