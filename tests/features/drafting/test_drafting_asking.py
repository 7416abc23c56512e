"""Who may have a draft, and what is stored when they may."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from drafting_world import CHANNEL, GUEST, MEMBER, OWNER, STEWARD, TEAM, World, add_model, new_voice, wish

from bot.features.drafting.usecase import Press, Wish
from pipeline.errors import (
    BriefMissing,
    ConsentEnded,
    ConsentMissing,
    ConsentWithdrawn,
    NotADraft,
    NotAllowedToDraft,
    UnknownVoice,
    VoiceNotReady,
)


async def test_a_wish_becomes_a_draft_a_card_and_work(world: World) -> None:
    accepted = await world.ask(wish(words=500, temperature=0.4))
    assert (accepted.handle, accepted.before) == ("founder", 0)
    [draft] = await world.drafts()
    assert (draft.state, draft.asked.words, draft.asked.temperature) == ("asked", 500, 0.4)
    assert draft.asked.voice_model_id == world.model.voice_model_id
    [card] = await world.post()
    assert (card.saying.key, card.channel_id, card.thread_ts) == (draft.card_key, CHANNEL, None)
    item = await world.claim()
    assert item is not None
    assert (item.kind, item.subject) == ("draft", str(draft.draft_id))
    [entry] = await world.audits("draft.asked")
    assert entry.who == MEMBER


async def test_the_same_delivery_twice_is_one_draft(world: World) -> None:
    await world.ask(wish())
    again = await world.ask(wish())
    assert again.handle == "founder"
    assert len(await world.drafts()) == 1


async def test_ten_people_at_once_get_a_draft_each(world: World) -> None:
    deliveries = [f"trigger-{number % 10}" for number in range(20)]  # and each one is delivered twice
    await asyncio.gather(*(world.ask(wish(delivery=one, user=f"U{one[-1]}")) for one in deliveries))
    drafts = await world.drafts()
    assert sorted(draft.asked.requested_by for draft in drafts) == [f"U{number}" for number in range(10)]
    assert await world.work() == 10
    assert len(world.provider.asked) == 10
    await world.post()
    assert [draft.state for draft in await world.drafts()] == ["posted"] * 10


async def test_a_queue_is_told(world: World) -> None:
    for number in range(3):
        accepted = await world.ask(wish(delivery=f"trigger-{number}"))
        assert accepted.before == number


async def test_three_at_once_share_one_card_in_the_channel(world: World) -> None:
    await world.ask(wish(count=3))
    await world.work()
    said = await world.post()
    assert len(await world.drafts()) == 3
    in_channel = [one for one in said if one.thread_ts is None]
    assert len(in_channel) == 1
    root = await world.ts_of(in_channel[0].saying.key)
    assert {one.thread_ts for one in said if one not in in_channel} == {root}


async def test_a_mention_in_a_thread_is_answered_there(world: World) -> None:
    await world.ask(wish(thread_ts="1763000000.000100"))
    await world.work()
    assert [one.thread_ts for one in await world.post()] == ["1763000000.000100"] * 2


async def test_an_older_version_can_be_asked_for(world: World) -> None:
    await train_another(world)
    await world.ask(wish(version=1))
    await world.ask(wish(delivery="trigger-2"))
    first, newest = await world.drafts()
    assert first.asked.voice_model_id == world.model.voice_model_id
    assert newest.asked.voice_model_id != world.model.voice_model_id


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (wish(handle="fuonder"), UnknownVoice),
        (wish(user=GUEST), NotAllowedToDraft),
        (wish(channel_id="C2"), NotAllowedToDraft),
        (wish(version=7), VoiceNotReady),
        (wish(brief="  "), BriefMissing),
        (wish(team_id="T2"), UnknownVoice),
    ],
)
async def test_a_wish_that_is_refused_stores_nothing(world: World, asked: Wish, error: type[Exception]) -> None:
    with pytest.raises(error):
        await world.ask(asked)
    assert await world.drafts() == []
    assert await world.claim() is None
    # What was refused did not use the delivery up.
    await world.ask(wish())


async def test_a_direct_message_counts_as_the_channel(world: World) -> None:
    await world.ask(wish(channel_id="D5"))
    assert len(await world.drafts()) == 1


async def test_a_voice_without_a_model_says_how_far_it_is(world: World) -> None:
    async with world.database.begin() as tx:
        bare = await tx.voices.add(new_voice("bare"), now=world.clock())
        consent = await tx.consents.ask(bare.voice_id, OWNER, now=world.clock())
        until = world.clock() + timedelta(days=1)
        await tx.consents.decide(consent.consent_id, expected="asked", state="given", at=world.clock(), until=until)
    with pytest.raises(VoiceNotReady) as caught:
        await world.ask(wish(handle="bare"))
    assert caught.value.state == "no texts yet"


async def test_without_consent_nothing_is_written(world: World) -> None:
    async with world.database.begin() as tx:
        await tx.consents.ask(
            (await tx.voices.add(new_voice("asked"), now=world.clock())).voice_id, OWNER, now=world.clock()
        )
    with pytest.raises(ConsentMissing):
        await world.ask(wish(handle="asked"))


async def test_consent_ends_by_time(world: World) -> None:
    world.clock.pass_s(366 * 86_400)
    with pytest.raises(ConsentEnded):
        await world.ask(wish())


async def test_withdrawn_consent_is_named(world: World) -> None:
    await world.withdraw_consent()
    with pytest.raises(ConsentWithdrawn) as caught:
        await world.ask(wish())
    assert caught.value.owner == OWNER


async def test_a_paused_voice_does_not_write(world: World) -> None:
    async with world.database.begin() as tx:
        await tx.voices.set_state(world.voice.voice_id, "paused")
    with pytest.raises(VoiceNotReady):
        await world.ask(wish())


async def test_a_retired_version_is_not_used(world: World) -> None:
    async with world.database.begin() as tx:
        await tx.voice_models.set_state(world.model.voice_model_id, "retired")
    for version in (1, None):
        with pytest.raises(VoiceNotReady):
            await world.ask(wish(version=version))


async def test_calmer_and_shorter_make_new_drafts_in_the_same_thread(world: World) -> None:
    old = await world.drafted()
    thread = await world.ts_of(old.card_key)
    for change in ("calmer", "shorter", "another"):
        await world.redraft(old.draft_id, change, Press(TEAM, STEWARD, thread, f"press-{change}"))
    await world.work()
    said = await world.post()
    assert {one.thread_ts for one in said} == {thread}
    _, calmer, shorter, another = await world.drafts()
    assert (calmer.asked.temperature, calmer.asked.words) == (0.4, 600)
    assert (shorter.asked.temperature, shorter.asked.words) == (0.7, 360)
    assert replace(another.asked, thread_ts=None, requested_by=MEMBER) == old.asked
    assert another.asked.requested_by == STEWARD


async def test_a_press_delivered_twice_is_one_draft(world: World) -> None:
    old = await world.drafted()
    for _ in range(2):
        await world.redraft(old.draft_id, "another", Press(TEAM, MEMBER, "1.1", "press-1"))
    assert len(await world.drafts()) == 2


async def test_a_press_is_checked_like_a_command(world: World) -> None:
    old = await world.drafted()

    async def press(team_id: str = TEAM, user: str = MEMBER) -> None:
        await world.redraft(old.draft_id, "another", Press(team_id, user, "1.1", "press-1"))

    with pytest.raises(NotADraft):
        await press(team_id="T2")
    with pytest.raises(NotAllowedToDraft):
        await press(user=GUEST)
    await world.withdraw_consent()
    with pytest.raises(ConsentWithdrawn):
        await press()
    assert len(await world.drafts()) == 1


async def train_another(world: World) -> None:
    async with world.database.begin() as tx:
        round_ = await tx.rounds.latest(world.voice.voice_id)
        assert round_ is not None
        await tx.rounds.lock(round_.round_id)
        await add_model(tx, world.voice)
