"""Untrained drafts: the money held for them, the pairs, the newest answer, one override, and version 0 of a voice."""

from dataclasses import replace

import pytest
from storage_seeds import NOW, TEAM, add_dataset, add_model

from pipeline.domain.approvals import RuleName
from pipeline.domain.baselines import Baseline, Judgement, NewBaseline
from pipeline.domain.voices import Dataset
from pipeline.ports import Transaction
from storage.database import SqlDatabase

MONTH = "2026-11"


def new(dataset: Dataset, held: int = 90_000) -> NewBaseline:
    facts = dataset.facts
    return NewBaseline(
        team_id=TEAM,
        voice_id=facts.voice_id,
        round_id=facts.round_id,
        dataset_id=dataset.dataset_id,
        dataset_hash=facts.content_hash,
        provider="private",
        base="small",
        asked_by="USTEWARD",
        judges=("UOWNER", "UEDITOR"),
        month=MONTH,
        held_microusd=held,
        send_microusd=15_000,
    )


async def started(tx: Transaction, held: int = 90_000) -> tuple[Dataset, Baseline]:
    dataset = await add_dataset(tx)
    baseline = await tx.baselines.start(new(dataset, held), now=NOW)
    assert baseline is not None
    return dataset, baseline


async def test_money_is_held_with_the_start_and_settled_once_at_the_end(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        _, baseline = await started(tx)
        assert (await tx.ledger.month(TEAM, MONTH)).held_microusd == 90_000
        assert await tx.baselines.end(baseline, "judging", bill_microusd=31_000)
        assert not await tx.baselines.end(baseline, "failed", bill_microusd=31_000, failure="too late")
        month = await tx.ledger.month(TEAM, MONTH)
        assert (month.held_microusd, month.settled_microusd) == (0, 31_000)
        assert (await tx.baselines.by_id(baseline.baseline_id)).state == "judging"


@pytest.mark.parametrize("rule", ["month_limit_microusd", "voice_limit_microusd", "person_limit_microusd"])
async def test_nothing_starts_over_a_months_limit(db: SqlDatabase, rule: RuleName) -> None:
    async with db.begin() as tx:
        dataset = await add_dataset(tx)
        await tx.spend_rules.change(TEAM, rule, 89_999, by="UADMIN", now=NOW)
        assert await tx.baselines.start(new(dataset), now=NOW) is None
        assert await tx.baselines.newest(dataset) is None
        assert (await tx.ledger.month(TEAM, MONTH)).held_microusd == 0


async def test_the_newest_try_of_the_same_rows_counts(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        dataset, first = await started(tx)
        assert await tx.baselines.end(first, "failed", bill_microusd=0, failure="no answer")
        second = await tx.baselines.start(new(dataset), now=NOW)
        assert second is not None and second == await tx.baselines.newest(dataset)
        same_rows = await add_dataset(tx)
        assert await tx.baselines.newest(same_rows) == second
        other = replace(dataset, facts=replace(dataset.facts, content_hash="other"))
        assert await tx.baselines.newest(other) is None


async def test_pairs_are_filled_once_and_the_newest_answer_stands(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        _, baseline = await started(tx)
        await tx.baseline_pairs.fill(baseline, ["hinges", "ladders"])
        await tx.baseline_pairs.fill(baseline, ["other", "words", "more"][:2])
        first, _ = (await tx.baselines.by_id(baseline.baseline_id)).pairs
        assert await tx.baseline_pairs.baseline_of(first.pair_id) == baseline.baseline_id
        written = replace(first, state="written", sends=2, answered=1, cost_microusd=9_000, shown_blob="ab")
        await tx.baseline_pairs.update(written)
        for guess in ("A", "unsure"):
            await tx.judgements.give(baseline, "UOWNER", 1, "A" if guess == "A" else "unsure", at=NOW)
        whole = await tx.baselines.by_id(baseline.baseline_id)
    assert [pair.prompt for pair in whole.pairs] == ["hinges", "ladders"]
    assert whole.pairs[0] == written
    assert whole.judgements == (Judgement("UOWNER", 1, "unsure"),)
    assert whole.waits_for == (("UEDITOR", 1),)
    assert whole.bill_microusd == 9_000 + 15_000  # one answer, and one send that may have been charged in full


async def test_the_first_reason_stands_for_these_rows(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        dataset = await add_dataset(tx)
        assert await tx.baseline_overrides.of_dataset(dataset) is None
        assert await tx.baseline_overrides.give(dataset, by="U1", reason="the base ends in May", at=NOW)
        assert not await tx.baseline_overrides.give(dataset, by="U2", reason="me too", at=NOW)
        found = await tx.baseline_overrides.of_dataset(dataset)
        assert found is not None and (found.by, found.reason) == ("U1", "the base ends in May")


async def test_version_zero_stands_before_what_was_trained_and_is_renewed(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        trained = await add_model(tx)
        voice = await tx.voices.by_id(trained.voice_id)
        dataset = await add_dataset(tx)
        first = await tx.voice_models.few_shot(voice, dataset, provider="private", base="small", now=NOW)
        again = await tx.voice_models.few_shot(voice, dataset, provider="private", base="big", now=NOW)
        versions = [one.version for one in await tx.voice_models.of_voice(voice.voice_id)]
    assert (again.voice_model_id, again.base, again.tuning_job_id) == (first.voice_model_id, "big", None)
    assert (first.version, versions) == (0, [0, 1])
