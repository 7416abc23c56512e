"""Places are given in turn, a run that takes long is told once, and what was approved too long ago expires."""

from dataclasses import replace
from datetime import timedelta

import pytest
from training_bench import NOW, STEWARD, TEAM, TIMING, Bench, a_job

from bot.features.training.usecase import Answer, Taken
from pipeline.domain.training import RunEvent, TuningJobId
from pipeline.errors import ProviderUnavailable

GOES_ON = ({"status": "running"},)


async def test_one_trains_and_the_other_waits_for_its_place(bench: Bench) -> None:
    await bench.approve()
    other = await bench.approve_another("second")
    bench.provider.story = GOES_ON
    await bench.until("running")
    await bench.rest()
    assert (await bench.job(other.tuning_job_id)).state == "queued"
    card = (await bench.said())[f"tuning:{other.tuning_job_id}:progress"][1]
    assert card["queue"] == {"number": 1, "waits_for": [["founder", 1]], "begins_at": None}
    (_, line) = await bench.list_jobs(TEAM, everything=False)
    assert line.standing is not None and line.standing.waits_for == (("founder", 1),)
    await bench.cancel(Answer(TEAM, TuningJobId(1), STEWARD))
    await bench.until("cancelled")
    bench.provider.story = ({"status": "succeeded", "model_name": "m", "trained_tokens": 1},)
    assert (await bench.until("ready", tuning_job_id=other.tuning_job_id)).started_at is not None


async def test_a_run_that_ends_before_its_turn_does_not_keep_the_next_one_waiting(bench: Bench) -> None:
    await bench.approve()
    other = await bench.approve_another("second")
    first = await bench.claim()
    assert first is not None and first.subject == "1"
    await bench.turn()  # the other sees that it is not next
    await bench.withdraw()
    await bench.steps()[first.kind](first)
    assert (await bench.job()).state == "cancelled"
    await bench.turn()
    assert (await bench.job(other.tuning_job_id)).state == "preflight"


async def test_a_provider_with_two_places_trains_two(bench: Bench) -> None:
    await bench.approve()
    other = await bench.approve_another("second")
    bench.providers.parallel = 2
    bench.provider.story = GOES_ON
    await bench.until("running")
    await bench.until("running", tuning_job_id=other.tuning_job_id)


async def test_the_time_of_a_place_comes_from_the_last_runs(bench: Bench) -> None:
    await bench.approve()
    done = await bench.until("ready")
    assert done.sent_at is not None and done.finished_at is not None
    took = done.finished_at - done.sent_at
    await bench.rest()
    await bench.approve_another("second")
    third = await bench.approve_another("third")
    bench.provider.story = GOES_ON
    await bench.until("running", tuning_job_id=TuningJobId(2))
    await bench.rest()
    queue = (await bench.said())[f"tuning:{third.tuning_job_id}:progress"][1]["queue"]
    assert queue["number"] == 1 and queue["begins_at"] is not None
    assert done.finished_at > NOW and took > timedelta(0)
    card = (await bench.said())["tuning:2:progress"][1]
    assert card["usual"] == {"low_s": took.total_seconds(), "high_s": took.total_seconds(), "runs": 1}


async def test_a_run_in_doubt_that_waits_for_a_person_takes_nobodys_place(bench: Bench) -> None:
    await bench.approve()
    other = await bench.approve_another("second")
    bench.provider.answers, bench.provider.accepts = [ProviderUnavailable("private")], False
    await bench.until_asked()
    bench.provider.accepts = True
    assert (await bench.until("ready", tuning_job_id=other.tuning_job_id)).state == "ready"
    assert (await bench.job()).state == "in-doubt"


@pytest.mark.parametrize("refused", ["closed", "base-gone"])
async def test_the_last_look_before_sending_sees_that_nothing_can_be_trained(bench: Bench, refused: str) -> None:
    await bench.approve()
    bench.providers.refused = "closed" if refused == "closed" else "base-gone"
    job = await bench.until("failed")
    assert job.failure_code == {"closed": "training_closed", "base-gone": "base_gone"}[refused]
    assert bench.provider.files == {} and await bench.holds() == [("released", 0)]


