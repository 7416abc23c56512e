"""Tiers A and B, all of them; asked for by name in `make crash`, because nobody waits for it in `make test`."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from itertools import count
from pathlib import Path

import pytest

from tests.crash.freeze import frozen, places
from tests.crash.sweep import WORLDS, Start, Subject, combinations, deaths
from tests.crash.test_any_order import copies_of, play_orders
from tests.fakes.postgres import PostgresServer

NewStart = Callable[[Subject], AbstractAsyncContextManager[Start]]
WORLD = [(subject, first) for subject, firsts in WORLDS.items() for first in firsts]
TWO_REQUESTS = [(subject, *both) for subject in WORLDS for both in combinations(subject)]
STEPS, EXAMPLES = 30, 100
pytestmark = pytest.mark.timeout(3600)
numbers = count(1)


@pytest.mark.parametrize(("subject", "first", "second"), TWO_REQUESTS)
async def test_dying_at_every_place_pays_once_and_tells_once(
    start_of: NewStart, subject: Subject, first: str, second: str
) -> None:
    async with start_of(subject) as start:
        async for outcome in deaths(start, first, second):
            assert outcome.violations == (), outcome


@pytest.mark.parametrize(("subject", "first"), WORLD)
async def test_freezing_at_every_place_pays_once_and_tells_once(
    start_of: NewStart, subject: Subject, first: str
) -> None:
    async with start_of(subject) as start:
        for place, name in await places(start, first):
            assert await frozen(start, place, first) == [], (place, name)


def test_many_orders_on_sqlite(template: Path) -> None:
    play_orders(copies_of(template), examples=EXAMPLES, steps=STEPS)


def test_many_orders_on_postgres(postgres: PostgresServer) -> None:
    def fresh(_: Path) -> str:
        name = f"order_{next(numbers)}"
        postgres.execute(f"create database {name} template migrated")
        return postgres.url(name)

    play_orders(fresh, examples=EXAMPLES, steps=STEPS)
