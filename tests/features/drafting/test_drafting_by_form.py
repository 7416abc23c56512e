"""A draft asked for by a form: what it offers, where it comes, what it asks back."""

from dataclasses import replace

import pytest
from drafting_world import CHANNEL, GUEST, MEMBER, STEWARD, TEAM, World

from bot.features.drafting.asking import AskByForm, Choice, FindChoices, Spot
from bot.features.drafting.forms import NOBODY, brief_of, draft_form, loading, wish_entered
from bot.features.drafting.usecase import Wish
from pipeline.errors import AlreadyAnswered, MissingArgument, NotAllowedToDraft, UnknownVoice, VagueBrief
from sandbox.rules.views import check_view

SPOT = Spot(CHANNEL, "1764000000.000100")


def choices(world: World) -> FindChoices:
    return FindChoices(world.database, world.ask.people, world.clock)


def by_form(world: World) -> AskByForm:
    return AskByForm(world.database, world.ask)


def filled(spot: Spot | None = None, view_id: str = "V1", **entered: str) -> dict[str, object]:
    """A form as Slack sends it."""
    known = {"voice": "founder", "brief": "why we repair tools", "words": "600", "freedom": "0.7"} | entered
    values = {
        name: {
            name: {"selected_option": {"value": value}} if name in ("voice", "freedom", "place") else {"value": value}
        }
        for name, value in known.items()
        if name != "sure"
    }
    sure = [{"value": "yes"}] if "sure" in known else []
    form = draft_form([], spot).to_dict()
    return {
        "id": view_id,
        "private_metadata": form.get("private_metadata", ""),
        "state": {"values": values | {"sure": {"sure": {"selected_options": sure}}}},
    }


def wish(spot: Spot | None = None, user: str = MEMBER, **entered: str) -> Wish:
    return wish_entered(filled(spot, **entered), team_id=TEAM, user=user)


async def test_only_voices_that_write_for_who_asks_are_offered(world: World) -> None:
    assert await choices(world)(TEAM, MEMBER) == [Choice(world.voice, 1)]
    assert await choices(world)(TEAM, GUEST) == []
    assert await choices(world)("T2", MEMBER) == []
    await world.withdraw_consent()
    assert await choices(world)(TEAM, MEMBER) == []


async def test_from_the_home_tab_a_draft_is_private_whatever_channel_the_voice_has(world: World) -> None:
    await by_form(world)(wish(words="250", freedom="0.4"))
    [draft] = await world.drafts()
    asked = draft.asked
    assert (asked.private, asked.channel_id, asked.thread_ts) == (True, CHANNEL, None)
    assert (asked.words, asked.temperature, asked.brief) == (250, 0.4, "why we repair tools")
    [card] = await world.post()
    assert (card.saying.place.channel_id, card.saying.place.user_id) == (None, MEMBER)


async def test_from_a_message_it_comes_in_that_thread_or_to_one_person(world: World) -> None:
    await by_form(world)(wish(SPOT, place="here"))
    await by_form(world)(wish(SPOT, place="alone", view_id="V2", brief="why we sharpen tools"))
    here, alone = (draft.asked for draft in await world.drafts())
    assert (here.private, here.channel_id, here.thread_ts) == (False, CHANNEL, SPOT.thread_ts)
    assert (alone.private, alone.thread_ts) == (True, None)


async def test_nobody_posts_by_form_where_the_voice_does_not_write(world: World) -> None:
    with pytest.raises(NotAllowedToDraft):
        await by_form(world)(wish(Spot("C2", "1764000000.000100"), place="here"))
    with pytest.raises(NotAllowedToDraft):
        await by_form(world)(wish(user=GUEST))
    with pytest.raises(UnknownVoice):
        await by_form(world)(wish(voice="nobody"))
    assert await world.drafts() == []


async def test_a_form_sent_twice_is_one_draft(world: World) -> None:
    await by_form(world)(wish())
    await by_form(world)(wish(sure="yes"))
    assert len(await world.drafts()) == 1


async def test_the_form_asks_back_until_the_box_is_ticked(world: World) -> None:
    with pytest.raises(VagueBrief):
        await by_form(world)(wish(brief="give me the gist"))
    await by_form(world)(wish(brief="give me the gist", sure="yes"))
    assert len(await world.drafts()) == 1


async def test_the_form_tells_of_a_draft_that_answers_already(world: World) -> None:
    await by_form(world)(wish())
    await world.work()
    with pytest.raises(AlreadyAnswered):
        await by_form(world)(wish(view_id="V2"))
    await by_form(world)(wish(view_id="V2", sure="yes"))
    assert len(await world.drafts()) == 2


@pytest.mark.parametrize("words", ["", "many", "10", "3000"])
def test_a_length_that_is_none_is_refused(words: str) -> None:
    with pytest.raises(MissingArgument):
        wish(words=words)


async def test_the_form_passes_slacks_checks_with_any_brief(world: World) -> None:
    found = await choices(world)(TEAM, STEWARD)
    many = [Choice(replace(world.voice, handle=f"voice-{number}"), 1) for number in range(120)]
    long = brief_of("tools & <!channel>\n" * 500)
    for view in (loading(), draft_form([], None), draft_form(found, None), draft_form(many, SPOT, long)):
        check_view(view.to_dict(), "modal")
    assert NOBODY in str(draft_form([], None).to_dict())
    assert "in this thread" in str(draft_form(found, SPOT).to_dict())
    assert "in this thread" not in str(draft_form(found, None).to_dict())
