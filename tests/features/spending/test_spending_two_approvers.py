"""More than one yes, none at all, or one alone: second approvers, raised budgets, rules, emergencies, stand-ins."""

import asyncio
from datetime import timedelta

import pytest

from bot.cards import APPROVAL_CARD
from bot.features.spending.sayings import SETTLED, WARNING
from bot.features.spending.signing import SignedOnly
from bot.features.spending.usecase import EMERGENCY
from bot.features.spending.views import TEMPLATES
from pipeline.domain.training import TuningJob
from pipeline.errors import (
    AlreadyDecided,
    AlreadySigned,
    CannotStandIn,
    EmergencyClosed,
    NotApprover,
    OverBudget,
    OwnRequest,
    PriceRose,
)
from tests.fakes.money_bench import BOSS, BOSS2, MEMBER, NOW, OWNER, STEWARD, TEAM, Bench, press, price, wish

DAY = timedelta(days=1)


async def test_two_must_say_yes_from_an_amount_on_and_both_stand_on_every_copy(bench: Bench) -> None:
    await bench.rule(second_from_microusd=30_000)
    request = await bench.asked(ceiling_microusd=30_000)
    assert isinstance(await bench.approve(press(request, BOSS)), SignedOnly)
    assert await bench.jobs() == [] and await bench.holds() == []
    waiting = str(TEMPLATES[APPROVAL_CARD]((await bench.said())["spend:1:card"][1]).payload())
    assert "1 of 2: <@UBOSS>" in waiting and "Approve 2 of 2" in waiting
    with pytest.raises(AlreadySigned):
        await bench.approve(press(request, BOSS))
    assert isinstance(await bench.approve(press(request, BOSS2)), TuningJob)
    said = await bench.said()
    for key in ("spend:1:card", f"spend:1:card:{BOSS}", f"spend:1:card:{BOSS2}"):
        template, facts = said[key]
        words = str(TEMPLATES[template](facts).payload())
        assert template == SETTLED and "<@UBOSS>" in words and "<@UBOSS2>" in words
    assert [e.what for e in await bench.audit()] == ["spend.asked", "spend.signed", "spend.approved"]


async def test_ten_presses_of_one_approver_are_not_two(bench: Bench) -> None:
    await bench.rule(second_from_microusd=1)
    request = await bench.asked()
    presses = [bench.approve(press(request, BOSS)) for _ in range(10)]
    outcomes = await asyncio.gather(*presses, return_exceptions=True)
    assert sum(isinstance(each, SignedOnly) for each in outcomes) == 1
    assert sum(isinstance(each, AlreadySigned) for each in outcomes) == 9
    assert await bench.jobs() == []


async def test_a_yes_of_somebody_who_left_does_not_count(bench: Bench) -> None:
    await bench.rule(second_from_microusd=1, approvers=[BOSS, BOSS2, MEMBER])
    request = await bench.asked()
    await bench.approve(press(request, BOSS))
    bench.people.who = (BOSS2, MEMBER)
    assert isinstance(await bench.approve(press(request, BOSS2)), SignedOnly)
    assert isinstance(await bench.approve(press(request, MEMBER)), TuningJob)


@pytest.mark.parametrize("budget", ["month_limit_microusd", "voice_limit_microusd", "person_limit_microusd"])
async def test_over_a_budget_two_raise_it_and_only_for_this_month(bench: Bench, budget: str) -> None:
    await bench.rule(**{budget: 20_000})
    request = await bench.asked(ceiling_microusd=50_000)
    with pytest.raises(OverBudget) as over:
        await bench.approve(press(request, BOSS))
    assert (over.value.would_be_microusd, over.value.limit_microusd) == (50_000, 20_000)
    card = str(TEMPLATES[APPROVAL_CARD]((await bench.said())["spend:1:card"][1]).payload())
    assert "second approver and a raised budget" in card and "Approve 1 of 2" in card and "spending.raise" in card
    assert isinstance(await bench.approve(press(request, BOSS, raises=True)), SignedOnly)
    with pytest.raises(AlreadySigned):
        await bench.approve(press(request, BOSS, raises=True))
    assert isinstance(await bench.approve(press(request, BOSS2, raises=True)), TuningJob)
    raised = [entry for entry in await bench.audit() if entry.what == "budget.raised"]
    assert [(e.before["limit_microusd"], e.after["limit_microusd"]) for e in raised] == [(20_000, 50_000)]
    async with bench.db.read() as tx:
        next_month = await tx.budgets.of_request(request.spend_request_id, "2026-12")
    assert 20_000 in [one.limit_microusd for one in next_month]


