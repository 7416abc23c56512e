"""What a voice's people are told without asking: once a week how it did, in time that its base ends. And their say."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from drafting_world import MEMBER, NOW, OWNER, STEWARD, TEAM, Crash, CrashingDatabase, People, World, words_of

from bot.features.digest import views as digest_views
from bot.features.digest.usecase import SayDigests, newest_monday
from bot.features.preferences.listeners import changes_in
from bot.features.preferences.usecase import ChoosePreferences
from bot.features.preferences.views import chosen_text
from bot.features.radar import views as radar_views
from bot.features.radar.usecase import WarnOfEnds
from bot.features.rounds.usecase import PreviewRound
from pipeline.domain.preferences import Preferences
from pipeline.domain.spending import Price
from pipeline.errors import MissingArgument, NoPrice, NotSteward
from sandbox.rules.messages import check_blocks

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)  # NOW is the Saturday before


def digests(world: World, database: Any = None) -> SayDigests:
    judged = PreviewRound(world.database, People(), world.clock, "UBOT").judged
    return SayDigests(database or world.database, judged, world.clock)


async def said(world: World, template: str) -> list[tuple[str, str | None, Mapping[str, Any]]]:
    """Key, who gets it directly, facts."""
    posted = [*world.said, *await world.post()]
    mine = {one.saying.key: one for one in posted if one.saying.template == template}
    return [(key, one.saying.place.user_id, one.saying.facts) for key, one in mine.items()]


@pytest.mark.parametrize("crash", ["before", "after"])
async def test_a_week_is_told_once_from_monday_morning_on_whatever_happens(world: World, crash: str) -> None:
    await world.drafted()
    world.clock.now = MONDAY - timedelta(minutes=1)
    await digests(world)()
    assert await said(world, "digest.week") == []
    world.clock.now = MONDAY + timedelta(hours=1)
    with pytest.raises(Crash):
        await digests(world, CrashingDatabase(world.database, crash))()
    await asyncio.gather(*(digests(world)() for _ in range(3)))
    world.clock.now = MONDAY + timedelta(days=6)
    await digests(world)()
    [(key, user, facts)] = await said(world, "digest.week")
    assert (key, user) == (f"digest:{world.voice.voice_id}:2026-W48", None)
    assert (facts["asked"], facts["cost_microusd"]) == (1, 1_200)
    assert sum(one.saying.template == "digest.week" for one in world.said) == 1
    world.clock.now = MONDAY + timedelta(days=7)
    await digests(world)()
    assert len(await said(world, "digest.week")) == 1  # a week without drafts


async def test_who_said_no_gets_no_digest(world: World) -> None:
    await world.drafted()
    world.clock.now = MONDAY
    await ChoosePreferences(world.database, world.clock)(TEAM, OWNER, "founder", {"weekly": False})
    await digests(world)()
    assert await said(world, "digest.week") == []


async def test_a_voice_that_was_closed_gets_no_digest(world: World) -> None:
    await world.drafted()
    world.clock.now = MONDAY
    async with world.database.begin() as tx:
        await tx.voices.set_state(world.voice.voice_id, "closed")
    await digests(world)()
    assert await said(world, "digest.week") == []


def test_the_week_ends_on_monday_at_eight() -> None:
    assert newest_monday(MONDAY) == MONDAY
    assert newest_monday(MONDAY - timedelta(seconds=1)) == MONDAY - timedelta(days=7)
    assert newest_monday(MONDAY + timedelta(days=6, hours=15)) == MONDAY


WEEK = {
    "handle": "founder",
    "until": MONDAY.isoformat(),
    "target_s": 10,
    "alarms": ["17 % of the judged drafts were accepted, 80 % in the four weeks before"],
    "steward": STEWARD,
    "asked": 21,
    "accepted": 2,
    "judged": 12,
    "edited": 0.25,
    "cost_microusd": 31_000,
    "middle_s": 12.4,
}


def test_the_digest_says_what_to_do_about_an_alarm() -> None:
    message = digest_views.week(WEEK)
    check_blocks(message.payload()["blocks"])
    words = words_of(message)
    assert "21 drafts for $0.031 · accepted 2 of 12 judged · corrections change 25 % of the words" in words
    assert "12 s per draft (target 10) ⚠️" in words
    assert "⚠️ 17 % of the judged drafts were accepted" in words and "`/voice board founder`" in words
    assert "`/voice settings founder digest=no` ends it" in words
    calm = words_of(
        digest_views.week({**WEEK, "alarms": [], "judged": 0, "accepted": 0, "edited": None, "middle_s": 9})
    )
    assert "none judged" in calm and "9 s per draft (target 10) ✅" in calm and "board" not in calm


@dataclass
class Prices:
    """shutdown: of every base."""

    shutdown: date | None = None
    unknown: list[str] = field(default_factory=list)

    def find(self, provider: str, base: str) -> Price:
        if base in self.unknown:
            raise NoPrice(provider, base)
        return Price(provider, base, 0, 0, 0, "page", NOW.date(), 8192, "o200k_base", shutdown_on=self.shutdown)


async def test_owner_and_steward_are_told_once_each_at_sixty_and_at_fourteen_days(world: World) -> None:
    prices = Prices(date(2027, 1, 14))
    radar = WarnOfEnds(world.database, prices, world.people, world.clock)
    told = {}
    for day in (date(2026, 11, 14), date(2026, 11, 15), date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 14)):
        world.clock.now = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        await asyncio.gather(radar(), radar())
        told[day] = sorted(user or "" for _, user, _ in await said(world, "radar.ends"))
    both = sorted([OWNER, STEWARD])
    assert list(told.values()) == [[], both, both, sorted(both * 2), sorted(both * 2)]
    assert len(world.said) == 4
    world.clock.now = datetime(2027, 1, 15, tzinfo=UTC)
    await radar()
    assert len(await said(world, "radar.ends")) == 4


async def test_a_base_that_ends_next_week_is_told_of_once(world: World) -> None:
    await WarnOfEnds(world.database, Prices(NOW.date() + timedelta(days=7)), world.people, world.clock)()
    assert len(await said(world, "radar.ends")) == 2


async def test_a_base_that_has_ended_already_is_no_news(world: World) -> None:
    await WarnOfEnds(world.database, Prices(NOW.date() - timedelta(days=1)), world.people, world.clock)()
    assert await said(world, "radar.ends") == []


async def test_nothing_is_told_of_retired_versions_and_of_bases_without_an_end(world: World) -> None:
    await WarnOfEnds(world.database, Prices(None), world.people, world.clock)()
    await WarnOfEnds(world.database, Prices(NOW.date(), ["small"]), world.people, world.clock)()
    async with world.database.begin() as tx:
        await tx.voice_models.set_state(world.model.voice_model_id, "retired")
    await WarnOfEnds(world.database, Prices(NOW.date()), world.people, world.clock)()
    assert await said(world, "radar.ends") == []


def test_the_warning_says_the_day_and_what_to_do_now() -> None:
    facts = {"handle": "founder", "provider": "openai", "base": "gpt-4.1-mini", "on": "2027-01-14", "versions": [1, 2]}
    message = radar_views.ends(facts)
    check_blocks(message.payload()["blocks"])
    words = words_of(message)
    assert "openai turns off gpt-4.1-mini on 14 Jan 2027. From that day founder v1 and v2 stop writing" in words
    assert "Now: `/voice cost founder` shows where it can be trained again" in words


async def test_steward_and_owner_choose_and_others_look(world: World) -> None:
    choose = ChoosePreferences(world.database, world.clock)
    with pytest.raises(NotSteward):
        await choose(TEAM, MEMBER, "founder", {"target_s": 5})
    assert (await choose(TEAM, MEMBER, "founder", {})).preferences == Preferences(30, weekly=True)
    await choose(TEAM, STEWARD, "founder", {"target_s": 12})
    chosen = await choose(TEAM, OWNER, "founder", {"weekly": False})
    assert chosen.preferences == Preferences(12, weekly=False)
    await choose(TEAM, OWNER, "founder", {"weekly": False})
    assert len(await world.audits("voice.preferences")) == 2
    assert "should take 12 s at the most · weekly digest off" in chosen_text(chosen, "/voice")


def test_what_is_typed_becomes_a_choice() -> None:
    assert changes_in({"seconds": "20", "digest": "No"}) == {"target_s": 20, "weekly": False}
    for flags in ({"seconds": "0"}, {"seconds": "soon"}, {"seconds": "601"}, {"digest": "maybe"}):
        with pytest.raises(MissingArgument):
            changes_in(flags)
