"""A run's way through the provider: what is sent, what is asked, what is billed, and what people are told."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from training_bench import (
    CEILING_MICROUSD,
    ESTIMATE_MICROUSD,
    KEY,
    NOW,
    ROWS,
    STEWARD,
    TEAM,
    TIMING,
    VALIDATION_ROWS,
    Bench,
)

from bot.features.training.usecase import Answer, Taken, TooLate
from pipeline.domain.training import TuningJobId
from pipeline.errors import (
    LeaseLost,
    NotSteward,
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    SensitivityNotAllowed,
    TrainingClosed,
)

ANSWER = Answer(TEAM, TuningJobId(1), STEWARD)


@pytest.mark.parametrize("kept", ["private-only", "email", "personal-data"])
async def test_rows_with_personal_data_leave_as_private_ones(bench: Bench, kept: str) -> None:
    await bench.approve(open_blockers=(kept,))
    await bench.until("ready")
    assert bench.provider.uploaded_as == {"private"}
    assert [creation["sensitivity"] for creation in bench.provider.creations] == ["private"]


async def test_a_run_becomes_a_model_and_a_bill(bench: Bench) -> None:
    await bench.approve()
    job = await bench.until("ready")
    assert bench.provider.creations == [
        {
            "model": "small",
            "method": "supervised",
            "training_file": "file-1",
            "validation_file": "file-2",
            "epochs": 3,
            "key": KEY,
            "suffix": "founder",
            "sensitivity": "internal",
        }
    ]
    assert bench.provider.uploaded_as == {"internal"}
    assert bench.provider.files == {
        "file-1": (f"{KEY}.jsonl", ROWS),
        "file-2": (f"{KEY}-validation.jsonl", VALIDATION_ROWS),
    }
    # 240,000 tokens x $0.05 per million
    assert (job.actual_microusd, job.model_name, job.trained_tokens) == (12_000, "ft:small:founder", 240_000)
    assert await bench.holds() == [("settled", 12_000)] and await bench.month() == (0, 12_000)
    said = await bench.said()
    assert said["tuning:1:ready"][1]["version"] == 1 and said["voice:1:card"][1]["version"] == 1
    assert said["round:1:card"][1]["job_state"] == "ready"
    states = [entry.after["state"] for entry in await bench.audit()]
    assert states == ["preflight", "uploading", "sending", "validating", "running", "evaluating", "ready"]
    assert {entry.who for entry in await bench.audit()} == {"understudy"}


async def test_a_finished_run_stays_finished(bench: Bench) -> None:
    await bench.approve()
    await bench.until("ready")
    await bench.rest()
    async with bench.db.begin() as tx:
        await tx.work.enqueue("tuning", 1, TEAM, run_at=bench.clock())
    revisions = await bench.revisions()
    assert await bench.turn() is not None
    assert await bench.turn() is None
    assert await bench.revisions() == revisions and len(bench.provider.creations) == 1


async def test_no_validation_rows_no_validation_file(bench: Bench) -> None:
    bench.artifacts.blobs["validation"] = b""
    await bench.approve()
    await bench.until("ready")
    assert bench.provider.creations[0]["validation_file"] is None


async def test_an_unknown_word_of_the_provider_is_carried(bench: Bench) -> None:
    await bench.approve()
    bench.provider.story = ({"status": "running"}, {"status": "pondering"})
    await bench.until("running")
    for _ in range(10):
        await bench.turn()
        bench.clock.advance(5)
    job = await bench.job()
    assert (job.state, job.provider_status) == ("running", "pondering")
    assert (await bench.said())["round:1:card"][1]["provider_status"] == "pondering"


async def test_the_card_is_edited_only_when_something_changed(bench: Bench) -> None:
    await bench.approve()
    bench.provider.story = ({"status": "running"},)
    await bench.until("running")
    before = await bench.revisions()
    for _ in range(20):
        await bench.turn()
        bench.clock.advance(5)
    assert await bench.revisions() == before
    assert bench.provider.looks > 5


async def test_without_a_price_the_estimate_is_settled(bench: Bench) -> None:
    await bench.approve()
    bench.prices.rate = None
    bench.provider.story = ({"status": "succeeded", "model_name": "m", "trained_tokens": 240_000},)
    await bench.until("ready")
    assert await bench.holds() == [("settled", ESTIMATE_MICROUSD)]
    assert (await bench.said())["tuning:1:ready"][1]["is_billed"] is False


async def test_success_without_a_model_name_is_waited_for(bench: Bench) -> None:
    await bench.approve()
    bench.provider.story = ({"status": "succeeded"}, {"status": "succeeded", "model_name": "late"})
    assert (await bench.until("ready")).model_name == "late"


@pytest.mark.parametrize("state", ["failed", "cancelled"])
@pytest.mark.parametrize(("tokens", "hold"), [(None, ("released", 0)), (100_000, ("settled", 5_000))])
async def test_a_run_that_ends_badly_is_paid_as_far_as_it_went(
    bench: Bench, state: str, tokens: int | None, hold: tuple[str, int]
) -> None:
    await bench.approve()
    bench.provider.story = (
        {
            "status": state,
            "trained_tokens": tokens,
            "error_code": "invalid_training_file",
            "error_message": "Line 52: x",
        },
    )
    job = await bench.until(state)
    assert await bench.holds() == [hold]
    assert (job.failure_code, job.actual_microusd) == ("invalid_training_file", hold[1])
    assert (await bench.said())["tuning:1:ended"][0] == f"training.{state}"
    await bench.rest()
    assert await bench.models() == [] and await bench.holds() == [hold]


async def test_unavailable_after_it_was_accepted_is_adopted(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers = [ProviderUnavailable("private")]
    job = await bench.until("in-doubt")
    assert job.intent_at is not None and job.unknowns == 1
    assert (await bench.said())["tuning:1:checking"][0] == "training.checking"
    assert (await bench.until("ready")).provider_job == "ftjob-1"
    assert len(bench.provider.creations) == 1
    assert (await bench.said())["tuning:1:found"][0] == "training.adopted"


async def test_nothing_is_looked_for_before_the_provider_could_show_it(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers = [ProviderUnavailable("private")]
    job = await bench.until("in-doubt")
    assert job.intent_at is not None
    while bench.provider.finds == 0:
        if await bench.turn() is None:
            bench.clock.advance(1)
    assert (bench.clock() - job.intent_at).total_seconds() >= TIMING.request_timeout_s + TIMING.settle_s


async def test_a_lost_send_is_never_repeated_by_itself(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers, bench.provider.accepts = [ProviderUnavailable("private")], False
    await bench.until_asked()
    assert bench.provider.finds == TIMING.checks
    assert (await bench.said())["tuning:1:found"] == (
        "training.not_sent",
        {"handle": "founder", "number": 1, "provider": "private", "job_id": 1},
    )
    for _ in range(100):
        if await bench.turn() is None:
            bench.clock.advance(120)
    assert (await bench.job()).state == "in-doubt"
    assert len(bench.provider.creations) == 1 and bench.provider.finds > TIMING.checks


async def test_the_steward_sends_it_once_more(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers, bench.provider.accepts = [ProviderUnavailable("private")], False
    await bench.until_asked()
    assert await bench.send_now(ANSWER) == Taken()
    assert await bench.send_now(ANSWER) == TooLate("sending")
    assert (await bench.said())["tuning:1:found"][0] == "training.sent_again"
    looked = bench.provider.finds
    assert (await bench.until("ready")).state == "ready"
    assert len(bench.provider.jobs) == 1 and bench.provider.finds == looked + 1
    assert [entry.who for entry in await bench.audit() if entry.what == "training.sending"] == ["understudy", STEWARD]


async def test_a_job_that_shows_late_is_adopted_although_a_person_said_send(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers, bench.provider.accepts = [ProviderUnavailable("private")], False
    await bench.until_asked()
    await bench.send_now(ANSWER)
    bench.provider.add_job("file-1")
    await bench.until("ready")
    assert len(bench.provider.creations) == 1 and len(bench.provider.jobs) == 1


async def test_the_steward_gives_it_up(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers, bench.provider.accepts = [ProviderUnavailable("private")], False
    await bench.until_asked()
    assert await bench.give_up(ANSWER) == Taken()
    assert await bench.give_up(ANSWER) == TooLate("cancelled")
    assert await bench.holds() == [("released", 0)]
    await bench.rest()
    assert len(bench.provider.creations) == 1
    assert "tuning:1:orphan" not in await bench.said()


async def test_only_the_steward_answers_and_only_when_asked(bench: Bench) -> None:
    await bench.approve()
    for use_case in (bench.send_now, bench.give_up):
        with pytest.raises(NotSteward):
            await use_case(replace(ANSWER, user="UBOSS"))
        assert await use_case(ANSWER) == TooLate("queued")
        assert await use_case(replace(ANSWER, team_id="T2")) == TooLate(None)
        assert await use_case(replace(ANSWER, tuning_job_id=TuningJobId(9))) == TooLate(None)


async def test_two_jobs_at_the_provider_raise_the_alarm(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers = [ProviderUnavailable("private")]
    await bench.until("in-doubt")
    bench.provider.add_job("file-1")
    assert (await bench.until("ready")).provider_job == "ftjob-1"
    template, facts = (await bench.said())["tuning:1:found"]
    extra = [stray["provider_job"] for stray in facts["extra"]]
    assert (template, facts["kept"], extra) == ("training.adopted_extra", "ftjob-1", ["ftjob-2"])
    alarms = [entry for entry in await bench.audit() if entry.what == "training.extra_jobs"]
    assert alarms[0].after == {"provider_jobs": ["ftjob-2"]}


async def test_a_provider_that_cannot_be_asked_leaves_it_in_doubt(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers = [ProviderUnavailable("private")]
    bench.provider.find_errors = [ProviderUnavailable("private"), ProviderRefused("private", "no_list", "no")]
    await bench.until("in-doubt")
    while bench.provider.finds < 2:
        if await bench.turn() is None:
            bench.clock.advance(30)
    job = await bench.job()
    assert (job.state, job.unknowns) == ("in-doubt", 1)
    assert (await bench.said())["tuning:1:checking"][0] == "training.unreachable"
    assert (await bench.until("ready")).provider_job == "ftjob-1"


async def test_a_busy_provider_is_tried_again(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers, bench.provider.accepts = [ProviderBusy("private"), ProviderBusy("private")], False
    assert (await bench.until("ready")).unknowns == 0
    assert len(bench.provider.creations) == 3 and len(bench.provider.jobs) == 1 and bench.provider.finds == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ProviderRefused("private", "model_not_available", "no"), "model_not_available"),
        (TrainingClosed("private"), "training_closed"),
        (SensitivityNotAllowed("private", "internal"), "sensitivity_not_allowed"),
    ],
)
@pytest.mark.parametrize("where", ["upload", "create"])
async def test_a_definite_no_gives_the_money_back(bench: Bench, error: ProviderError, code: str, where: str) -> None:
    await bench.approve()
    if where == "upload":
        bench.provider.upload_errors = [error]
    else:
        bench.provider.answers, bench.provider.accepts = [error], False
    job = await bench.until("failed")
    assert (job.failure_code, job.actual_microusd) == (code, 0)
    assert await bench.holds() == [("released", 0)]
    assert (await bench.said())["tuning:1:ended"][1]["code"] == code
    created = len(bench.provider.creations)
    await bench.rest()
    assert len(bench.provider.creations) == created


async def test_a_provider_that_is_no_longer_set_up_fails_the_run(bench: Bench) -> None:
    await bench.approve()
    async with bench.db.begin() as tx:
        await tx.tuning_jobs.update(replace(await tx.tuning_jobs.by_id(TuningJobId(1)), provider="gone"))
    assert (await bench.until("failed")).failure_code == "unknown_provider"


async def test_uploads_are_tried_again_without_doubling(bench: Bench) -> None:
    await bench.approve()
    bench.provider.upload_errors = [ProviderUnavailable("private"), ProviderBusy("private")]
    await bench.until("ready")
    assert len(bench.provider.files) == 2


@pytest.mark.parametrize("state", ["queued", "sending"])
async def test_consent_withdrawn_before_the_send_stops_it(bench: Bench, state: str) -> None:
    await bench.approve()
    await bench.until(state)
    await bench.withdraw()
    await bench.until("cancelled")
    assert bench.provider.creations == [] and await bench.holds() == [("released", 0)]
    assert (await bench.said())["tuning:1:ended"][1]["why"] == "consent"


async def test_money_that_is_gone_stops_it(bench: Bench) -> None:
    job = await bench.approve()
    await bench.until("sending")
    async with bench.db.begin() as tx:
        await tx.ledger.release(job.spend_request_id)
    await bench.until("cancelled")
    assert bench.provider.creations == []
    assert (await bench.said())["tuning:1:ended"][1]["why"] == "money"


async def test_money_held_last_month_still_counts(bench: Bench) -> None:
    bench.timing = replace(TIMING, send_within_s=30 * 86_400)
    await bench.approve()
    bench.clock.now = datetime(2026, 12, 1, 0, 1, tzinfo=UTC)
    await bench.until("ready")
    assert await bench.month() == (0, 12_000)
    assert CEILING_MICROUSD > 12_000


async def test_too_little_lease_left_sends_nothing(bench: Bench) -> None:
    await bench.approve()
    await bench.until("sending")
    item = await bench.claim()
    assert item is not None
    bench.clock.advance(55)
    await bench.step()(item)
    job = await bench.job()
    assert bench.provider.creations == [] and job.intent_at is None and job.state == "sending"
    await bench.until("ready")
    assert len(bench.provider.creations) == 1 and job.unknowns == 0


async def test_another_process_holds_the_run(bench: Bench) -> None:
    await bench.approve()
    async with bench.step().locks.hold("tuning:1") as is_ours:
        assert is_ours
        assert await bench.turn() is not None
        assert (await bench.job()).state == "queued"


@pytest.mark.parametrize("error", [ProviderBusy("private"), ProviderUnavailable("private")])
async def test_looks_that_fail_are_repeated(bench: Bench, error: ProviderError) -> None:
    await bench.approve()
    await bench.until("validating")
    bench.provider.job_errors = [error] * 3
    await bench.until("ready")
    assert "tuning:1:unreadable" not in await bench.said()


async def test_a_run_the_provider_denies_is_not_given_up(bench: Bench) -> None:
    await bench.approve()
    await bench.until("validating")
    bench.provider.job_errors = [ProviderRefused("private", "not_found", "no such job")] * 2
    await bench.until("ready", turns=600)
    assert (await bench.said())["tuning:1:unreadable"][0] == "training.unreadable"
    assert await bench.holds() == [("settled", 12_000)]


async def test_the_list_shows_what_waits_and_on_request_what_ended(bench: Bench) -> None:
    await bench.approve()
    lines = await bench.list_jobs(TEAM, everything=False)
    assert [(line.job.state, line.standing and line.standing.number) for line in lines] == [("queued", 1)]
    await bench.until("ready")
    assert await bench.list_jobs(TEAM, everything=False) == []
    assert [line.job.state for line in await bench.list_jobs(TEAM, everything=True)] == ["ready"]
    assert await bench.list_jobs("T2", everything=True) == []
    assert lines[0].job.queued_at == NOW


async def test_being_woken_early_does_not_shorten_the_wait(bench: Bench) -> None:
    await bench.approve()
    bench.provider.answers = [ProviderUnavailable("private")]
    await bench.until("in-doubt")
    async with bench.db.begin() as tx:
        await tx.work.enqueue("tuning", 1, TEAM, run_at=bench.clock())
    assert await bench.turn() is not None
    assert bench.provider.finds == 0 and (await bench.job()).state == "in-doubt"


@pytest.mark.parametrize("state", ["queued", "sending"])
async def test_a_worker_whose_claim_was_taken_away_writes_and_sends_nothing(bench: Bench, state: str) -> None:
    await bench.approve()
    before = await bench.until(state)
    item = await bench.claim()
    assert item is not None
    await bench.queue.release_all("worker")
    with pytest.raises(LeaseLost):
        await bench.step()(item)
    assert await bench.job() == before and bench.provider.creations == []