async def test_a_raise_agreed_to_does_not_cover_a_higher_one(bench: Bench) -> None:
    await bench.rule(month_limit_microusd=60_000)
    first = await bench.asked(ceiling_microusd=70_000)
    await bench.approve(press(first, BOSS, raises=True))  # to 70,000
    await bench.rule(month_limit_microusd=10_000_000)
    voice = (await bench.other_voice()).handle
    second = getattr(await bench.ask(wish(handle=voice, ceiling_microusd=50_000)), "request")  # noqa: B009  # of three kinds
    await bench.approve(press(second, BOSS))
    await bench.rule(month_limit_microusd=60_000)
    assert isinstance(await bench.approve(press(first, BOSS2, raises=True)), SignedOnly)  # 120,000 now
    assert isinstance(await bench.approve(press(first, BOSS, raises=True)), TuningJob)


async def test_a_budget_is_warned_of_where_the_cards_stand(bench: Bench) -> None:
    await bench.rule(month_limit_microusd=100_000)
    await bench.approve(press(await bench.asked(ceiling_microusd=80_000)))
    said, places = await bench.said(), await bench.places()
    assert said["budget:2026-11::warning"][0] == WARNING and places["budget:2026-11::warning"] == "CSPEND"


async def test_an_emergency_is_closed_unless_an_admin_allows_it(bench: Bench) -> None:
    await bench.rule(approvers=[STEWARD, BOSS])
    request = await bench.asked()
    with pytest.raises(OwnRequest) as own:
        await bench.approve(press(request, STEWARD))
    assert not own.value.emergency
    with pytest.raises(EmergencyClosed):
        await bench.emergency(press(request, STEWARD, reason="launch"))
    await bench.rule(emergency=True)
    with pytest.raises(OwnRequest) as own:
        await bench.approve(press(request, STEWARD))
    assert own.value.emergency
    with pytest.raises(NotApprover):
        await bench.emergency(press(request, MEMBER, reason="launch"))


async def test_an_emergency_approval_is_told_to_all_approvers_and_stays_on_the_card(bench: Bench) -> None:
    await bench.rule(approvers=[STEWARD, BOSS, BOSS2], emergency=True, second_from_microusd=1)
    request = await bench.asked()
    assert isinstance(await bench.emergency(press(request, STEWARD, reason="the launch is today")), TuningJob)
    said = await bench.said()
    for user in (STEWARD, BOSS, BOSS2):
        assert said[f"spend:1:emergency:{user}"][0] == EMERGENCY
    for key in ("spend:1:card", f"spend:1:card:{BOSS}"):
        words = str(TEMPLATES[SETTLED](said[key][1]).payload())
        assert "Emergency approval" in words and "the launch is today" in words
    with pytest.raises(AlreadyDecided):
        await bench.emergency(press(request, STEWARD, reason="again"))
    assert "spend.emergency" in [entry.what for entry in await bench.audit()]


async def test_an_emergency_stays_within_the_budget(bench: Bench) -> None:
    await bench.rule(approvers=[STEWARD, BOSS], emergency=True, month_limit_microusd=1)
    request = await bench.asked()
    with pytest.raises(OverBudget):
        await bench.emergency(press(request, STEWARD, reason="launch"))
    assert await bench.jobs() == [] and (await bench.request(request.spend_request_id)).state == "asked"


