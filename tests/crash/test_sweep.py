"""Tier A, the share that every run has time for: per thing that goes wrong one life, and one death in it.

`make crash` dies at every place of every life.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import get_args

import pytest

from pipeline.failpoints import Failpoint
from tests.crash.sweep import WORLDS, Schedule, Start, Subject, places_that_differ, play

NewStart = Callable[[Subject], AbstractAsyncContextManager[Start]]
WORLD: list[tuple[Subject, str]] = [(subject, first) for subject, firsts in WORLDS.items() for first in firsts]
STRIDE = 7  # so that the deaths fall on different places


@pytest.mark.parametrize(("subject", "first"), WORLD)
async def test_dying_once_pays_once_and_tells_once(start_of: NewStart, subject: Subject, first: str) -> None:
    async with start_of(subject) as start:
        alive = await play(start, Schedule(subject, first, "ok"))
        assert alive.violations == ()
        place = WORLD.index((subject, first)) * STRIDE % len(alive.passed)
        died = await play(start, Schedule(subject, first, "reset after" if first != "ok" else "ok", place))
        assert died.violations == (), died.died_at


def test_places_are_died_at_once_where_nothing_was_sent_or_committed_between_them() -> None:
    passed: list[Failpoint] = ["commit.before", "commit.after", "work.claimed", "commit.before", "commit.after"]
    passed += ["commit.before", "commit.after", "submit.before_remote", "submit.after_remote", "commit.before"]
    named = [(place, passed[place]) for place in places_that_differ(passed)]
    after = [(place, "commit.after") for place in (1, 4, 6)]
    sent = [(7, "submit.before_remote"), (8, "submit.after_remote"), (9, "commit.before")]
    assert named == [(0, "commit.before"), *after, *sent]


ELSEWHERE = {"approve.decided"}  # approving is one transaction


async def test_a_life_passes_every_place_where_money_can_be_lost(start_of: NewStart) -> None:
    """Guards the sweep itself: a failpoint that is not passed is not died at."""
    passed = set()
    for subject in WORLDS:
        async with start_of(subject) as start:
            for first in ("ok", "reset after"):
                passed |= set((await play(start, Schedule(subject, first, "ok"))).passed)
    assert passed == set(get_args(Failpoint)) - ELSEWHERE
