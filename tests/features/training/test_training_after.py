"""After the end: results are kept, the curve is shown, a late bill follows once, uploaded rows are deleted."""

from dataclasses import replace

import pytest
from training_bench import ESTIMATE_MICROUSD, KEY, RESULTS, STEWARD, TEAM, TIMING, Bench, People

from bot.features.training.retrying import Retry
from bot.features.training.usecase import Answer, Taken, TooLate
from pipeline.domain.spending import Machine
from pipeline.domain.training import TuningJobId
from pipeline.errors import ProviderBusy, ProviderError, ProviderRefused, ProviderUnavailable

DONE = {"status": "succeeded", "model_name": "m", "trained_tokens": 240_000}
UNBILLED = DONE | {"trained_tokens": None}
BY_STEWARD = Answer(TEAM, TuningJobId(1), STEWARD)
NO_FUNDS = ProviderRefused("private", "insufficient_quota", "You exceeded your current quota")


async def test_results_and_checkpoints_are_kept_and_the_curve_is_shown_on_the_card(bench: Bench) -> None:
    await bench.approve()
    job = await bench.until("ready")
    assert [kept.name for kept in job.results] == ["results-1.csv", "checkpoints.json"]
    assert [bench.artifacts.blobs[kept.blob] for kept in job.results] == [RESULTS, b'["ftjob-1"]']
    bench.uploads.states = ["processing", "ready"]
    for _ in range(10):
        if await bench.turn() is None:
            bench.clock.advance(5)
    curve = (await bench.said())["tuning:1:progress"][1]["curve"]
    assert curve["file"] == "F1" and "from 2.60 at step 1 to 1.90 at step 2" in curve["alt"]
    assert len(bench.uploads.sent) == 1


async def test_results_that_cannot_be_fetched_hold_the_model_up_for_a_while_only(bench: Bench) -> None:
    await bench.approve()
    bench.provider.content_errors = [ProviderUnavailable("private")] * 100
    evaluating = await bench.until("evaluating")
    job = await bench.until("ready")
    assert job.results == () and job.finished_at is not None and evaluating.finish_at is not None
    assert 900 <= (job.finished_at - evaluating.finish_at).total_seconds() <= 960


async def test_results_the_provider_denies_are_left_out(bench: Bench) -> None:
    await bench.approve()
    bench.provider.content_errors = [ProviderRefused("private", "not_found", "no such file")]
    assert [kept.name for kept in (await bench.until("ready")).results] == ["checkpoints.json"]
    await bench.rest()
    assert bench.uploads.sent == []


async def test_a_late_bill_follows_once_and_money_is_held_until_then(bench: Bench) -> None:
    await bench.approve()
    bench.provider.story = ({"status": "running"}, UNBILLED, UNBILLED, UNBILLED, DONE)
    job = await bench.until("ready")
    assert job.actual_microusd is None and await bench.holds() == [("held", None)]
    assert (await bench.said())["tuning:1:ready"][1]["actual_microusd"] is None
    for _ in range(20):
        if await bench.turn() is None:
            bench.clock.advance(60)
    assert await bench.holds() == [("settled", 12_000)] and (await bench.job()).actual_microusd == 12_000
    assert (await bench.said())["tuning:1:bill"][1]["actual_microusd"] == 12_000
    assert (await bench.revisions())["tuning:1:bill"] == 1
    assert [entry.what for entry in await bench.audit()].count("training.billed") == 1


async def test_a_run_on_our_own_machine_is_billed_by_its_hours(bench: Bench) -> None:
    bench.prices.machine = Machine(watts=300, kwh_microusd=300_000)
    bench.provider.story = ({"status": "running"}, DONE | {"trained_s": 7_200.0})
    await bench.approve()
    job = await bench.until("ready")
    assert (job.trained_s, job.actual_microusd) == (7_200.0, 180_000)  # 2 h * 0.3 kW * $0.30
    assert await bench.holds() == [("settled", 180_000)]


async def test_hours_that_nobody_told_are_those_in_which_it_was_seen_to_run(bench: Bench) -> None:
    bench.prices.machine = Machine(microusd_per_hour=3_600_000)  # a thousand micro-dollars a second
    bench.provider.story = ({"status": "running"}, {"status": "running"}, DONE)
    bench.provider.content_errors = [ProviderUnavailable("private")] * 100  # results that take a quarter of an hour
    await bench.approve()
    running_at = (await bench.until("running")).running_at
    seen_at = (await bench.until("evaluating")).finish_at
    job = await bench.until("ready")
    assert running_at is not None and seen_at is not None and seen_at > running_at
    assert job.trained_s == (seen_at - running_at).total_seconds()
    assert job.actual_microusd == round(job.trained_s * 1_000)


async def test_a_late_bill_is_by_the_hours_it_comes_with(bench: Bench) -> None:
    bench.prices.machine = Machine(microusd_per_hour=3_600_000)
    bench.provider.story = ({"status": "running"}, UNBILLED, UNBILLED, DONE | {"trained_s": 60.0})
    await bench.approve()
    assert (await bench.until("ready")).actual_microusd is None
    for _ in range(20):
        if await bench.turn() is None:
            bench.clock.advance(60)
    assert await bench.holds() == [("settled", 60_000)] and (await bench.job()).trained_s == 60.0


