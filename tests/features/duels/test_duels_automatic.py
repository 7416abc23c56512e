"""After its trial a second version meets the first by itself, paid from what the approval of its training left over."""

import pytest
from drafting_world import NOW, STEWARD, TEAM, People, World, add_model
from duel_world import BRIEFS, DuelWorld

from bot.features.duels.automatic import StartAutomatically
from bot.features.duels.usecase import FillDuelForm
from pipeline.domain.baselines import HeldOut
from pipeline.domain.evaluations import Evaluation, Try
from pipeline.domain.training import VoiceModel

DEAR = 40_000_000  # a million tokens for 40 dollars: 12 texts of 400 tokens, twice at most, come to 384,000


async def second(world: DuelWorld) -> VoiceModel:
    """Approved up to a dollar, of which training took a half."""
    inner: World = world.inner
    inner.posts.held = tuple(HeldOut(brief, "A real post.") for brief in BRIEFS)
    async with inner.database.begin() as tx:
        model = await add_model(tx, inner.voice)
        await tx.work.enqueue("auto-duel", model.voice_model_id, TEAM, run_at=NOW)
    return model


async def meet(world: DuelWorld) -> None:
    inner = world.inner
    inner.step.shots.prices.writing = DEAR  # type: ignore[attr-defined]  # the file of this world
    world.prices.writing = DEAR
    item = await inner.claim()
    assert item is not None and item.kind == "auto-duel"
    fill = FillDuelForm(inner.database, inner.step.shots, People(), inner.clock)
    await StartAutomatically(inner.database, fill, world.start)(item)


async def test_the_new_version_meets_the_one_in_force_with_money_held_for_its_steward(world: DuelWorld) -> None:
    model = await second(world)
    await meet(world)
    facts = (await world.duel()).facts
    assert (facts.one, facts.other, facts.asked_by) == (model.voice_model_id, 1, STEWARD)
    assert await world.month() == (384_000, 0)


@pytest.mark.parametrize(("trial_microusd", "starts"), [(116_000, True), (117_000, False)])
async def test_a_duel_takes_no_more_than_training_and_trial_have_left(
    world: DuelWorld, trial_microusd: int, *, starts: bool
) -> None:
    model = await second(world)
    tried = Try("voice", 1, "A brief.", "written", sends=1, answered=1, cost_microusd=trial_microusd)
    async with world.inner.database.begin() as tx:
        held = Evaluation(TEAM, model.voice_model_id, model.voice_id, NOW, "2026-11", STEWARD, 200_000, (tried,))
        assert await tx.evaluations.start(held) is not None
        await tx.evaluations.end(held)
    await meet(world)
    async with world.inner.database.read() as tx:
        assert bool(await tx.duels.of_voice(model.voice_id)) is starts
        said = await tx.outbox.facts(TEAM, f"auto-duel:{model.voice_model_id}")
    assert (said is None) is starts
