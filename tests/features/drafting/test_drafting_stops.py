"""What stops a voice: its owner's withdrawal, with the copies at providers; a pause; a version that is retired."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from drafting_world import MEMBER, OWNER, STEWARD, TEAM, World, add_model, wish, words_of
from sqlalchemy import text

from bot.features.consent.copies import DeleteCopies
from bot.features.consent.usecase import WithdrawConsent
from bot.features.consent.views import TEMPLATES as CONSENT
from bot.features.voices.standing import ChangeStanding, RetireVersion
from pipeline.errors import NotSteward, ProviderUnavailable, VoiceNotReady, VoicePaused


@dataclass
class Copies:
    """A provider's models. away: it does not answer. unknown: the one that it does not answer about."""

    away: bool = False
    unknown: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def delete_model(self, provider: str, model_name: str) -> bool:
        self.asked.append((provider, model_name))
        if self.away or model_name == self.unknown:
            raise ProviderUnavailable(provider)
        return True


async def withdraw(world: World) -> None:
    async with world.database.begin() as tx:
        consent = await tx.consents.newest(world.voice.voice_id)
        job = (await tx.tuning_jobs.of_voice(world.voice.voice_id))[0]
    assert consent is not None
    assert job.state == "ready"
    await WithdrawConsent(world.database, world.people, world.clock)(consent.consent_id, OWNER)


async def take(world: World, copies: Copies) -> None:
    item = await world.claim()
    assert item is not None
    assert item.kind == "delete-copies"
    await DeleteCopies(world.database, copies, world.clock)(item)


async def said_of_it(world: World) -> str:
    async with world.database.read() as tx:
        consent = await tx.consents.newest(world.voice.voice_id)
        assert consent is not None
        facts = await tx.outbox.facts(TEAM, f"consent:{consent.consent_id}:withdrawn")
    assert facts is not None
    return words_of(CONSENT["consent.withdrawn"](facts))


async def test_a_withdrawal_asks_the_provider_to_delete_and_says_when_it_confirmed(world: World) -> None:
    await withdraw(world)
    assert "deletion requested. The provider did not confirm all yet" in await said_of_it(world)
    copies = Copies()
    await take(world, copies)
    assert copies.asked == [("private", "ft:small:founder")]
    assert "deletion requested, confirmed <!date^" in await said_of_it(world)
    assert await world.claim() is None
    async with world.database.read() as tx:
        [model] = await tx.voice_models.of_voice(world.voice.voice_id)
    assert (model.state, model.deleted_at) == ("retired", world.clock.now)
    assert len(await world.audits("model.deleted")) == 1


async def test_a_provider_that_is_away_is_asked_every_hour_until_it_confirms(world: World) -> None:
    await withdraw(world)
    copies = Copies(away=True)
    await take(world, copies)
    assert "I ask again every hour" in await said_of_it(world)
    assert await world.claim() is None
    world.clock.now += timedelta(hours=1)
    copies.away = False
    await take(world, copies)
    assert len(copies.asked) == 2
    assert "confirmed <!date^" in await said_of_it(world)


async def test_what_is_confirmed_is_not_asked_for_again(world: World) -> None:
    async with world.database.begin() as tx:
        await add_model(tx, world.voice)
    async with world.engine.writing() as session:
        rename = "UPDATE voice_model SET model_name = 'ft:second' WHERE version = 2"
        await session.exec(text(rename))  # type: ignore[call-overload]  # plain SQL
    await withdraw(world)
    copies = Copies(unknown="ft:second")
    await take(world, copies)
    assert [name for _, name in copies.asked] == ["ft:small:founder", "ft:second"]
    copies.asked.clear()
    world.clock.now += timedelta(hours=1)
    await take(world, copies)
    assert copies.asked == [("private", "ft:second")]


async def test_a_run_that_still_trains_keeps_the_deletion_open(world: World) -> None:
    async with world.database.begin() as tx:
        [job] = await tx.tuning_jobs.of_voice(world.voice.voice_id)
        await tx.tuning_jobs.update(replace(job, state="running"))
    async with world.database.begin() as tx:
        consent = await tx.consents.newest(world.voice.voice_id)
    assert consent is not None
    await WithdrawConsent(world.database, world.people, world.clock)(consent.consent_id, OWNER)
    await take(world, Copies())
    assert await world.claim() is None
    world.clock.now += timedelta(hours=1)
    await take(world, Copies())  # still training: asked again and again


async def test_a_voice_trained_again_after_another_yes_is_not_deleted_with_the_old_one(world: World) -> None:
    await withdraw(world)
    copies = Copies(away=True)
    await take(world, copies)
    world.clock.now += timedelta(hours=1)
    async with world.database.begin() as tx:
        again = await tx.consents.ask(world.voice.voice_id, OWNER, now=world.clock.now)
        until = world.clock.now + timedelta(days=365)
        await tx.consents.decide(again.consent_id, expected="asked", state="given", at=world.clock.now, until=until)
        await add_model(tx, world.voice, queued_at=world.clock.now)
    copies.away = False
    copies.asked.clear()
    await take(world, copies)
    assert copies.asked == [("private", "ft:small:founder")]
    async with world.database.read() as tx:
        states = {one.version: one.deleted_at for one in await tx.voice_models.of_voice(world.voice.voice_id)}
    assert states[2] is None and states[1] is not None


async def test_a_withdrawal_half_way_through_a_draft_shows_nothing(world: World) -> None:
    async def withdraw_now() -> None:
        await withdraw(world)

    world.provider.during = withdraw_now
    await world.ask(wish())
    item = await world.claim()
    assert item is not None
    await world.step(item)
    [draft] = await world.drafts()
    assert (draft.state, draft.failure, draft.written) == ("failed", "ConsentWithdrawn", None)


async def test_a_paused_voice_says_who_paused_it_and_goes_on_when_told(world: World) -> None:
    change = ChangeStanding(world.database, world.clock)
    with pytest.raises(NotSteward):
        await change(TEAM, MEMBER, "founder", "paused")
    await change(TEAM, OWNER, "founder", "paused")
    with pytest.raises(VoicePaused) as caught:
        await world.ask(wish())
    assert (caught.value.by, caught.value.at) == (OWNER, world.clock.now)
    await change(TEAM, STEWARD, "founder", "active")
    await world.ask(wish())
    assert [entry.who for entry in await world.audits("voice.paused")] == [OWNER]


async def test_a_retired_version_no_longer_drafts(world: World) -> None:
    retire = RetireVersion(world.database, world.clock)
    with pytest.raises(VoiceNotReady):
        await retire(TEAM, STEWARD, "founder", 7)
    await retire(TEAM, STEWARD, "founder", 1)
    with pytest.raises(VoiceNotReady):
        await world.ask(wish())