async def test_a_bill_that_never_comes_is_the_estimate(bench: Bench) -> None:
    await bench.approve()
    bench.provider.story = ({"status": "running"}, UNBILLED)
    await bench.until("ready")
    for _ in range(300):
        if await bench.turn() is None:
            bench.clock.advance(600)
    assert await bench.holds() == [("settled", ESTIMATE_MICROUSD)]
    assert (await bench.said())["tuning:1:bill"][1]["is_billed"] is False


async def test_uploaded_rows_are_deleted_at_the_provider_once_the_run_has_ended(bench: Bench) -> None:
    bench.timing = replace(TIMING, forget_after_s=0.0)
    await bench.approve()
    await bench.until("ready")
    await bench.rest()
    assert bench.provider.files == {} and (await bench.job()).files_deleted_at is not None
    (entry,) = [entry for entry in await bench.audit() if entry.what == "training.files_deleted"]
    assert entry.after == {"files": ["file-1", "file-2"]}


async def test_rows_of_a_run_that_was_refused_after_the_upload_are_deleted(bench: Bench) -> None:
    bench.timing = replace(TIMING, forget_after_s=0.0)
    await bench.approve()
    bench.provider.answers, bench.provider.accepts = [ProviderRefused("private", "model_not_available", "no")], False
    await bench.until("failed")
    await bench.rest()
    assert bench.provider.files == {}


async def test_an_upload_whose_answer_was_lost_is_deleted_too(bench: Bench) -> None:
    bench.timing = replace(TIMING, forget_after_s=0.0)
    await bench.approve()
    await bench.until("uploading")
    bench.provider.files["file-lost"] = (f"{KEY}.jsonl", b"")
    await bench.cancel(BY_STEWARD)
    await bench.rest()
    assert bench.provider.files == {} and bench.provider.deleted == ["file-lost"]


async def test_nothing_is_said_or_looked_for_where_nothing_was_sent(bench: Bench) -> None:
    bench.timing = replace(TIMING, forget_after_s=0.0)
    await bench.approve()
    async with bench.db.begin() as tx:
        await tx.tuning_jobs.update(replace(await tx.tuning_jobs.by_id(TuningJobId(1)), provider="gone"))
    await bench.until("failed")
    await bench.rest()
    assert "tuning:1:files" not in await bench.said() and await bench.is_idle()


async def test_a_run_that_failed_while_it_trained_waits_for_no_bill(bench: Bench) -> None:
    await bench.approve()
    bench.provider.story = ({"status": "running"}, {"status": "failed", "error_code": "server_error"})
    await bench.until("failed")
    assert await bench.holds() == [("released", 0)]


async def test_rows_are_kept_as_long_as_the_policy_says(bench: Bench) -> None:
    bench.timing = replace(TIMING, forget_after_s=86_400.0)
    await bench.approve()
    await bench.until("ready")
    await bench.rest()
    assert bench.provider.deleted == []
    bench.clock.advance(86_400)
    await bench.rest()
    assert bench.provider.files == {}


@pytest.mark.parametrize("error", [ProviderBusy("private"), ProviderUnavailable("private")])
async def test_deleting_is_tried_again(bench: Bench, error: ProviderError) -> None:
    bench.timing = replace(TIMING, forget_after_s=0.0)
    await bench.approve()
    bench.provider.delete_errors = [error]
    await bench.until("ready")
    await bench.rest()
    bench.clock.advance(TIMING.patience_s)
    await bench.rest()
    assert bench.provider.files == {} and "tuning:1:files" not in await bench.said()


async def test_a_refusal_to_delete_is_said_and_tried_again(bench: Bench) -> None:
    bench.timing = replace(TIMING, forget_after_s=0.0)
    await bench.approve()
    bench.provider.delete_errors = [ProviderRefused("private", "insufficient_permissions", "no")]
    await bench.until("ready")
    await bench.rest()
    assert (await bench.said())["tuning:1:files"][1]["files"] == ["file-1", "file-2"]
    bench.clock.advance(TIMING.bill_within_s)
    await bench.rest()
    assert bench.provider.files == {}


async def test_an_empty_account_keeps_the_approval_until_retry(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers, bench.provider.accepts = [NO_FUNDS], False
    await bench.until("failed")
    await bench.rest()
    assert await bench.holds() == [("held", None)]
    assert (await bench.said())["tuning:1:ended"][0] == "training.no_funds"
    bench.provider.accepts = True
    retry = Retry(bench.db, People(), bench.clock)
    assert await retry(BY_STEWARD) == Taken()
    assert await retry(BY_STEWARD) == TooLate("queued")
    assert (await bench.until("ready")).failure_code is None
    assert len(bench.provider.jobs) == 1 and await bench.holds() == [("settled", 12_000)]


async def test_an_empty_account_can_be_given_up(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers, bench.provider.accepts = [NO_FUNDS], False
    await bench.until("failed")
    assert await bench.cancel(BY_STEWARD) == Taken()
    assert await bench.holds() == [("released", 0)] and (await bench.job()).state == "cancelled"


async def test_an_empty_account_that_nobody_fills_lets_the_approval_expire(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers, bench.provider.accepts = [NO_FUNDS], False
    await bench.until("failed")
    bench.clock.advance(TIMING.send_within_s)
    await bench.rest()
    assert (await bench.job()).state == "expired" and await bench.holds() == [("released", 0)]
