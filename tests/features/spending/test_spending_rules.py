"""/voice admin: who may set the rules, what the form says and takes, and the record of each change."""

from typing import Any

import pytest

from bot.admin_menu import AdminItem, AdminMenu
from bot.features.admin.forms import rules_form, wanted_rules
from bot.features.admin.usecase import ChangeRules, CheckAdmin, LookAtRules, OpenMenu
from bot.slack.amounts import WrongEntry
from pipeline.errors import NotAdmin
from tests.fakes.money_bench import BOSS, MEMBER, OWNER, RULES, TEAM, Bench, press


def change(bench: Bench) -> ChangeRules:
    return ChangeRules(bench.db, CheckAdmin(bench.people), bench.clock)


async def test_only_admins_look_and_change(bench: Bench) -> None:
    with pytest.raises(NotAdmin):
        await LookAtRules(bench.db, bench.people, CheckAdmin(bench.people))(TEAM, MEMBER)
    with pytest.raises(NotAdmin):
        await change(bench)(TEAM, BOSS, {"emergency": True})
    async with bench.db.read() as tx:
        assert not (await tx.spend_rules.of_team(TEAM)).emergency


async def test_the_menu_opens_for_admins_and_approvers_each_with_what_is_theirs(bench: Bench) -> None:
    open_menu = OpenMenu(bench.db, bench.people)
    await bench.rule(approvers=[BOSS, OWNER])
    assert await open_menu(TEAM, BOSS) == {"approver"}
    assert await open_menu(TEAM, OWNER) == {"admin", "approver"}
    with pytest.raises(NotAdmin):
        await open_menu(TEAM, MEMBER)
    table = AdminMenu([AdminItem("Rules", "a", "…"), AdminItem("Prices", "b", "…", role="approver")])
    assert [item.label for item in table.items_for({"approver"})] == ["Prices"]


async def test_each_change_is_recorded_with_before_and_after_and_what_is_the_same_is_not(bench: Bench) -> None:
    wanted: Any = {"approvers": (BOSS, "S1"), "channel_id": "CSPEND", "voice_limit_microusd": 7}
    assert await change(bench)(TEAM, OWNER, wanted) == ["approvers", "voice_limit_microusd"]
    entries = [(e.who, e.subject, e.before["value"], e.after["value"]) for e in await bench.audit()]
    assert entries == [
        (OWNER, "approvers", ["UBOSS", "UBOSS2"], ["UBOSS", "S1"]),
        (OWNER, "voice_limit_microusd", None, 7),
    ]
    assert await change(bench)(TEAM, OWNER, wanted) == []


async def test_a_changed_rule_holds_for_requests_that_wait(bench: Bench) -> None:
    request = await bench.asked()
    await change(bench)(TEAM, OWNER, {"approvers": (MEMBER,)})
    assert (await bench.request(request.spend_request_id)).direct_copies == ("UBOSS", "UBOSS2")
    await bench.watch(request)
    assert (await bench.request(request.spend_request_id)).direct_copies == ("UBOSS", "UBOSS2", MEMBER)
    await bench.approve(press(request, MEMBER))
    assert len(await bench.jobs()) == 1


async def test_the_form_gives_back_the_rules_it_shows(bench: Bench) -> None:
    bench.people.members = {"S1": [BOSS], "S2": []}
    await bench.rule(approvers=[BOSS, "S1"], second_from_microusd=50_000_000, auto_below_microusd=500_000)
    now = await LookAtRules(bench.db, bench.people, CheckAdmin(bench.people))(TEAM, OWNER)
    assert await change(bench)(TEAM, OWNER, wanted_rules(filled(rules_form(now).to_dict()))) == []


@pytest.mark.parametrize(
    ("block", "typed"),
    [
        ("month_limit_microusd", ""),
        ("voice_limit_microusd", "much"),
        ("second_from_microusd", "0"),
        ("warn_percent", "101"),
        ("auto_per_day", "-1"),
    ],
)
async def test_wrong_entries_are_told_at_their_field(bench: Bench, block: str, typed: str) -> None:
    now = await LookAtRules(bench.db, bench.people, CheckAdmin(bench.people))(TEAM, OWNER)
    with pytest.raises(WrongEntry) as wrong:
        wanted_rules(filled(rules_form(now).to_dict(), **{block: typed}))
    assert wrong.value.block_id == block


async def test_without_rules_of_their_own_the_settings_hold(bench: Bench) -> None:
    async with bench.db.read() as tx:
        rules = await tx.spend_rules.of_team(TEAM)
    assert (rules.approvers, rules.channel_id) == (RULES.approvers, RULES.channel_id)


def filled(view: dict[str, Any], **typed: str) -> dict[str, Any]:
    """The form sent back as Slack does, with its initial values or what was typed over them."""
    state: dict[str, Any] = {}
    for block in view["blocks"]:
        element = block.get("element")
        if element is None:
            continue
        held = {
            "value": typed.get(block["block_id"], element.get("initial_value")),
            "selected_users": element.get("initial_users", []),
            "selected_options": element.get("initial_options", []),
            "selected_channel": element.get("initial_channel"),
        }
        state[block["block_id"]] = {element["action_id"]: held}
    return view | {"state": {"values": state}}