async def test_a_rule_approves_small_amounts_so_many_times_a_day(bench: Bench) -> None:
    await bench.rule(auto_below_microusd=30_000, auto_per_day=1)
    request = await bench.asked(ceiling_microusd=29_999)
    assert request.state == "approved" and len(await bench.jobs()) == 1
    assert "Approved by a rule" in str(TEMPLATES[SETTLED]((await bench.said())["spend:1:card"][1]).payload())
    assert "spend.by_rule" in [entry.what for entry in await bench.audit()]
    voice = (await bench.other_voice()).handle
    again = getattr(await bench.ask(wish(handle=voice, ceiling_microusd=29_999)), "request")  # noqa: B009  # of three kinds
    assert (await bench.request(again.spend_request_id)).state == "asked"


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"auto_below_microusd": 22_000},
        {"auto_below_microusd": 90_000, "auto_per_day": 0},
        {"auto_below_microusd": 90_000, "second_from_microusd": 22_000},
        {"auto_below_microusd": 90_000, "voice_limit_microusd": 21_999},
    ],
)
async def test_no_rule_approves_what_it_must_not(bench: Bench, rules: dict[str, int]) -> None:
    await bench.rule(**rules)
    request = await bench.asked(ceiling_microusd=22_000)
    assert request.state == "asked" and await bench.jobs() == []


async def test_a_stand_in_signs_for_an_approver_until_the_day_ends(bench: Bench) -> None:
    await bench.stand_in(TEAM, BOSS, MEMBER, NOW.date())
    request = await bench.asked()
    assert (await bench.said())["spend:1:asked"][1]["approvers"] == [BOSS, BOSS2, MEMBER]
    await bench.approve(press(request, MEMBER))
    words = str(TEMPLATES[SETTLED]((await bench.said())["spend:1:card"][1]).payload())
    assert "Approved by <@UMEMBER> for <@UBOSS>" in words


async def test_a_stand_in_is_none_the_day_after(bench: Bench) -> None:
    await bench.stand_in(TEAM, BOSS, MEMBER, NOW.date())
    request = await bench.asked()
    bench.clock.now = NOW + DAY
    with pytest.raises(NotApprover):
        await bench.approve(press(request, MEMBER))


async def test_an_approver_and_their_stand_in_are_not_two(bench: Bench) -> None:
    await bench.rule(second_from_microusd=1)
    await bench.stand_in(TEAM, BOSS, MEMBER, NOW.date())
    request = await bench.asked()
    await bench.approve(press(request, MEMBER))
    with pytest.raises(AlreadySigned):
        await bench.approve(press(request, BOSS))
    assert isinstance(await bench.approve(press(request, BOSS2)), TuningJob)


async def test_nobody_stands_in_for_whoever_asked(bench: Bench) -> None:
    await bench.rule(approvers=[STEWARD, BOSS])
    await bench.stand_in(TEAM, STEWARD, MEMBER, NOW.date())
    request = await bench.asked()
    with pytest.raises(NotApprover):
        await bench.approve(press(request, MEMBER))


async def test_who_can_stand_in(bench: Bench) -> None:
    with pytest.raises(NotApprover):
        await bench.stand_in(TEAM, MEMBER, OWNER, NOW.date())
    for stand_in, until in ((BOSS, NOW.date()), ("UGONE", NOW.date()), (MEMBER, NOW.date() - DAY)):
        with pytest.raises(CannotStandIn):
            await bench.stand_in(TEAM, BOSS, stand_in, until)
    await bench.stand_in(TEAM, BOSS, MEMBER, NOW.date())
    await bench.stand_in(TEAM, BOSS, None, None)
    before, after = [(e.before["stand_in"], e.after["stand_in"]) for e in await bench.audit()]
    assert (before, after) == ((None, MEMBER), (MEMBER, None))


async def test_what_costs_more_by_now_is_not_approved(bench: Bench) -> None:
    request = await bench.asked()
    bench.prices.rows = [price("private", "small", train_microusd_per_million=50_000_000)]
    with pytest.raises(PriceRose):
        await bench.approve(press(request))
    assert await bench.holds() == []


async def test_a_question_stands_in_the_thread_and_on_the_card(bench: Bench) -> None:
    request = await bench.asked()
    await bench.question(press(request, BOSS, reason="why now?"))
    said, places = await bench.said(), await bench.places()
    assert said["spend:1:question:1"][1]["question"] == "why now?" and places["spend:1:question:1"] == "round:1:card"
    assert "asked something" in str(TEMPLATES[APPROVAL_CARD](said[f"spend:1:card:{BOSS2}"][1]).payload())
    with pytest.raises(NotApprover):
        await bench.question(press(request, MEMBER, reason="me too"))
