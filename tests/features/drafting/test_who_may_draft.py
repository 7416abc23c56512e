"""Only who was named for a voice drafts with it, whichever way they ask; its own people always may."""

from dataclasses import replace
from typing import Any

import pytest
from drafting_world import ADMIN, CHANNEL, EDITOR, GUEST, MEMBER, NOW, OWNER, STEWARD, TEAM, World, wish

from bot.drafters import only_drafters
from bot.features.drafting.asking import AskByForm, FindChoices
from bot.features.drafting.usecase import Press
from bot.features.preferences.drafters import UNSEEN, ChooseDrafters, LearnMembers
from bot.features.preferences.listeners import drafters_in
from bot.features.preferences.views import TEMPLATES
from bot.slack.failures import sentence_for
from bot.slack.grammar import Typed
from pipeline.domain.signoffs import NewSignoff
from pipeline.domain.voices import Voice
from pipeline.errors import (
    CannotDraft,
    DraftersUnseen,
    MissingArgument,
    NotADrafter,
    NotAllowedToDraft,
    NotSteward,
)

MAYBE = ("C7", "S8", "UNAMED")


async def let(world: World, *drafters: str, by: str = STEWARD) -> Voice:
    return await ChooseDrafters(world.database, world.people, world.clock)(TEAM, by, "founder", drafters)


async def let_in(world: World, user: str) -> None:
    async with world.database.read() as tx:
        await only_drafters(tx, world.people, await tx.voices.by_id(world.voice.voice_id), user)


async def test_who_is_in_none_of_the_circles_is_refused_and_told_who_may(world: World) -> None:
    world.people.channels_there = {"C7": frozenset({OWNER}), "S8": frozenset({EDITOR})}
    await let(world, *MAYBE)
    with pytest.raises(NotADrafter) as refused:
        await world.ask(wish())
    assert sentence_for(refused.value) == (
        "founder may be used by <#C7>, <!subteam^S8> and <@UNAMED> only. Ask <@UOWNER> or <@USTEWARD>."
    )
    assert await world.drafts() == []


@pytest.mark.parametrize("circle", ["C7", "S8"])
async def test_a_member_of_one_circle_may_and_somebody_named_may(world: World, circle: str) -> None:
    world.people.channels_there = {"C7": frozenset(), "S8": frozenset(), circle: frozenset({MEMBER})}
    await let(world, *MAYBE)
    await world.ask(wish())
    await world.ask(wish(user="UNAMED", delivery="another"))
    assert len(await world.drafts()) == 2


async def test_a_circle_that_slack_does_not_tell_lets_nobody_in_and_says_so(world: World) -> None:
    world.people.channels_there = {"S8": frozenset()}
    await let(world, *MAYBE)
    with pytest.raises(DraftersUnseen) as refused:
        await world.ask(wish())
    assert "members of <#C7> only, and Slack doesn't tell me who that is." in sentence_for(refused.value)


@pytest.mark.parametrize("user", [OWNER, STEWARD, ADMIN, EDITOR])
async def test_the_voices_own_people_always_may(world: World, user: str) -> None:
    await let(world, "UNAMED")
    async with world.database.begin() as tx:
        voice = await tx.voices.by_id(world.voice.voice_id)
        await add_editor(tx, voice)
    await let_in(world, user)


async def test_a_guest_never_drafts_whoever_named_them(world: World) -> None:
    with pytest.raises(CannotDraft):
        await let(world, GUEST)
    async with world.database.begin() as tx:
        await tx.voices.let_draft(world.voice.voice_id, (GUEST,))
    with pytest.raises(NotAllowedToDraft):
        await world.ask(wish(user=GUEST))


