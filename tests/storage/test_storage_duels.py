"""Duels: the money held for them, their texts, the newest vote, the end that happens once, and one promoted version."""

from dataclasses import replace
from datetime import timedelta

from storage_seeds import NOW, TEAM, add_model

from pipeline.domain.duels import Duel, NewDuel, NewText, Vote
from pipeline.ports import Transaction
from storage.database import SqlDatabase

MONTH = "2026-11"
TEXTS = (NewText(1, "one", "tools", 10_000), NewText(1, "other", "tools", 20_000))


async def started(tx: Transaction, held: int = 60_000) -> Duel | None:
    model = await add_model(tx)
    new = NewDuel(
        TEAM,
        model.voice_id,
        model.voice_model_id,
        model.voice_model_id,
        "C1",
        "UEDITOR",
        ("UOWNER", "UEDITOR"),
        NOW + timedelta(days=2),
        MONTH,
        held,
        TEXTS,
    )
    return await tx.duels.start(new, now=NOW)


async def test_it_comes_back_as_it_was_started_and_its_money_is_held(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        duel = await started(tx)
        assert duel is not None
        assert await tx.duels.by_id(duel.duel_id) == duel
        assert [text.wanted for text in duel.texts] == list(TEXTS)
        assert (await tx.ledger.month(TEAM, MONTH)).held_microusd == 60_000
        assert await tx.duels.of_voice(duel.facts.voice_id) == [duel]


async def test_above_the_months_limit_nothing_is_started(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        assert await started(tx, held=10**12) is None


async def test_it_ends_once_and_settles_once(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        duel = await started(tx)
        assert duel is not None
        assert await tx.duels.end(duel, "open", bill_microusd=31_000)
        assert not await tx.duels.end(duel, "failed", bill_microusd=31_000, failure="too late")
        month = await tx.ledger.month(TEAM, MONTH)
        assert (month.held_microusd, month.settled_microusd) == (0, 31_000)


async def test_texts_are_kept_and_of_votes_the_newest(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        duel = await started(tx)
        assert duel is not None
        written = replace(duel.texts[0], state="written", sends=1, answered=1, cost_microusd=5, text="Tools.")
        await tx.duel_texts.update(written)
        await tx.duel_votes.give(duel, "UOWNER", 1, "one", at=NOW)
        await tx.duel_votes.give(duel, "UOWNER", 1, "bad", at=NOW)
        await tx.duel_votes.give(duel, "UEDITOR", 1, "other", at=NOW)
        known = await tx.duels.by_id(await tx.duel_texts.duel_of(written.text_id))
    assert known.texts[0] == written
    assert sorted(known.votes, key=lambda vote: vote.voter) == [Vote("UEDITOR", 1, "other"), Vote("UOWNER", 1, "bad")]


async def test_extended_it_is_open_until_then(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        duel = await started(tx)
        assert duel is not None
        until = NOW + timedelta(days=5)
        await tx.duels.extend(duel, closes_at=until)
        known = await tx.duels.by_id(duel.duel_id)
    assert (known.state, known.closes_at) == ("open", until)


async def test_one_version_is_promoted_at_a_time(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        first = await add_model(tx)
        await tx.voice_models.promote(first, by="UOWNER", reason="", at=NOW)
        voice = await tx.voices.by_id(first.voice_id)
        dataset = await tx.datasets.by_id((await tx.tuning_jobs.by_id(first.tuning_job_id)).dataset_id)  # type: ignore[arg-type]  # trained
        plain = await tx.voice_models.few_shot(voice, dataset, provider="private", base="small", now=NOW)
        await tx.voice_models.promote(plain, by="UOWNER", reason="the owner likes it", at=NOW)
        states = [(one.version, one.state, one.reason) for one in await tx.voice_models.of_voice(first.voice_id)]
    assert states == [(0, "promoted", "the owner likes it"), (1, "trial", "")]
