"""The process dies at every line, one after the other, and freezes: one paid job, one bill, one message."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from training_bench import KEY, STEWARD, TEAM, Bench, Crash, Tripwire

from bot.features.training.usecase import Answer, Taken
from pipeline.domain.training import TuningJobId
from pipeline.errors import LeaseLost, ProviderUnavailable

NewBench = Callable[[str], AbstractAsyncContextManager[Bench]]


async def assert_paid_once(bench: Bench) -> None:
    assert [job.provider_job for job in bench.provider.jobs] == ["ftjob-1"]
    assert sorted(name for name, _ in bench.provider.files.values()) == [f"{KEY}-validation.jsonl", f"{KEY}.jsonl"]
    assert await bench.holds() == [("settled", 12_000)]
    assert await bench.month() == (0, 12_000)
    assert await bench.models() == [(1, "ft:small:founder")]
    said = await bench.said()
    assert [key for key in said if "ready" in key] == ["tuning:1:ready", "tuning:1:ready-dm"]
    assert {(await bench.revisions())[key] for key in said if "ready" in key} == {1}
    assert [entry.what for entry in await bench.audit()].count("training.ready") == 1


# One look per state: what a process can die of is there, and a life is short.
LIFE = (
    {"status": "running"},
    {"status": "succeeded", "model_name": "ft:small:founder", "trained_tokens": 240_000},
)


async def lines_of_a_life(new_bench: NewBench) -> list[str]:
    async with new_bench("measure") as bench:
        bench.provider.story = LIFE
        await bench.approve()
        assert (await bench.through()).state == "ready"
        await assert_paid_once(bench)
        assert bench.asked == 0
        return bench.trip.passed


@pytest.mark.timeout(300)  # some twenty-five lives each; on a busy machine two minutes were measured
@pytest.mark.parametrize("half", [0, 1])
async def test_dying_at_any_line_pays_once(new_bench: NewBench, half: int) -> None:
    lines = await lines_of_a_life(new_bench)
    assert {"before upload", "after upload", "before create", "after create", "after look"} <= set(lines)
    sent = lines.index("before create")
    for at, where in list(enumerate(lines, start=1))[half::2]:
        async with new_bench(f"at-{at}") as bench:
            bench.provider.story = LIFE
            await bench.approve()
            bench.trip.at = at
            job = await bench.through()
            assert job.state == "ready", (at, where)
            await assert_paid_once(bench)
            # After the intent is written and before the provider has it, nobody can know: a person is asked.
            assert bench.asked == (at in (sent, sent + 1)), (at, where)


async def test_dying_twice_pays_once(new_bench: NewBench) -> None:
    lines = await lines_of_a_life(new_bench)
    accepted = lines.index("after create") + 1
    for second in range(1, 8):
        async with new_bench(f"twice-{second}") as bench:
            bench.provider.story = LIFE
            await bench.approve()
            bench.trip.at = accepted
            while not bench.provider.jobs:
                await bench.survive()
            bench.trip.at = len(bench.trip.passed) + second
            assert (await bench.through()).state == "ready"
            await assert_paid_once(bench)


async def test_cancelled_while_the_provider_answers_is_unknown(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers = [asyncio.CancelledError()]
    await bench.until("sending")
    item = await bench.claim()
    assert item is not None
    with pytest.raises(asyncio.CancelledError):
        await bench.step()(item)
    bench.clock.advance(61)
    assert (await bench.through()).state == "ready"
    await assert_paid_once(bench)


async def test_a_frozen_worker_and_the_one_that_took_over_send_once(bench: Bench) -> None:
    await bench.approve()
    await bench.until("sending")
    reached, thawed = asyncio.Event(), asyncio.Event()

    async def freeze() -> None:
        reached.set()
        await thawed.wait()

    bench.provider.while_sending = freeze
    frozen_item = await bench.claim()
    assert frozen_item is not None
    frozen = asyncio.create_task(bench.step()(frozen_item))
    await reached.wait()
    bench.clock.advance(61)  # its lease is over
    for _ in range(5):
        await bench.turn()
        bench.clock.advance(40)
    assert bench.provider.creations == [] and bench.provider.finds == 0
    thawed.set()
    with pytest.raises(LeaseLost):  # what it sent is there, but it may no longer write
        await frozen
    bench.provider.while_sending = None
    assert (await bench.through()).state == "ready"
    assert len(bench.provider.creations) == 1
    await assert_paid_once(bench)
    assert (await bench.said())["tuning:1:found"][0] == "training.adopted"


async def test_giving_up_while_the_search_is_under_way_raises_the_alarm(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers, bench.provider.accepts = [ProviderUnavailable("private")], False
    await bench.until_asked()
    training_file = (await bench.job()).training_file
    assert training_file is not None

    async def give_up() -> None:
        bench.provider.while_finding = None
        assert await bench.give_up(Answer(TEAM, TuningJobId(1), STEWARD)) == Taken()

    bench.presses = False
    bench.provider.add_job(training_file)
    bench.provider.while_finding = give_up
    job = await bench.through()
    assert (job.state, job.provider_job) == ("cancelled", "ftjob-1")
    assert "tuning:1:orphan" in await bench.said()
    assert "training.orphan" in [entry.what for entry in await bench.audit()]
    assert bench.provider.cancels == ["ftjob-1"]


async def test_send_now_pressed_while_the_search_finds_it_sends_nothing(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers, bench.provider.accepts = [ProviderUnavailable("private")], False
    job = await bench.until_asked()
    assert job.training_file is not None

    async def send_now() -> None:
        bench.provider.while_finding = None
        assert await bench.send_now(Answer(TEAM, TuningJobId(1), STEWARD)) == Taken()

    bench.presses = False
    bench.provider.add_job(job.training_file)
    bench.provider.while_finding = send_now
    assert (await bench.through()).state == "ready"
    assert len(bench.provider.creations) == 1
    await assert_paid_once(bench)


def test_the_tripwire_trips_once() -> None:
    trip = Tripwire(at=2)
    trip("one")
    with pytest.raises(Crash):
        trip("two")
    trip("three")
    assert trip.passed == ["one", "two", "three"]
