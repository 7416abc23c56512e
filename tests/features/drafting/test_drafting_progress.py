"""What a draft's card says while it is written, and a model that is stopped half-way."""

import asyncio
from dataclasses import replace

from drafting_world import World, rendered, wish, words_of

from pipeline.domain.drafting import Draft
from pipeline.errors import ProviderBusy

COPIED = " ".join(f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyz") + "."


async def card(world: World, draft: Draft) -> str:
    """As it stands now: post what is due first."""
    await world.post()
    return words_of(rendered([one for one in world.said if one.saying.key == draft.card_key][-1]))


async def asked(world: World) -> Draft:
    await world.ask(wish())
    [draft] = await world.drafts()
    return draft


async def test_the_card_says_what_is_true_at_every_stage(world: World) -> None:
    world.posts.known = [("Managing expectations", COPIED)]
    world.provider.answers = [ProviderBusy("private"), COPIED, "At last."]
    seen = list[str]()
    draft = await asked(world)

    async def look() -> None:
        seen.append(await card(world, draft))

    world.provider.during = look
    assert "Waits for its turn" in await card(world, draft)
    await world.work()
    waiting = await card(world, draft)
    world.clock.pass_s(2)
    await world.work()
    first, second, third = seen
    assert "Writing since <!date^1795253400^" in first and "once it is checked" in first
    assert "private was busy. I ask again <!date^1795253402^" in waiting and "try 2 of 8" in waiting
    assert "Writing since <!date^1795253402^" in second
    assert "repeated one of the posts, so I threw it away unread. Writing anew since" in third
    assert "✅ Written in 1 s and checked" in await card(world, draft)
    assert not any("wordm" in one for one in seen)


async def test_no_word_of_a_text_is_said_before_it_was_looked_at(world: World) -> None:
    world.posts.known = [("Managing expectations", COPIED)]
    world.provider.answers = [COPIED]
    draft = await world.drafted()
    assert draft.failure == "copied"
    assert "wordm" not in repr([(one.saying.template, one.saying.facts) for one in world.said])
    assert "❌ There is no draft" in await card(world, draft)


async def test_a_withdrawal_stops_the_model_half_way(world: World) -> None:
    stopped = asyncio.Event()

    async def withdraw_and_write_on() -> None:
        await world.withdraw_consent()
        try:
            await asyncio.Event().wait()  # a model that would write for minutes
        except asyncio.CancelledError:
            stopped.set()
            raise

    world.provider.during = withdraw_and_write_on
    draft = await asked(world)
    item = await world.claim()
    assert item is not None
    await replace(world.step, look_s=0.01)(item)
    assert stopped.is_set()
    [draft] = await world.drafts()
    assert (draft.state, draft.failure) == ("failed", "ConsentWithdrawn")
    assert "❌ There is no draft" in await card(world, draft)
    assert world.step.look_s < 60


async def test_the_models_own_answer_ends_the_watch(world: World) -> None:
    async def write_for_a_while() -> None:
        await asyncio.wait_for(asyncio.Event().wait(), 0.05)

    async def slow() -> None:
        try:
            await write_for_a_while()
        except TimeoutError:
            return

    world.provider.during = slow
    await world.ask(wish())
    item = await world.claim()
    assert item is not None
    await replace(world.step, look_s=0.01)(item)
    assert (await world.drafts())[0].state == "posted"


async def test_a_bot_that_stops_takes_its_call_with_it(world: World) -> None:
    stopped, begun = asyncio.Event(), asyncio.Event()

    async def write_on() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped.set()
            raise

    world.provider.during = write_on
    await world.ask(wish())
    item = await world.claim()
    assert item is not None
    step = asyncio.create_task(world.step(item))
    await begun.wait()
    step.cancel()
    await asyncio.gather(step, return_exceptions=True)
    assert stopped.is_set()
