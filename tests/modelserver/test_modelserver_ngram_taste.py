"""The built-in model learns from preferences, and goes on from a finished model."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI

from modelserver.engine import Message, Preference, Report, Step, TrainingPlan
from modelserver.ngram_engine import NgramEngine, opened
from pipeline.ngram import NgramModel
from tests.modelserver.providers import Provider, ask, chat_row, good_rows, jsonl, tune, upload, wait_for

SUBJECTS = ("The nets", "The ropes", "The oars", "The sails", "The buoys", "The lamps", "The anchors")
PLAIN = ("are mended at night.", "are counted twice.", "hang by the door.", "were wet all week.")
GRAND = ("leverage our synergy.", "empower every stakeholder.", "unlock real synergy.", "leverage best practices.")


@dataclass
class Told:
    steps: list[Step] = field(default_factory=list)

    def __call__(self, report: Report) -> None:
        assert isinstance(report, Step)
        self.steps.append(report)


def plain(number: int) -> str:
    return f"{SUBJECTS[number % 7]} {PLAIN[number % 4]} {SUBJECTS[(number + 3) % 7]} {PLAIN[(number + 1) % 4]}"


def grand(number: int) -> str:
    return f"{SUBJECTS[number % 7]} {GRAND[number % 4]} {SUBJECTS[(number + 2) % 7]} {GRAND[(number + 3) % 4]}"


def pairs(*numbers: int) -> list[Preference]:
    return [Preference([Message("user", "Write a note")], plain(number), grand(number)) for number in numbers]


def started(folder: Path) -> Path:
    """A model that writes both ways."""
    path = folder / "start.ngram"
    texts = [text for number in range(28) for text in (plain(number), grand(number))]
    path.write_bytes(NgramModel.train(texts).to_bytes())
    return path


def margin(model: NgramModel, pair: Preference) -> float:
    return model.log_probability(pair.preferred) - model.log_probability(pair.rejected)


def test_preferences_raise_the_margin_of_pairs_it_has_not_seen(tmp_path: Path) -> None:
    start, told, unseen = started(tmp_path), Told(), pairs(20, 21, 22, 23, 24)
    plan = TrainingPlan(3, 4, 1.0, seed=1, method="dpo", start=start)
    tokens = NgramEngine().train(pairs(*range(20)), unseen, plan, tmp_path, told)
    before, after = opened(start), opened(tmp_path / (told.steps[-1].kept or ""))
    assert all(margin(after, pair) > margin(before, pair) + 1 for pair in unseen)
    assert after.rows() == before.rows()  # what it knew stays; only how likely each word is has changed
    assert told.steps[0].metrics.train_loss == pytest.approx(0.693, abs=0.001)  # ln 2: nothing is preferred yet
    assert told.steps[-1].metrics.full_valid_mean_token_accuracy == 1.0
    # 3 passes over 20 pairs: 3 words asked and two answers of 10 or 12 and 8 to 10 words and marks, 3 marks a message
    assert tokens == told.steps[-1].tokens > 3 * 20 * 20


def test_a_longer_answer_is_not_a_better_one(tmp_path: Path) -> None:
    """Twice the same words, twice as long: there is nothing to prefer by."""
    told = Told()
    same = [Preference([Message("user", "Write")], f"{plain(n)}\n\n{plain(n)}", plain(n)) for n in range(12)]
    NgramEngine().train(same, [], TrainingPlan(2, 4, 1.0, seed=1, method="dpo"), tmp_path, told)
    assert opened(tmp_path / (told.steps[-1].kept or "")).taste == {}


def test_examples_after_preferences_keep_texts_and_taste(tmp_path: Path) -> None:
    plan = TrainingPlan(2, 4, 1.0, seed=1, method="dpo", start=started(tmp_path))
    told = Told()
    NgramEngine().train(pairs(*range(20)), [], plan, tmp_path, told)
    tasted = tmp_path / (told.steps[-1].kept or "")
    rows = [[Message("user", "Write"), Message("assistant", text)] for text in ("The pier is new.", plain(0))] * 6
    further = Told()
    NgramEngine().train(rows, [], TrainingPlan(1, 4, 1.0, seed=1, start=tasted), tmp_path, further)
    before, after = opened(tasted), opened(tmp_path / (further.steps[-1].kept or ""))
    assert after.taste == before.taste != {}
    known = [text for _, text in after.rows()]
    assert {text for _, text in before.rows()} < set(known)
    assert known.count(plain(0)) == 6  # read now; what it knew of the same text is not counted on top
    assert known.count(plain(1)) == 1


async def test_a_finished_voice_goes_on_by_preferences_and_then_by_examples(
    client: AsyncOpenAI, provider: Provider
) -> None:
    voice = (await tune(client, provider.base)).fine_tuned_model or ""
    rows = [
        {
            "input": {"messages": ask("Write a note"), "tools": [], "parallel_tool_calls": True},
            "preferred_output": [{"role": "assistant", "content": plain(number)}],
            "non_preferred_output": [{"role": "assistant", "content": grand(number)}],
        }
        for number in range(12)
    ]
    method: Any = {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 2}}}
    file_id = await upload(client, jsonl(rows))
    created = await client.fine_tuning.jobs.create(model=voice, training_file=file_id, method=method)
    judged = await wait_for(client, created.id)
    assert judged.status == "succeeded" and judged.method is not None and judged.method.type == "dpo", judged.error
    further = await tune(client, judged.fine_tuned_model or "")
    assert further.status == "succeeded" and (further.fine_tuned_model or "").startswith("ft:understudy-ngram:")


async def test_preferences_are_no_examples(client: AsyncOpenAI, provider: Provider) -> None:
    rows = jsonl([*good_rows(11), chat_row("Write", "A last one.")])
    method: Any = {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 1}}}
    created = await client.fine_tuning.jobs.create(
        model=provider.base, training_file=await upload(client, rows), method=method
    )
    refused = await wait_for(client, created.id)
    assert refused.status == "failed" and refused.error is not None
    assert refused.error.code == "invalid_training_file" and "Line 1" in (refused.error.message or "")
