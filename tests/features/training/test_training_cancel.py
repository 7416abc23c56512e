"""A run is cancelled in every state: for nothing before it was sent, after a look in doubt, at the provider later."""

from dataclasses import replace

import pytest
from training_bench import BOSS, STEWARD, TEAM, TIMING, Bench

from bot.features.training.usecase import Answer, Taken, TooLate
from pipeline.domain.training import RunEvent, TuningJobId
from pipeline.errors import NotSteward, ProviderBusy, ProviderError, ProviderRefused, ProviderUnavailable

BY_STEWARD = Answer(TEAM, TuningJobId(1), STEWARD)
GOES_ON = ({"status": "running"},)
AT_40 = RunEvent(1, "info", "metrics", "Step 40/120", 40, 120)


@pytest.mark.parametrize("state", ["queued", "preflight", "uploading", "sending"])
async def test_before_it_is_sent_it_ends_for_nothing(bench: Bench, state: str) -> None:
    await bench.approve()
    await bench.until(state)
    assert await bench.cancel(BY_STEWARD) == Taken()
    await bench.rest()
    job = await bench.job()
    assert (job.state, job.actual_microusd, job.cancelled_by) == ("cancelled", 0, STEWARD)
    assert bench.provider.creations == [] and bench.provider.cancels == []
    assert await bench.holds() == [("released", 0)]
    assert (await bench.said())["tuning:1:ended"][1]["user"] == STEWARD
    assert [entry.who for entry in await bench.audit() if entry.what == "training.cancelled"] == [STEWARD]


async def test_while_it_trains_the_provider_is_told_once_and_bills_what_was_done(bench: Bench) -> None:
    await bench.approve()
    bench.provider.story, bench.provider.told_events = GOES_ON, [AT_40]
    bench.provider.cancelled_tokens = 80_000
    await bench.until("running")
    assert await bench.cancel(replace(BY_STEWARD, user=BOSS)) == Taken()
    await bench.until("cancelled")
    assert bench.provider.cancels == ["ftjob-1"]
    assert await bench.holds() == [("settled", 4_000)]  # 80,000 tokens x $0.05 per million
    facts = (await bench.said())["tuning:1:ended"][1]
    assert (facts["user"], facts["step"], facts["steps"], facts["actual_microusd"]) == (BOSS, 40, 120, 4_000)


async def test_a_paused_run_is_carried_and_can_be_cancelled(bench: Bench) -> None:
    await bench.approve()
    bench.provider.story = ({"status": "running"}, {"status": "paused"})
    await bench.until("running")
    while (job := await bench.job()).provider_status != "paused":
        if await bench.turn() is None:
            bench.clock.advance(5)
    assert job.state == "running"
    await bench.cancel(BY_STEWARD)
    assert (await bench.until("cancelled")).actual_microusd == 1_000  # 20,000 tokens


@pytest.mark.parametrize("works", [True, False])
async def test_a_cancel_whose_answer_was_lost_is_looked_up_before_it_is_sent_again(bench: Bench, works: bool) -> None:
    await bench.approve()
    bench.provider.story = GOES_ON
    bench.provider.cancel_answers, bench.provider.cancel_works = [ProviderUnavailable("private")], works
    await bench.until("running")
    await bench.cancel(BY_STEWARD)
    while not bench.provider.cancels:
        await bench.turn()
    sent_at, looked = bench.clock(), bench.provider.looks
    bench.provider.cancel_works = True
    await bench.until("cancelled")
    assert len(bench.provider.cancels) == (1 if works else 2)
    if not works:
        waited_s = (bench.clock() - sent_at).total_seconds()
        assert waited_s >= TIMING.request_timeout_s + TIMING.settle_s and bench.provider.looks > looked


async def test_a_busy_provider_is_told_again(bench: Bench) -> None:
    await bench.approve()
    bench.provider.story = GOES_ON
    bench.provider.cancel_answers, bench.provider.cancel_works = [ProviderBusy("private")], False
    await bench.until("running")
    await bench.cancel(BY_STEWARD)
    while not bench.provider.cancels:
        await bench.turn()
    bench.provider.cancel_works = True
    await bench.until("cancelled")
    assert len(bench.provider.cancels) == 2


