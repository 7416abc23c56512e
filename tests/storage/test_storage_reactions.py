"""Reactions are state: the newest time wins in any order, a delivery counts once, a batch commits together."""

import asyncio
import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from storage_seeds import NOW, TEAM

from pipeline.domain.drafting import Reaction
from storage.database import SqlDatabase
from storage.engine import Engine
from storage.reaction_writer import GroupCommitReactions

messages = itertools.count(1)
THUMB = Reaction(TEAM, "C1", "1.000001", "U1", "+1", present=True, event_ts="1700000000.000100")

# Slack's times are 10.6 digits; the others must not be compared as text
EVENT_TIMES = ["1700000000.000100", "1700000000.000200", "1700000000.1", "999999999.999999", "1700000001.000000"]
events = st.tuples(st.sampled_from(["U1", "U2"]), st.sampled_from(EVENT_TIMES), st.booleans())


def expected(reactions: list[Reaction]) -> set[tuple[str, bool]]:
    """Per person the newest; at the same time a removal wins."""
    newest: dict[str, Reaction] = {}
    for one in reactions:
        seconds, micros = one.event_ts.split(".")
        mine = (int(seconds), int(micros.ljust(6, "0")), not one.present)
        other = newest.get(one.user)
        if other is not None:
            seconds, micros = other.event_ts.split(".")
            if mine <= (int(seconds), int(micros.ljust(6, "0")), not other.present):
                continue
        newest[one.user] = one
    return {(one.user, one.present) for one in newest.values()}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    arrived=st.lists(st.tuples(events, st.booleans()), min_size=1, max_size=8),
)
async def test_the_newest_event_wins_in_any_order_and_any_batches(
    db: SqlDatabase, arrived: list[tuple[tuple[str, str, bool], bool]]
) -> None:
    ts = f"{next(messages)}.000001"
    reactions = [
        replace(THUMB, ts=ts, user=user, event_ts=event_ts, present=present) for (user, event_ts, present), _ in arrived
    ]
    batch: list[Reaction] = []
    for reaction, (_, ends_batch) in zip(reactions, arrived, strict=True):
        batch.append(reaction)
        if ends_batch or reaction is reactions[-1]:
            async with db.begin() as tx:
                await tx.reactions.record(batch)
            batch = []
    async with db.read() as tx:
        stored = await tx.reactions.on_message(TEAM, "C1", ts)
    assert {(one.user, one.present) for one in stored} == expected(reactions)


async def test_a_thousand_reactions_at_once_are_stored(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        await tx.reactions.record([replace(THUMB, user=f"U{n}") for n in range(1_200)])
        assert len(await tx.reactions.on_message(TEAM, "C1", THUMB.ts)) == 1_200


async def test_messages_of_another_team_are_others(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        await tx.reactions.record([THUMB, replace(THUMB, team_id="T2", present=False)])
        assert await tx.reactions.on_message(TEAM, "C1", THUMB.ts) == [THUMB]


async def test_a_delivery_is_new_once_it_is_committed(db: SqlDatabase) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.begin() as tx:
            assert await tx.deliveries.first_time("Ev1", now=NOW)
            raise ZeroDivisionError
    async with db.begin() as tx:
        assert await tx.deliveries.first_time("Ev1", now=NOW)
        assert not await tx.deliveries.first_time("Ev1", now=NOW)
    async with db.begin() as tx:
        assert not await tx.deliveries.first_time("Ev1", now=NOW)


async def test_ten_deliveries_at_once_are_new_once(db: SqlDatabase) -> None:
    async def deliver() -> bool:
        async with db.begin() as tx:
            return await tx.deliveries.first_time("Ev1", now=NOW)

    assert (await asyncio.gather(*(deliver() for _ in range(10)))).count(True) == 1


# --- the writer ------------------------------------------------------------------------------------------------


class Commits:
    """Counts commits of an engine."""

    def __init__(self, engine: Engine) -> None:
        self.count = 0
        event.listen(engine.sql.sync_engine, "commit", self._on_commit)

    def _on_commit(self, _connection: object) -> None:
        self.count += 1


async def test_two_hundred_callers_share_few_commits_and_each_is_stored(db: SqlDatabase, engine: Engine) -> None:
    writer, commits = GroupCommitReactions(engine, lambda: NOW), Commits(engine)
    await writer.start()
    told = await asyncio.gather(
        *(writer.record(replace(THUMB, user=f"U{n}"), delivery_id=f"Ev{n}") for n in range(200))
    )
    assert all(told)
    assert commits.count <= 4
    async with db.read() as tx:
        assert len(await tx.reactions.on_message(TEAM, "C1", THUMB.ts)) == 200
    await writer.close()


async def test_it_returns_only_after_the_commit(db: SqlDatabase, engine: Engine) -> None:
    writer = GroupCommitReactions(engine, lambda: NOW)
    await writer.start()
    await writer.record(THUMB, delivery_id="Ev1")
    async with db.read() as tx:
        assert await tx.reactions.on_message(TEAM, "C1", THUMB.ts) == [THUMB]
    await writer.close()


async def test_a_repeated_delivery_is_told_and_changes_nothing(db: SqlDatabase, engine: Engine) -> None:
    writer = GroupCommitReactions(engine, lambda: NOW)
    await writer.start()
    removed = replace(THUMB, present=False, event_ts="1700000009.000000")
    told = await asyncio.gather(writer.record(THUMB, delivery_id="Ev1"), writer.record(removed, delivery_id="Ev1"))
    assert list(told) == [True, False]
    assert not await writer.record(removed, delivery_id="Ev1")
    async with db.read() as tx:
        assert await tx.reactions.on_message(TEAM, "C1", THUMB.ts) == [THUMB]
    await writer.close()


async def test_a_failed_batch_fails_its_callers_only(engine: Engine) -> None:
    writer = GroupCommitReactions(engine, lambda: NOW)
    await writer.start()
    bad = replace(THUMB, event_ts="not a number")
    failed = await asyncio.gather(
        writer.record(THUMB, delivery_id="Ev1"), writer.record(bad, delivery_id="Ev2"), return_exceptions=True
    )
    assert all(isinstance(one, Exception) for one in failed)
    assert await writer.record(THUMB, delivery_id="Ev1")  # nothing of the failed batch was kept
    await writer.close()


async def test_a_cancelled_caller_harms_nobody(engine: Engine) -> None:
    writer = GroupCommitReactions(engine, lambda: NOW)
    await writer.start()
    gone = asyncio.create_task(writer.record(THUMB, delivery_id="Ev1"))
    await asyncio.sleep(0)
    gone.cancel()
    assert await writer.record(replace(THUMB, user="U2"), delivery_id="Ev2")
    await writer.close()


async def test_closing_writes_what_waits(engine: Engine) -> None:
    writer = GroupCommitReactions(engine, lambda: NOW)
    await writer.start()
    waiting = asyncio.create_task(writer.record(THUMB, delivery_id="Ev1"))
    await asyncio.sleep(0)
    await writer.close()
    assert await waiting
    with pytest.raises(RuntimeError):
        await writer.record(THUMB, delivery_id="Ev2")
