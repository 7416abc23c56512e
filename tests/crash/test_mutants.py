"""The gate: the protocol with one part taken out is caught each time, or the harness is worth nothing."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.features.spending.usecase import Decision
from pipeline.errors import RequestVoid
from tests.crash import mutants
from tests.crash.freeze import frozen, places
from tests.crash.ground import APPROVER, RATE_MICROUSD_PER_MILLION, TEAM, TIMING, open_ground
from tests.crash.invariants import Violation, read_books, violations
from tests.crash.sweep import Schedule, Start, Subject, play

NewStart = Callable[[Subject], AbstractAsyncContextManager[Start]]


def rules(found: list[Violation] | tuple[Violation, ...]) -> set[str]:
    return {violation.rule for violation in found}


async def place_of(start: Start, name: str) -> int:
    return next(place for place, passed in await places(start, "ok") if passed == name)


@pytest.mark.parametrize(
    ("first", "mutant"),
    [
        ("reset after", {"change_steps": mutants.without_reconcile}),
        ("error after", {"change_parts": mutants.with_retries}),
        ("late", {"timing": mutants.NO_SETTLE_WAIT}),
    ],
    ids=["no reconcile", "SDK retries", "no settle wait"],
)
async def test_the_sweep_catches(start_of: NewStart, first: str, mutant: dict[str, Any]) -> None:
    async with start_of("submit") as start:
        assert (await play(start, Schedule("submit", first, "ok"))).violations == ()
        assert "paid twice" in rules((await play(start, Schedule("submit", first, "ok"), **mutant)).violations)


@pytest.mark.timeout(240)
async def test_freezing_catches_that_there_is_no_lock(start_of: NewStart) -> None:
    """Until the other asked a person and sent it; where the files are deleted after a run, that saves the money too."""
    kept: dict[str, Any] = {"meanwhile": timedelta(minutes=30), "timing": replace(TIMING, forget_after_s=None)}
    async with start_of("submit") as start:
        place = await place_of(start, "submit.before_remote")
        assert await frozen(start, place, **kept) == []
        assert "paid twice" in rules(await frozen(start, place, **kept, change_parts=mutants.without_locks))


async def test_freezing_catches_that_messages_have_no_lock(start_of: NewStart) -> None:
    async with start_of("post") as start:
        place = await place_of(start, "post.before_remote")
        assert await frozen(start, place) == []
        assert "told twice" in rules(await frozen(start, place, change_parts=mutants.without_locks))


async def test_freezing_catches_that_nothing_is_fenced(start_of: NewStart) -> None:
    """Where the lock was lost the fence is what is left; before the money is sent it is enough."""
    async with start_of("submit") as start:
        place = await place_of(start, "watch.after_remote")
        assert await frozen(start, place, change_parts=mutants.without_locks) == []
        found = await frozen(
            start,
            place,
            change_parts=lambda parts: mutants.without_locks(mutants.without_fence(parts)),
            change_steps=mutants.writing_over,
        )
        assert "gap in the audit" in rules(found)


@pytest.mark.parametrize("is_mutant", [False, True])
async def test_an_approval_that_is_not_bound_to_its_texts_is_caught(start_of: NewStart, *, is_mutant: bool) -> None:
    async with start_of("post") as start:
        change: dict[str, Any] = {"change_parts": mutants.without_binding} if is_mutant else {}
        async with open_ground(start.folder, start.copied_database(), **change) as ground, ground.process() as process:
            async with process.parts.database.read() as tx:
                (voice,) = await tx.voices.of_team(TEAM)
                (request,) = await tx.spend_requests.of_voice(voice.voice_id)
            await process.change_texts(voice, "0000" * 16)
            decision = Decision(TEAM, request.spend_request_id, APPROVER)
            if not is_mutant:
                with pytest.raises(RequestVoid):
                    await process.approve(decision)
                return
            await process.approve(decision)
            await process.to_the_end()
            books = await read_books(process.engine)
            remote, workspace = ground.provider.jobs, ground.space.slack.workspace
            assert "not the texts that were approved" in rules(
                violations(books, remote, workspace, rate=RATE_MICROUSD_PER_MILLION)
            )
