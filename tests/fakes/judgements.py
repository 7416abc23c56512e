"""A comparison with plain prompting that judges have answered, without a model or a click."""

from dataclasses import replace
from datetime import UTC, datetime

from pipeline.blind import real_side
from pipeline.domain.baselines import Baseline, NewBaseline, Side
from pipeline.domain.voices import Dataset
from pipeline.few_shot import PAIRS
from pipeline.ports import Transaction

JUDGE = "UOWNER"
AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


async def judge(tx: Transaction, dataset: Dataset, *, right: int = PAIRS) -> Baseline:
    """right: so many of six real posts were found; six of six says that training may be worth it."""
    baseline = await judging(tx, dataset)
    for pair in baseline.to_judge:
        real = real_side(baseline.baseline_id, JUDGE, pair.number)
        wrong: Side = "B" if real == "A" else "A"
        await tx.judgements.give(baseline, JUDGE, pair.number, real if pair.number <= right else wrong, at=AT)
    assert await tx.baselines.end(baseline, "judged")
    return await tx.baselines.by_id(baseline.baseline_id)


async def judging(tx: Transaction, dataset: Dataset) -> Baseline:
    """With the judge, who has answered nothing."""
    facts = dataset.facts
    new = NewBaseline(
        team_id=facts.team_id,
        voice_id=facts.voice_id,
        round_id=facts.round_id,
        dataset_id=dataset.dataset_id,
        dataset_hash=facts.content_hash,
        provider="private",
        base="small",
        asked_by="USTEWARD",
        judges=(JUDGE,),
        month="2026-10",
        held_microusd=0,
        send_microusd=0,
    )
    baseline = await tx.baselines.start(new, now=AT)
    assert baseline is not None
    await tx.baseline_pairs.fill(baseline, [f"subject {number}" for number in range(PAIRS)])
    for pair in (await tx.baselines.by_id(baseline.baseline_id)).pairs:
        await tx.baseline_pairs.update(replace(pair, state="written", sends=1, answered=1, shown_blob="ab"))
    assert await tx.baselines.end(baseline, "judging", bill_microusd=0)
    return await tx.baselines.by_id(baseline.baseline_id)
