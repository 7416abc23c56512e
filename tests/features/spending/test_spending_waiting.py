"""A request that waits: one reminder after a day, its end after three, and standing still while nobody can answer."""

from datetime import timedelta

import pytest

from bot.features.spending.sayings import SETTLED
from bot.features.spending.views import TEMPLATES
from bot.features.spending.waiting import NOBODY, REMINDER
from pipeline.domain.spending import SpendRequest
from pipeline.errors import AlreadyDecided
from tests.fakes.money_bench import BOSS, BOSS2, NOW, OWNER, STEWARD, TEAM, Bench, press, wish

HOUR = timedelta(hours=1)


async def at(bench: Bench, request: SpendRequest, hours: float) -> SpendRequest:
    """The request after the worker looked at it then."""
    bench.clock.now = NOW + hours * HOUR
    await bench.watch(request)
    return await bench.request(request.spend_request_id)


async def keys(bench: Bench, template: str) -> list[str]:
    return sorted(key for key, (name, _) in (await bench.said()).items() if name == template)


async def test_approvers_are_reminded_once_after_a_day(bench: Bench) -> None:
    request = await bench.asked()
    assert (await at(bench, request, 23.9)).reminded_at is None and await keys(bench, REMINDER) == []
    assert (await at(bench, request, 24)).reminded_at == NOW + 24 * HOUR
    assert await keys(bench, REMINDER) == ["spend:1:reminder:UBOSS", "spend:1:reminder:UBOSS2"]
    assert (await at(bench, request, 48)).reminded_at == NOW + 24 * HOUR


async def test_who_has_signed_is_not_reminded(bench: Bench) -> None:
    await bench.rule(second_from_microusd=1)
    request = await bench.asked()
    await bench.approve(press(request, BOSS))
    await at(bench, request, 24)
    assert await keys(bench, REMINDER) == ["spend:1:reminder:UBOSS2"]


async def test_after_three_days_it_is_closed_and_can_be_asked_again(bench: Bench) -> None:
    request = await bench.asked()
    assert (await at(bench, request, 71.9)).state == "asked"
    assert (await at(bench, request, 72)).state == "expired"
    template, facts = (await bench.said())["spend:1:card"]
    words = str(TEMPLATES[template](facts).payload())
    assert template == SETTLED and "No answer in 72 h" in words and "Ask again" in words
    assert (await bench.said())[f"spend:1:card:{BOSS}"] == (template, facts)
    await bench.answered()
    assert getattr(await bench.ask(wish()), "request").state == "asked"  # noqa: B009  # an outcome of three kinds


@pytest.mark.parametrize("hours", [72, 500])
async def test_a_late_answer_closes_it_even_when_the_worker_did_not_look(bench: Bench, hours: int) -> None:
    request = await bench.asked()
    bench.clock.now = NOW + hours * HOUR
    for late in (bench.approve(press(request)), bench.approve(press(request)), bench.decline(press(request))):
        with pytest.raises(AlreadyDecided) as told:
            await late
        assert told.value.state == "expired"
    assert (await bench.request(request.spend_request_id)).state == "expired" and await bench.jobs() == []
    assert [entry.what for entry in await bench.audit()].count("spend.expired") == 1


async def test_the_last_approver_leaving_is_noticed_and_time_stands_still(bench: Bench) -> None:
    request = await bench.asked()
    bench.people.who = (OWNER, STEWARD)
    assert (await at(bench, request, 1)).answerable_since is None
    assert [key.rsplit(":", 1)[1] for key in await keys(bench, NOBODY)] == [OWNER, STEWARD]
    assert (await at(bench, request, 100)).state == "asked"
    assert len(await keys(bench, NOBODY)) == 2
    bench.people.who = (OWNER, STEWARD, BOSS)
    back = await at(bench, request, 101)
    assert back.answerable_since == NOW + 101 * HOUR
    assert (await at(bench, request, 101 + 71)).state == "asked"
    assert (await at(bench, request, 101 + 72)).state == "expired"


async def test_whoever_asked_is_no_approver_of_it(bench: Bench) -> None:
    await bench.rule(approvers=[STEWARD])
    assert (await bench.asked()).answerable_since is None
    assert len(await keys(bench, NOBODY)) == 2


async def test_an_approver_who_is_named_later_gets_the_card(bench: Bench) -> None:
    await bench.rule(approvers=[BOSS])
    request = await bench.asked()
    assert request.direct_copies == (BOSS,)
    await bench.rule(approvers=[BOSS, "S1"])
    bench.people.members = {"S1": [BOSS2]}
    assert (await at(bench, request, 1)).direct_copies == (BOSS, BOSS2)
    said = await bench.said()
    assert said[f"spend:1:card:{BOSS2}"] == said["spend:1:card"]


async def test_changed_texts_close_it_without_anybody_pressing(bench: Bench) -> None:
    request = await bench.asked()
    async with bench.db.read() as tx:
        (voice,) = await tx.voices.of_team(TEAM)
    await bench.change_source(voice)
    assert (await at(bench, request, 1)).state == "asked"  # not worked in yet: it may come to the same texts
    await bench.prepare(voice, content_hash="other", kept=91)
    assert (await at(bench, request, 2)).state == "void"
    words = str(TEMPLATES[SETTLED]((await bench.said())["spend:1:card"][1]).payload())
    assert "87 → 91 texts" in words and "New request" in words
