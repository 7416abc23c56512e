"""What the dataset thread and the judges read of a comparison."""

import json
from typing import Final

from bot.baseline_gate import standing_of
from bot.cards import round_thread
from pipeline.blind import real_side
from pipeline.domain.baselines import Baseline, Pair
from pipeline.domain.voices import Round, Voice
from pipeline.domain.work import Place, Saying
from pipeline.ports import ArtifactStore, Transaction
from pipeline.told_apart import told_apart

STANDING: Final = "baseline.standing"
RESULT: Final = "baseline.result"
ASKED: Final = "baseline.asked"
PAIR: Final = "baseline.pair"


async def say_standing(tx: Transaction, baseline: Baseline, voice: Voice, round_: Round) -> None:
    """One message per try: how far the drafts are, who still has to answer, why it stopped."""
    facts = {
        "baseline_id": baseline.baseline_id,
        "handle": voice.handle,
        "base": baseline.facts.base,
        "provider": baseline.facts.provider,
        "state": baseline.state,
        "pairs": len(baseline.pairs),
        "written": len(baseline.to_judge),
        "skipped": sum(pair.state == "skipped" for pair in baseline.pairs),
        "judges": list(baseline.facts.judges),
        "waits_for": [list(one) for one in baseline.waits_for],
        "failure": baseline.failure,
        "bill_microusd": baseline.bill_microusd,
        "dataset_id": baseline.facts.dataset_id,
    }
    await tx.outbox.say(Saying(f"baseline:{baseline.baseline_id}:standing", STANDING, facts, round_thread(round_)))


async def say_result(tx: Transaction, baseline: Baseline, voice: Voice, round_: Round) -> None:
    """cost.honest_no, or its opposite; again when somebody trains anyway."""
    dataset = await tx.datasets.by_id(baseline.facts.dataset_id)
    told = told_apart(baseline)
    facts = standing_of(baseline, await tx.baseline_overrides.of_dataset(dataset)) | {
        "baseline_id": baseline.baseline_id,
        "handle": voice.handle,
        "owner": voice.owner,
        "judges": list(dict.fromkeys(one.judge for one in baseline.judgements)),
        "dataset_id": dataset.dataset_id,
        "fooled": told.fooled,
        "unsure": told.unsure,
        "by_chance": float(told.by_chance),
        "is_worth_training": told.is_worth_training,
        "bill_microusd": baseline.bill_microusd,
    }
    await tx.outbox.say(Saying(f"baseline:{baseline.baseline_id}:result", RESULT, facts, round_thread(round_)))


async def say_asked(tx: Transaction, baseline: Baseline, voice: Voice, judge: str) -> None:
    """Above the pairs, in the judge's direct messages."""
    facts = {
        "steward": baseline.facts.asked_by,
        "owner": voice.owner,
        "handle": voice.handle,
        "judge": judge,
        "pairs": len(baseline.to_judge),
    }
    await tx.outbox.say(Saying(f"baseline:{baseline.baseline_id}:{judge}:asked", ASKED, facts, to(baseline, judge)))


async def say_pair(tx: Transaction, artifacts: ArtifactStore, baseline: Baseline, pair: Pair, judge: str) -> None:
    """Two texts, and after the end which one was real. Sides differ from judge to judge."""
    shown = json.loads(await artifacts.get(pair.shown_blob or ""))
    real = real_side(baseline.baseline_id, judge, pair.number)
    order = [one.number for one in baseline.to_judge]
    guesses = [one.guess for one in baseline.judgements if (one.judge, one.number) == (judge, pair.number)]
    facts = {
        "baseline_id": baseline.baseline_id,
        "number": pair.number,
        "place": order.index(pair.number) + 1,
        "pairs": len(order),
        "prompt": pair.prompt,
        "a": shown["real" if real == "A" else "draft"],
        "b": shown["real" if real == "B" else "draft"],
        "guess": guesses[0] if guesses else None,
        "is_open": baseline.state == "judging",
        "real": real if baseline.state == "judged" else None,
    }
    key = f"baseline:{baseline.baseline_id}:{judge}:{pair.number}"
    await tx.outbox.say(Saying(key, PAIR, facts, to(baseline, judge)))


def to(baseline: Baseline, judge: str) -> Place:
    return Place(baseline.facts.team_id, user_id=judge)