async def test_a_cancel_that_is_refused_is_said_and_the_end_is_looked_up(bench: Bench) -> None:
    await bench.approve()
    done = {"status": "succeeded", "model_name": "m", "trained_tokens": 240_000}
    bench.provider.story = ({"status": "running"}, {"status": "running"}, done)
    refusal: list[BaseException | None] = [ProviderRefused("private", "job_not_cancellable", "finished")]
    bench.provider.cancel_answers = refusal
    await bench.until("running")
    await bench.cancel(BY_STEWARD)
    assert (await bench.until("ready")).model_name == "m"
    assert (await bench.said())["tuning:1:not-cancelled"][1]["code"] == "job_not_cancellable"


async def test_in_doubt_it_is_looked_for_first_and_cancelled_where_it_is(bench: Bench) -> None:
    await bench.approve()
    bench.provider.story = GOES_ON
    bench.provider.answers = [ProviderUnavailable("private")]
    await bench.until("in-doubt")
    assert await bench.cancel(BY_STEWARD) == Taken()
    assert bench.provider.cancels == [] and await bench.holds() == [("held", None)]
    await bench.until("cancelled")
    assert bench.provider.cancels == ["ftjob-1"] and await bench.holds() == [("settled", 1_000)]


async def test_in_doubt_and_never_found_it_ends_after_all_looks_without_asking(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers, bench.provider.accepts = [ProviderUnavailable("private")], False
    await bench.until("in-doubt")
    await bench.cancel(BY_STEWARD)
    await bench.until("cancelled")
    assert bench.provider.finds == TIMING.checks and await bench.holds() == [("released", 0)]
    assert "tuning:1:found" not in await bench.said()
    finds = bench.provider.finds
    bench.clock.advance(TIMING.patience_s)
    await bench.rest()
    assert bench.provider.finds == finds + 1  # the last look


async def test_only_who_may_and_only_while_there_is_something_to_cancel(bench: Bench) -> None:
    await bench.approve()
    with pytest.raises(NotSteward):
        await bench.cancel(replace(BY_STEWARD, user="USOMEBODY"))
    assert await bench.cancel(replace(BY_STEWARD, team_id="T2")) == TooLate(None)
    assert await bench.cancel(replace(BY_STEWARD, tuning_job_id=TuningJobId(9))) == TooLate(None)
    await bench.until("running")
    assert await bench.cancel(BY_STEWARD) == Taken()
    assert await bench.cancel(BY_STEWARD) == TooLate("running")
    await bench.until("cancelled")
    assert await bench.cancel(BY_STEWARD) == TooLate("cancelled")


@pytest.mark.parametrize("error", [None, ProviderUnavailable("private"), ProviderBusy("private")])
async def test_a_second_job_is_cancelled_for_real(bench: Bench, error: ProviderError | None) -> None:
    await bench.approve()
    bench.provider.answers = [ProviderUnavailable("private")]
    await bench.until("in-doubt")
    bench.provider.add_job("file-1")
    bench.provider.cancel_answers = [error]
    assert (await bench.until("ready")).provider_job == "ftjob-1"
    for _ in range(20):
        if await bench.turn() is None:
            bench.clock.advance(60)
    assert set(bench.provider.cancels) == {"ftjob-2"} and bench.provider.cancelled == {"ftjob-2"}
    (stray,) = (await bench.said())["tuning:1:found"][1]["extra"]
    assert (stray["status"], stray["billed_microusd"]) == ("cancelled", 1_000)
    assert [entry.what for entry in await bench.audit()].count("training.extra_jobs") == 1
    # 12,000 and the second job's 1,000, which was told by then.
    assert await bench.holds() == [("settled", 13_000)]


async def test_a_second_job_the_provider_denies_is_told_to_people(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers = [ProviderUnavailable("private")]
    await bench.until("in-doubt")
    bench.provider.add_job("file-1")
    while "tuning:1:found" not in await bench.said():
        if await bench.turn() is None:
            bench.clock.advance(5)
    bench.provider.job_errors = [ProviderRefused("private", "not_found", "no such job")] * 2
    await bench.rest()
    (stray,) = (await bench.said())["tuning:1:found"][1]["extra"]
    assert stray["status"] == "unknown (not_found)"
