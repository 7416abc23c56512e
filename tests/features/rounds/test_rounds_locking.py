"""A locked round says which rows it is, and what came too late for it."""

from drafting_world import CHANNEL, EDITOR, MEMBER, OWNER, TEAM, World, words_of
from test_rounds_preview import BRIEFS, post_round_card, react
from test_rounds_taking import Store, fixed_draft, take

from bot.features.rounds.locking import SayLocked
from bot.features.rounds.views import TEMPLATES
from pipeline.domain.drafting import Draft, Reaction


async def locked(world: World) -> str:
    """The words in the round's thread."""
    await post_round_card(world)
    async with world.database.begin() as tx:
        round_ = await tx.rounds.latest(world.voice.voice_id)
        assert round_ is not None
        await tx.work.enqueue("round-locked", round_.round_id, TEAM, run_at=world.clock())
    while (item := await world.claim()) is not None:
        if item.kind == "round-locked":
            await SayLocked(world.database)(item)
    await world.post()
    [said] = [one.saying for one in world.said if one.saying.template == "rounds.locked"]
    return words_of(TEMPLATES["rounds.locked"](said.facts))


async def react_now(world: World, draft: Draft, user: str, *, present: bool = True) -> None:
    world.clock.pass_s(1)
    at = f"{world.clock().timestamp():.6f}"
    reaction = Reaction(TEAM, CHANNEL, await world.ts_of(draft.text_key), user, "+1", present, at)
    async with world.database.begin() as tx:
        await tx.reactions.record([reaction])


async def test_a_locked_round_is_named_by_its_hash(world: World) -> None:
    assert await locked(world) == (
        "🔒 *Round 1 of founder is locked*: 87 examples, hash `hash-1`. Later reactions count for round 2."
    )


async def test_what_came_after_the_feedback_was_taken_in_is_counted_for_the_next_round(world: World) -> None:
    draft = await fixed_draft(world)
    await react(world, draft, (OWNER, "+1"), (EDITOR, "+1"))
    await take(world, Store())
    await react_now(world, draft, OWNER, present=False)
    await react_now(world, draft, MEMBER)
    assert "2 reactions came after the feedback was taken in: they count for round 2" in await locked(world)


async def test_a_draft_that_nobody_touched_since_brings_nothing(world: World) -> None:
    await fixed_draft(world)
    await world.drafted(BRIEFS[1])
    await take(world, Store())
    assert "came after" not in await locked(world)
