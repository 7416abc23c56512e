"""One approval makes exactly one run, whoever presses how often, and only for what was asked."""

import asyncio
from datetime import timedelta

import pytest

from bot.features.spending.sayings import SETTLED
from bot.features.spending.signing import APPROVED, SignedOnly
from bot.features.spending.usecase import DECLINED
from pipeline.domain.spending import SpendRequest, SpendRequestId
from pipeline.domain.training import TuningJob
from pipeline.domain.voices import RoundId, Voice
from pipeline.errors import (
    AlreadyDecided,
    ConsentEnded,
    ConsentWithdrawn,
    NotApprover,
    OverBudget,
    OwnRequest,
    RequestVoid,
)
from tests.fakes.money_bench import BOSS, BOSS2, MEMBER, NOW, STEWARD, TEAM, Bench, press, price, wish


async def the_voice(bench: Bench) -> Voice:
    async with bench.db.read() as tx:
        return (await tx.voices.of_team(TEAM))[0]


async def approved(bench: Bench, request: SpendRequest, user: str = BOSS) -> TuningJob:
    job = await bench.approve(press(request, user))
    assert not isinstance(job, SignedOnly)
    return job


async def test_an_approval_holds_the_money_and_queues_the_run(bench: Bench) -> None:
    request = await bench.asked()
    job = await approved(bench, request)
    assert job.key == f"us-T1-{request.spend_request_id}-9f3c9f3c9f3c"
    assert await bench.holds() == [("held", request.ceiling_microusd)]
    assert [(row.subject, row.state) for row in await bench.work() if row.kind == "tuning"] == [("1", "due")]
    said = await bench.said()
    assert said["spend:1:card"][0] == SETTLED and said["spend:1:card"][1]["by"] == BOSS
    assert said["spend:1:decided"] == (
        APPROVED,
        {"users": [BOSS], "ceiling_microusd": request.ceiling_microusd, "handle": "founder", "place_in_queue": 1},
    )
    assert said["round:1:card"][1]["job_state"] == "queued"
    assert [entry.what for entry in await bench.audit()] == ["spend.asked", "spend.approved"]
    async with bench.db.read() as tx:
        assert (await tx.rounds.by_id(RoundId(request.round_id))).state == "locked"


async def test_ten_approvers_and_a_double_click_make_one_run(bench: Bench) -> None:
    approvers = [f"UBOSS{number}" for number in range(10)]
    bench.people.who = approvers
    await bench.rule(approvers=approvers)
    request = await bench.asked()
    presses = [press(request, user) for user in (*approvers, approvers[0])]
    outcomes = await asyncio.gather(*(bench.approve(each) for each in presses), return_exceptions=True)
    won = [each for each in outcomes if isinstance(each, TuningJob)]
    late = [each for each in outcomes if isinstance(each, AlreadyDecided)]
    assert (len(won), len(late)) == (1, 10)
    decided = await bench.request(request.spend_request_id)
    assert {(each.state, each.by, each.at) for each in late} == {("approved", decided.decided_by, NOW)}
    assert len(await bench.jobs()) == 1 and len(await bench.holds()) == 1


async def test_a_redelivered_press_is_told_who_decided(bench: Bench) -> None:
    request = await bench.asked()
    await bench.approve(press(request))
    bench.clock.now = NOW + timedelta(minutes=5)
    with pytest.raises(AlreadyDecided) as late:
        await bench.approve(press(request))
    assert (late.value.state, late.value.by, late.value.at) == ("approved", BOSS, NOW)
    assert len(await bench.jobs()) == 1


async def test_only_approvers_approve(bench: Bench) -> None:
    request = await bench.asked()
    with pytest.raises(NotApprover) as refused:
        await bench.approve(press(request, MEMBER))
    assert refused.value.approvers == (BOSS, BOSS2)
    assert (await bench.request(request.spend_request_id)).state == "asked"


async def test_nobody_approves_their_own_request(bench: Bench) -> None:
    await bench.rule(approvers=[STEWARD, BOSS])
    request = await bench.asked()
    with pytest.raises(OwnRequest) as refused:
        await bench.approve(press(request, STEWARD))
    assert refused.value.approvers == (BOSS,)
    assert await bench.jobs() == []


