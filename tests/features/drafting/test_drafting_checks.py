"""What happens to a draft before anyone reads it, and to briefs before a model is asked."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from drafting_world import EDITOR, MEMBER, OWNER, STEWARD, TEAM, World, rendered, wish, words_of

from bot.features.drafting.files import AskForFile
from bot.features.drafting.listeners import answer
from bot.features.drafting.usecase import Limits, Press
from bot.features.drafting.views import wish_in
from pipeline.errors import AlreadyAnswered, BriefDoubtful, DraftLimit, NotADraft, UploadRefused

COPIED = " ".join(f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyz") + "."
OWN = "A thought that nobody had before, said in words of its own."


def shown(world: World) -> str:
    return words_of(rendered(world.said[-1]))


async def test_a_copy_is_thrown_away_and_written_once_more(world: World) -> None:
    world.posts.known = [("Managing expectations", f"Before. {COPIED}")]
    world.provider.answers = [COPIED, OWN]
    draft = await world.drafted()
    assert draft.written is not None
    assert (draft.written.text, draft.thrown_away, draft.written.cost_microusd) == (OWN, 1, 2_400)
    assert "wordm" not in repr([one.saying.facts for one in world.said])
    assert "A first try repeated one of the posts, so I threw it away" in shown(world)
    [thrown] = await world.audits("draft.thrown_away")
    assert thrown.after == {"copied_words": 26, "cost_microusd": 1_200}


async def test_a_second_copy_is_told_with_the_post_it_came_from(world: World) -> None:
    world.posts.known = [("Managing expectations", COPIED)]
    world.provider.answers = [COPIED]
    draft = await world.drafted()
    assert (draft.state, draft.failure, draft.written) == ("failed", "copied", None)
    assert len(world.provider.asked) == 2
    assert "26 words in a row came from “Managing expectations”" in shown(world)
    assert "Try again, calmer" in shown(world)
    assert (await world.audits("draft.failed"))[0].after["cost_microusd"] == 2_400


async def test_what_would_come_out_the_same_is_not_paid_for_twice(world: World) -> None:
    world.posts.known = [("Managing expectations", COPIED)]
    world.provider.answers = [COPIED]
    await world.drafted(temperature=0.0)
    assert len(world.provider.asked) == 1


async def test_boilerplate_markup_and_length_are_told_under_the_draft(world: World) -> None:
    bio = "Olive writes about tools and lives near the sea."
    world.posts.known = [(f"Post {number}", f"Words {number}.\n{bio}") for number in range(84)]
    world.provider.answers = [f"<p>{OWN}</p>\n\n{bio}"]
    await world.drafted()
    words = shown(world)
    assert f"“{bio}” also stands in 84 of the 84 posts it learned from" in words
    assert "I took 2 pieces of web markup out of it." in words
    assert "You asked for 600 words; it came out much shorter." in words
    assert "<p>" not in words


async def test_a_cut_draft_goes_on_where_it_stopped(world: World) -> None:
    world.provider.finish_reason = "length"
    first = await world.drafted()
    assert "Continue" in shown(world)
    world.provider.finish_reason = "stop"
    thread = await world.ts_of(first.card_key)
    await world.redraft(first.draft_id, "continue", Press(TEAM, MEMBER, thread, "press-1"))
    await world.work()
    await world.post()
    asked = world.provider.asked[-1]
    assert first.written is not None
    assert asked["brief"] == "Go on where this text stops, without saying any of it again."
    assert [(one.prompt, one.text) for one in asked["shots"]] == [("why we repair tools", first.written.text)]
    assert "Goes on from d-0001." in shown(world)


async def test_the_newest_draft_of_a_thread_is_meant_by_a_mention(world: World) -> None:
    first = await world.drafted()
    thread = await world.ts_of(first.card_key)
    world.clock.now = world.clock.now.replace(year=2027)
    async with world.database.begin() as tx:
        consent = await tx.consents.newest(world.voice.voice_id)
        assert consent is not None
        until = world.clock.now.replace(year=2028)
        await tx.consents.decide(consent.consent_id, expected="given", state="given", at=world.clock.now, until=until)
    for change, words in (("shorter", 360), ("shorter", 216)):
        press = Press(TEAM, MEMBER, thread, f"mention-{words}")
        await world.redraft.of_thread("C1", change, press)  # type: ignore[arg-type]  # one of Change
        await world.work()
        await world.post()
        assert (await world.drafts())[-1].asked.words == words
    with pytest.raises(NotADraft):
        await world.redraft.of_thread("C1", "shorter", Press(TEAM, MEMBER, "1.1", "mention-x"))


async def test_a_private_draft_stands_in_the_direct_messages_of_who_asked(world: World) -> None:
    await world.drafted(private=True)
    assert [one.saying.place.user_id for one in world.said] == [MEMBER, MEMBER]
    assert {one.saying.place.channel_id for one in world.said} == {None}


async def test_the_same_brief_again_costs_nothing_and_is_said(world: World) -> None:
    draft = await world.drafted(brief="Why we repair  tools.")
    with pytest.raises(AlreadyAnswered) as caught:
        await world.ask(wish(delivery="again", brief="why we repair tools"))
    ts = (await world.ts_of(draft.text_key)).replace(".", "")
    assert caught.value.address == f"https://acme.example/archives/C1/p{ts}"
    for other in ({"words": 500}, {"temperature": 0.2}, {"count": 2}, {"anyway": True}):
        await world.ask(wish(delivery=f"other-{other}", **other))
    assert len(await world.drafts()) == 6


async def test_a_private_draft_answers_nobody_else(world: World) -> None:
    await world.drafted(private=True)
    await world.ask(wish(delivery="other", user=STEWARD))
    with pytest.raises(AlreadyAnswered):
        await world.ask(wish(delivery="own"))


async def test_a_member_has_so_many_drafts_a_day_and_the_voices_own_people_any(world: World) -> None:
    world.limits = Limits(a_day=2)
    await world.ask(wish(count=2))
    assert (await world.ask(wish(count=2))).before == 0  # delivered again
    with pytest.raises(DraftLimit):
        await world.ask(wish(delivery="third", anyway=True))
    for user in (OWNER, STEWARD):
        await world.ask(wish(delivery=f"by-{user}", user=user, anyway=True, count=3))
    world.clock.pass_s(24 * 3600)
    await world.ask(wish(delivery="next day", anyway=True))


async def test_one_members_drafts_are_nobody_elses_and_several_count_as_several(world: World) -> None:
    world.limits = Limits(a_day=2)
    with pytest.raises(DraftLimit):
        await world.ask(wish(count=3))
    await world.ask(wish(count=2))
    await world.ask(wish(delivery="by an editor", user=EDITOR, anyway=True, count=2))


async def test_another_and_shorter_count_too_and_midnight_ends_the_day(world: World) -> None:
    world.limits = Limits(a_day=1)
    draft = await world.drafted()
    press = Press(TEAM, MEMBER, await world.ts_of(draft.card_key), "press-1")
    with pytest.raises(DraftLimit) as caught:
        await world.redraft(draft.draft_id, "another", press)
    assert caught.value.resets_at == datetime(2026, 11, 22, tzinfo=UTC)
    world.clock.now = datetime(2026, 11, 21, 23, 59, tzinfo=UTC)
    with pytest.raises(DraftLimit):
        await world.redraft(draft.draft_id, "shorter", press)
    world.clock.pass_s(60)
    await world.redraft(draft.draft_id, "another", press)


async def test_a_doubtful_brief_is_asked_back_about_and_written_anyway(world: World) -> None:
    asked = wish(brief="give me the gist")
    with pytest.raises(BriefDoubtful):
        await world.ask(asked)
    reply = await answer(world.ask, asked)
    assert "“give me the gist” leaves a lot open." in reply.text
    again = wish_in(pressed_in(reply.blocks), TEAM, MEMBER, "press")
    assert again == replace(asked, delivery="press", anyway=True)
    await world.ask(again)
    assert len(await world.drafts()) == 1


async def test_a_misspelled_voice_comes_with_the_button_for_the_right_one(world: World) -> None:
    reply = await answer(world.ask, wish(handle="fuonder"))
    assert "Did you mean `founder`?" in reply.text
    assert wish_in(pressed_in(reply.blocks), TEAM, MEMBER, "press").handle == "founder"


def pressed_in(blocks: tuple[Any, ...]) -> str:
    (button,) = blocks[-1].to_dict()["elements"]
    return str(button["value"])


async def test_a_copy_as_file_goes_to_who_pressed(world: World) -> None:
    draft = await world.drafted()
    ask = AskForFile(world.database, world.clock)
    await ask(draft.draft_id, team_id=TEAM, user=STEWARD)
    with pytest.raises(NotADraft):
        await ask(draft.draft_id, team_id="T2", user=STEWARD)
    await world.work()
    [(name, content, place)] = world.sharing.files
    assert (name, place.user_id) == ("d-0001.md", STEWARD)
    assert content.startswith("*AI-written draft in the voice of founder")
    assert draft.written is not None
    assert content.endswith(f"{draft.written.text}\n")


async def test_a_refused_file_is_said_in_the_thread(world: World) -> None:
    draft = await world.drafted()
    world.sharing.refusal = UploadRefused("storage_limit_reached")
    await AskForFile(world.database, world.clock)(draft.draft_id, team_id=TEAM, user=STEWARD)
    await world.work()
    [said] = await world.post()
    assert said.thread_ts == await world.ts_of(draft.card_key)
