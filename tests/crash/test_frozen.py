"""A process that is stopped for longer than its lease and wakes up: nothing is paid, or said, by two."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from tests.crash.freeze import frozen, places
from tests.crash.sweep import Start, Subject

NewStart = Callable[[Subject], AbstractAsyncContextManager[Start]]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("subject", ["submit", "post"])
async def test_a_frozen_process_and_the_one_that_took_over_act_once(start_of: NewStart, subject: Subject) -> None:
    """At each named line of a run, and at each of the first message; `make crash` has all."""
    async with start_of(subject) as start:
        all_places = await places(start, "ok")
        named = [place for place, name in all_places if name != "commit.after"]
        after_commits = [place for place, name in all_places if name == "commit.after"][:2]
        for place in [*named[: 6 if subject == "submit" else 3], *after_commits]:
            assert await frozen(start, place) == [], (place, dict(all_places)[place])