async def test_changed_texts_void_the_request(bench: Bench) -> None:
    request = await bench.asked()
    await bench.prepare(await the_voice(bench), content_hash="other", kept=91)
    with pytest.raises(RequestVoid) as void:
        await bench.approve(press(request))
    assert (void.value.label, void.value.examples_then, void.value.examples_now) == (request.label, 87, 91)
    assert (await bench.request(request.spend_request_id)).state == "void"
    assert (await bench.said())["spend:1:card"][1]["state"] == "void"
    assert await bench.jobs() == [] and await bench.holds() == []
    with pytest.raises(AlreadyDecided):
        await bench.approve(press(request, BOSS2))


async def test_a_change_that_is_not_worked_in_yet_voids_as_well(bench: Bench) -> None:
    request = await bench.asked()
    await bench.change_source(await the_voice(bench))
    with pytest.raises(RequestVoid):
        await bench.approve(press(request))
    assert await bench.jobs() == []


async def test_a_change_and_its_undoing_leave_the_request_as_it_was(bench: Bench) -> None:
    request = await bench.asked()
    await bench.prepare(await the_voice(bench))
    assert (await approved(bench, request)).spend_request_id == request.spend_request_id


async def test_consent_withdrawn_in_between_stops_approval(bench: Bench) -> None:
    request = await bench.asked()
    await bench.withdraw(await the_voice(bench))
    with pytest.raises(ConsentWithdrawn):
        await bench.approve(press(request))
    assert await bench.holds() == []


async def test_consent_that_ended_stops_approval(bench: Bench) -> None:
    bench.clock.now = NOW + timedelta(days=364)
    bench.prices.rows = [price("private", "small", as_of=bench.clock.now.date())]
    request = await bench.asked()
    bench.clock.now = NOW + timedelta(days=366)
    with pytest.raises(ConsentEnded):
        await bench.approve(press(request))


async def test_the_months_budget_is_never_passed(bench: Bench) -> None:
    request = await bench.asked(ceiling_microusd=5_000_001)
    with pytest.raises(OverBudget) as over:
        await bench.approve(press(request))
    assert (over.value.would_be_microusd, over.value.limit_microusd) == (5_000_001, 5_000_000)
    assert (await bench.request(request.spend_request_id)).state == "asked"
    assert await bench.jobs() == [] and await bench.holds() == []


async def test_a_request_nobody_knows_or_of_another_workspace(bench: Bench) -> None:
    request = await bench.asked()
    for wrong in (press(request, team_id="T2"), press(request, request_id=SpendRequestId(99))):
        with pytest.raises(AlreadyDecided):
            await bench.approve(wrong)
    assert await bench.jobs() == []


async def test_an_approver_declines_with_a_reason(bench: Bench) -> None:
    request = await bench.asked()
    await bench.check_decline(press(request))
    await bench.decline(press(request, reason="wait for <!channel>"))
    declined = await bench.request(request.spend_request_id)
    assert (declined.state, declined.decided_by, declined.reason) == ("declined", BOSS, "wait for <!channel>")
    said = await bench.said()
    assert said["spend:1:card"][1]["state"] == "declined" and said["spend:1:decided"][0] == DECLINED
    for late in (
        bench.approve(press(request, BOSS2)),
        bench.decline(press(request)),
        bench.check_decline(press(request)),
    ):
        with pytest.raises(AlreadyDecided):
            await late
    assert [entry.what for entry in await bench.audit()] == ["spend.asked", "spend.declined"]


async def test_whoever_asked_may_take_it_back_and_ask_again(bench: Bench) -> None:
    request = await bench.asked()
    await bench.decline(press(request, STEWARD))
    assert getattr(await bench.ask(wish()), "request").state == "asked"  # noqa: B009  # an outcome of four kinds


async def test_others_may_not_decline(bench: Bench) -> None:
    request = await bench.asked()
    for use_case in (bench.decline, bench.check_decline):
        with pytest.raises(NotApprover):
            await use_case(press(request, MEMBER))


async def test_approving_and_declining_at_once_leaves_one_answer(bench: Bench) -> None:
    request = await bench.asked()
    outcomes = await asyncio.gather(
        bench.approve(press(request, BOSS)), bench.decline(press(request, BOSS2)), return_exceptions=True
    )
    assert sum(isinstance(each, AlreadyDecided) for each in outcomes) == 1
    state = (await bench.request(request.spend_request_id)).state
    assert len(await bench.jobs()) == (1 if state == "approved" else 0)
