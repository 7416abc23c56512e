"""Promotion: what must be beaten, an editor's reason on the card, rollback, retiring, and what a bare name means."""

import pytest
from drafting_world import MEMBER, OWNER, STEWARD, TEAM, add_model, wish, words_of
from duel_world import DuelWorld

from bot.baseline_gate import baseline_standing, why_closed
from bot.cards import VOICE_CARD
from bot.features.duels.usecase import Pairing, Side
from bot.features.voices.views import TEMPLATES as VOICES
from bot.versions import dataset_of
from pipeline.domain.training import VoiceModel
from pipeline.errors import AppError, NotAnEditor, NotCompared, PromotionBlocked, VersionRetired

REASON = "The owner read ten drafts and would have posted eight."


async def won(world: DuelWorld, pairing: Pairing | None = None) -> VoiceModel:
    """The first of the two, after it won."""
    duel = await world.opened(**({"pairing": pairing} if pairing else {}))
    await world.vote_all(duel, won=17, lost=1)
    await world.pass_until_end(duel)
    async with world.inner.database.read() as tx:
        return await tx.voice_models.by_id(duel.facts.one)


async def version(world: DuelWorld, number: int) -> VoiceModel:
    return next(model for model in await world.models() if model.version == number)


async def test_after_a_win_one_press_makes_the_name_mean_this_version(world: DuelWorld) -> None:
    await world.promote(world.promotion(await won(world)))
    model = await version(world, 1)
    assert (model.state, model.promoted_by, model.reason) == ("promoted", OWNER, "")
    assert "*founder → v1*" in words_of(await world.rendered("duels.promoted"))
    assert "*→ v1*" in await voice_card(world)
    assert "Promote v1" not in words_of(await world.rendered("duels.result"))


async def test_without_a_win_it_takes_a_reason_that_stands_on_the_card(world: DuelWorld) -> None:
    model = await version(world, 1)
    with pytest.raises(PromotionBlocked) as blocked:
        await world.promote(world.promotion(model))
    assert blocked.value.unbeaten == "plain"
    await world.promote(world.promotion(model, reason=REASON))
    assert REASON in await voice_card(world)
    assert REASON in words_of(await world.rendered("duels.promoted"))
    [entry] = await world.inner.audits("version.promoted")
    assert (entry.who, entry.after["reason"], entry.after["gate"]) == (OWNER, REASON, False)


async def test_a_second_version_must_beat_the_first_too(world: DuelWorld) -> None:
    await world.promote(world.promotion(await won(world)))
    async with world.inner.database.begin() as tx:
        second = await add_model(tx, world.inner.voice)
    await won(world, Pairing("founder", Side(second.version), Side(is_plain=True)))
    with pytest.raises(PromotionBlocked) as blocked:
        await world.promote(world.promotion(second))
    assert blocked.value.unbeaten == "founder v1"
    await won(world, Pairing("founder", Side(second.version), Side(1)))
    await world.promote(world.promotion(second))
    assert [model.state for model in await world.models()] == ["trial", "trial", "promoted"]


async def test_whoever_beats_a_version_that_beat_plain_has_beaten_plain_too(world: DuelWorld) -> None:
    await world.promote(world.promotion(await won(world)))
    async with world.inner.database.begin() as tx:
        second = await add_model(tx, world.inner.voice)
    await won(world, Pairing("founder", Side(second.version), Side(1)))
    gate = "beats plain ✅ (it beat founder v1, which did) · beats founder v1 ✅"
    assert gate in words_of(await world.rendered("duels.result"))
    await world.promote(world.promotion(second))
    assert (await version(world, second.version)).reason == ""


async def test_whoever_lost_against_plain_does_not_pass_by_beating_another(world: DuelWorld) -> None:
    await world.promote(world.promotion(await won(world)))
    async with world.inner.database.begin() as tx:
        second = await add_model(tx, world.inner.voice)
    await won(world, Pairing("founder", Side(second.version), Side(1)))
    duel = await world.opened(pairing=Pairing("founder", Side(second.version), Side(is_plain=True)))
    await world.vote_all(duel, won=1, lost=17)
    await world.pass_until_end(duel)
    with pytest.raises(PromotionBlocked) as blocked:
        await world.promote(world.promotion(second))
    assert blocked.value.unbeaten == "plain"