async def test_forms_and_the_buttons_under_a_draft_ask_the_same_question(world: World) -> None:
    draft = await world.drafted()
    world.people.channels_there = {"C7": frozenset()}
    await let(world, "C7")
    ts = await world.ts_of(draft.card_key)
    with pytest.raises(NotADrafter):
        await world.redraft(draft.draft_id, "another", Press(TEAM, MEMBER, ts, "p1"))
    with pytest.raises(NotADrafter):
        await world.redraft.of_thread(CHANNEL, "shorter", Press(TEAM, MEMBER, ts, "p2"))
    with pytest.raises(NotADrafter):
        await AskByForm(world.database, world.ask)(replace(wish(delivery="form"), private=True, channel_id=""))
    choices = FindChoices(world.database, world.people, world.clock)
    assert await choices(TEAM, MEMBER) == []
    assert len(await choices(TEAM, OWNER)) == 1
    assert len(await world.drafts()) == 1


async def test_a_choice_is_the_stewards_and_stands_in_the_audit_and_on_the_card(world: World) -> None:
    with pytest.raises(NotSteward):
        await let(world, MEMBER, by=MEMBER)
    await let(world, MEMBER)
    await let(world, MEMBER)  # the same once more is no change
    [entry] = await world.audits("voice.drafters")
    assert (entry.who, dict(entry.before), dict(entry.after)) == (STEWARD, {"drafters": []}, {"drafters": [MEMBER]})
    async with world.database.read() as tx:
        card = await tx.outbox.facts(TEAM, f"voice:{world.voice.voice_id}:card")
    assert card is not None
    assert card["drafters"] == [MEMBER]


async def test_channels_that_were_just_named_are_asked_about_at_once(world: World) -> None:
    await let(world, "C7", MEMBER)
    item = await world.claim()
    assert item is not None
    assert item.kind == "members"
    await LearnMembers(world.database, world.people)(item)
    assert world.people.learned == ["C7"]
    said = next(one for one in await world.post() if one.saying.template == UNSEEN)
    assert said.saying.place.user_id == STEWARD
    assert TEMPLATES[UNSEEN](said.saying.facts).text.startswith("Slack doesn't tell me who is in <#C7>")
    assert await world.claim() is None


async def test_nothing_is_said_of_channels_that_slack_tells(world: World) -> None:
    world.people.channels_there = {"C7": frozenset()}
    await let(world, "C7")
    await LearnMembers(world.database, world.people)(await world.claim())
    assert [one.saying.template for one in await world.post()] == ["voices.card"]


def typed(words: str, drafters: str | None = None) -> Typed:
    flags = {} if drafters is None else {"drafters": drafters}
    return Typed(TEAM, CHANNEL, STEWARD, "d", "settings", ("founder", *words.split()), flags)


@pytest.mark.parametrize(
    ("words", "flag", "ids"),
    [
        ("", None, None),
        ("", "everyone", ()),
        ("", "Everybody", ()),
        ("", "<#C7|content>,<!subteam^S8|@editors>,<@U9|jane>", ("C7", "S8", "U9")),
        ("<!subteam^S8> <@U9>", "<#C7>", ("C7", "S8", "U9")),
        ("<@U9>", "<#C7>,", ("C7", "U9")),
    ],
)
def test_circles_are_typed_as_mentions(words: str, flag: str | None, ids: Any) -> None:
    assert drafters_in(typed(words, flag)) == ids


@pytest.mark.parametrize(("words", "flag"), [("", "content"), ("", "<#C7>,jane"), ("<@U9>", None), ("", ",")])
def test_what_names_nobody_is_asked_back(words: str, flag: str | None) -> None:
    with pytest.raises(MissingArgument):
        drafters_in(typed(words, flag))


async def add_editor(tx: Any, voice: Voice) -> None:
    """EDITOR was asked to look at texts."""
    round_ = await tx.rounds.latest(voice.voice_id)
    of = (TEAM, voice.voice_id, round_.round_id, round_.dataset_id, round_.revision)
    assert await tx.signoffs.ask(NewSignoff(*of, editor=EDITOR, asked_by=STEWARD), now=NOW)