async def test_the_last_look_before_sending_sees_that_the_provider_may_not_see_it(bench: Bench) -> None:
    await bench.approve()
    bench.providers.may_see = False
    assert (await bench.until("failed")).failure_code == "sensitivity_not_allowed"
    assert bench.provider.files == {}


async def test_an_approval_that_is_not_used_in_time_expires(bench: Bench) -> None:
    await bench.approve()
    bench.provider.upload_errors = [ProviderUnavailable("private")] * 1000
    await bench.until("uploading")
    bench.clock.advance(TIMING.send_within_s)
    job = await bench.until("expired")
    assert bench.provider.creations == [] and await bench.holds() == [("released", 0)]
    assert job.actual_microusd == 0 and (await bench.said())["tuning:1:ended"][1]["why"] == "late"


async def test_a_slow_run_is_told_once_and_people_may_wait_on(bench: Bench) -> None:
    await bench.approve()
    bench.provider.story = GOES_ON
    await bench.until("running")
    for _ in range(400):
        if await bench.turn() is None:
            bench.clock.advance(60)
        if "tuning:1:slow" in await bench.said():
            break
    job, facts = await bench.job(), (await bench.said())["tuning:1:slow"][1]
    assert facts["took_s"] >= 7200 and facts["kept_by"] is None and job.slow_told_at is not None
    assert await bench.keep_waiting(Answer(TEAM, TuningJobId(1), STEWARD)) == Taken()
    assert (await bench.said())["tuning:1:slow"][1]["kept_by"] == STEWARD
    before = (await bench.revisions())["tuning:1:slow"]
    for _ in range(100):
        if await bench.turn() is None:
            bench.clock.advance(60)
    assert (await bench.revisions())["tuning:1:slow"] == before


async def test_events_of_any_type_are_carried_and_tell_how_far_it_is(bench: Bench) -> None:
    await bench.approve()
    bench.provider.story = GOES_ON
    bench.provider.told_events = [
        RunEvent(3, "info", "moderation_checks", "Moderation checks for snapshot passed."),
        RunEvent(2, "weird", "metrics", "Step 40/120: training loss=2.10", 40, 120),
        RunEvent(1, "info", "message", "Created fine-tuning job"),
    ]
    job = await bench.until("running")
    assert (job.step, job.steps) == (40, 120)
    assert [event.kind for event in job.events] == ["message", "metrics", "moderation_checks"]
    card = (await bench.said())["tuning:1:progress"][1]
    assert (card["step"], card["steps"], card["events"][-1]) == (40, 120, "Moderation checks for snapshot passed.")


@pytest.mark.parametrize(("ahead_s", "is_shown"), [(3600, True), (-60, False)])
async def test_the_end_the_provider_expects_is_shown_while_it_lies_ahead(
    bench: Bench, ahead_s: float, is_shown: bool
) -> None:
    await bench.approve()
    expected = int(NOW.timestamp() + ahead_s)
    bench.provider.story = ({"status": "running", "finish_at": expected},)
    job = await bench.until("running")
    assert (job.finish_at is not None) == is_shown
    assert ((await bench.said())["tuning:1:progress"][1]["finish_at"] is not None) == is_shown


async def test_a_server_that_tells_no_events_is_followed_by_its_state(bench: Bench) -> None:
    await bench.approve()
    bench.provider.event_errors = [ProviderUnavailable("private")] * 100
    assert (await bench.until("ready")).events == ()


def test_looks_are_quick_at_first_slower_later_and_bounded() -> None:
    job = replace(a_job(), running_at=NOW)
    waits = [TIMING.next_poll_s(job, NOW + timedelta(seconds=elapsed)) for elapsed in (0, 60, 600, 7200, 86_400)]
    assert 8 <= waits[0] <= 12 and 8 <= waits[1] <= 12 and 50 <= waits[2] <= 70
    assert all(100 <= wait <= 140 for wait in waits[3:])
    others = {TIMING.next_poll_s(replace(job, key=f"k{number}"), NOW) for number in range(20)}
    assert len(others) > 10