async def test_a_promoted_version_that_beat_plain_opens_payment_for_later_rounds(world: DuelWorld) -> None:
    model = await won(world)
    assert isinstance(await why_payment_is_closed(world), NotCompared)
    await world.promote(world.promotion(model))
    assert await why_payment_is_closed(world) is None
    async with world.inner.database.read() as tx:
        standing = await baseline_standing(tx, await dataset_of(tx, model))
    assert standing["beaten"] == {"version": 1, "won": 17, "lost": 1}


async def test_promoted_for_a_reason_it_opens_nothing(world: DuelWorld) -> None:
    await world.promote(world.promotion(await version(world, 1), reason=REASON))
    assert isinstance(await why_payment_is_closed(world), NotCompared)


async def test_retired_it_opens_nothing_any_more(world: DuelWorld) -> None:
    model = await won(world)
    await world.promote(world.promotion(model))
    await world.retire(world.promotion(model))
    assert isinstance(await why_payment_is_closed(world), NotCompared)


async def why_payment_is_closed(world: DuelWorld) -> AppError | None:
    async with world.inner.database.read() as tx:
        return await why_closed(tx, await dataset_of(tx, await version(world, 1)))


async def test_a_rollback_needs_no_new_win(world: DuelWorld) -> None:
    first = await won(world)
    await world.promote(world.promotion(first))
    async with world.inner.database.begin() as tx:
        second = await add_model(tx, world.inner.voice)
    await world.promote(world.promotion(second, reason=REASON))
    await world.promote(world.promotion(await version(world, 1)))
    assert (await version(world, 1)).state == "promoted"
    assert (await version(world, second.version)).state == "trial"


async def test_the_newest_verdict_counts(world: DuelWorld) -> None:
    model = await won(world)
    duel = await world.opened()
    await world.vote_all(duel, won=1, lost=17)
    await world.pass_until_end(duel)
    with pytest.raises(PromotionBlocked):
        await world.promote(world.promotion(model))


@pytest.mark.parametrize("user", [MEMBER, STEWARD])
async def test_whoever_prepared_the_texts_does_not_promote_alone(world: DuelWorld, user: str) -> None:
    model = await won(world)
    with pytest.raises(NotAnEditor):
        await world.promote(world.promotion(model, user=user))


async def test_a_retired_version_can_neither_draft_nor_be_promoted(world: DuelWorld) -> None:
    model = await won(world)
    await world.retire(world.promotion(model, user=STEWARD))
    with pytest.raises(VersionRetired):
        await world.promote(world.promotion(model, reason=REASON))
    assert "`founder` means v0 now" in words_of(await world.rendered("duels.retired"))


async def test_a_bare_name_drafts_with_the_promoted_version_and_others_by_number(world: DuelWorld) -> None:
    await world.promote(world.promotion(await won(world)))
    async with world.inner.database.begin() as tx:
        second = await add_model(tx, world.inner.voice)
    await world.inner.ask(wish(delivery="plain name"))
    await world.inner.ask(wish(delivery="by number", version=second.version))
    drafts = await world.inner.drafts()
    first = await version(world, 1)
    assert [one.asked.voice_model_id for one in drafts] == [first.voice_model_id, second.voice_model_id]


async def test_kept_on_trial_the_result_asks_no_more(world: DuelWorld) -> None:
    await won(world)
    duel = await world.duel()
    await world.keep(duel.duel_id, TEAM, OWNER)
    result = words_of(await world.rendered("duels.result"))
    assert "keeps founder v1 on trial" in result
    assert "Promote" not in result


async def voice_card(world: DuelWorld) -> str:
    return words_of(VOICES[VOICE_CARD]((await world.said(VOICE_CARD))[-1]))
