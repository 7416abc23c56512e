"""A real adapter on a tiny base: it learns what it is shown, the same each time, and goes on after a stop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from modelserver.engine import Judged, Message, Note, Preference, Refused, Report, Resumed, Row, Step, TrainingPlan
from modelserver.lora.encoding import Encoder
from modelserver.lora.engine import LoraEngine
from modelserver.lora.hub import BaseFolder, open_base, open_tokenizer
from modelserver.lora.keeping import STATE
from modelserver.lora.kto import Verdict
from tests.modelserver.lora.judging import log_likelihood, margin
from tests.modelserver.lora.tiny_base import AUTHOR, CONTEXT_TOKENS, PLAIN, notes

pytestmark = pytest.mark.lora

PLAN = TrainingPlan(n_epochs=3, batch_size=4, learning_rate_multiplier=60.0, seed=7)
HELD_OUT = notes(AUTHOR, seed=99, count=12)


class Stopped(Exception):
    """Stands for a kill: it leaves the run at a report."""


class Told:
    """What a run reported. stops_at: the step after whose report the run is left."""

    def __init__(self, *, stops_at: int | None = None) -> None:
        self.reports: list[Report] = []
        self._stops_at = stops_at

    def __call__(self, report: Report) -> None:
        self.reports.append(report)
        if isinstance(report, Step) and report.metrics.step == self._stops_at:
            raise Stopped

    @property
    def steps(self) -> list[Step]:
        return [report for report in self.reports if isinstance(report, Step)]

    @property
    def notes(self) -> str:
        return " ".join(report.message for report in self.reports if isinstance(report, Note))


def rows(texts: list[str]) -> list[Row]:
    return [[Message("user", "Write a note"), Message("assistant", text)] for text in texts]


def pairs(*, seed: int, count: int) -> list[Row]:
    asked = [Message("user", "Write a note")]
    liked, other = notes(AUTHOR, seed=seed, count=count), notes(PLAIN, seed=seed, count=count)
    return [Preference(asked, good, bad) for good, bad in zip(liked, other, strict=True)]


def numbers(adapter: Path) -> dict[str, Any]:
    return {name: value.tolist() for name, value in load_file(adapter / "adapter_model.safetensors").items()}


def test_the_author_becomes_likelier_and_the_loss_falls(engine: LoraEngine, base_folder: Path, tmp_path: Path) -> None:
    told = Told()
    tokens = engine.train(rows(notes(AUTHOR, seed=3, count=64)), rows(HELD_OUT), PLAN, tmp_path, told)
    first, last = told.steps[0].metrics, told.steps[-1].metrics
    assert last.train_loss < first.train_loss / 2 and last.train_mean_token_accuracy > first.train_mean_token_accuracy
    assert last.full_valid_loss is not None and last.full_valid_loss < (first.valid_loss or 0) - 1
    before = log_likelihood(base_folder, None, HELD_OUT)
    after = log_likelihood(base_folder, tmp_path / "48", HELD_OUT)
    assert after > before + 1, (before, after)
    assert after == pytest.approx(-last.full_valid_loss, abs=0.01)
    assert [step.kept for step in told.steps if step.kept] == ["16", "32", "48"]
    assert tokens == told.steps[-1].tokens > 64 * 3 * 10
    assert sorted(path.name for path in (tmp_path / "48").iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
    ]
    assert not (tmp_path / STATE).exists()


def test_dpo_raises_the_margin_of_pairs_it_has_not_seen(engine: LoraEngine, base_folder: Path, tmp_path: Path) -> None:
    plan = TrainingPlan(2, 8, 100.0, seed=1, method="dpo", beta=0.1)
    told, held_out = Told(), pairs(seed=50, count=6)
    engine.train(pairs(seed=4, count=32), held_out, plan, tmp_path, told)
    unseen = [(pair.preferred, pair.rejected) for pair in held_out if isinstance(pair, Preference)]
    assert margin(base_folder, tmp_path / "8", unseen) > margin(base_folder, None, unseen) + 1
    assert told.steps[0].metrics.train_loss == pytest.approx(0.693, abs=0.001)  # ln 2: nothing is preferred yet
    assert (told.steps[-1].metrics.full_valid_mean_token_accuracy or 0) == 1.0


def judgements(*, seed: int, liked: int, other: int) -> list[Row]:
    asked = [Message("user", "Write a note")]
    good, bad = notes(AUTHOR, seed=seed, count=liked), notes(PLAIN, seed=seed, count=other)
    return [*(Judged(asked, text, liked=True) for text in good), *(Judged(asked, text, liked=False) for text in bad)]


def test_kto_raises_liked_answers_and_lowers_others_that_it_has_not_seen(
    engine: LoraEngine, base_folder: Path, tmp_path: Path
) -> None:
    plan, told, held_out = (
        TrainingPlan(2, 8, 100.0, seed=1, method="kto"),
        Told(),
        judgements(seed=50, liked=6, other=6),
    )
    tokens = engine.train(judgements(seed=4, liked=24, other=8), held_out, plan, tmp_path, told)
    last = told.steps[-1].metrics
    unseen = list(zip(notes(AUTHOR, seed=50, count=6), notes(PLAIN, seed=50, count=6), strict=True))
    assert margin(base_folder, tmp_path / "8", unseen) > margin(base_folder, None, unseen) + 1
    assert told.steps[0].metrics.train_loss == pytest.approx(0.5, abs=0.001)  # nothing is liked yet
    assert last.full_valid_mean_token_accuracy == 1.0 and (last.full_valid_loss or 1) < 0.4
    assert tokens == told.steps[-1].tokens


def test_liked_and_other_answers_weigh_the_same_however_many_there_are(base_folder: Path) -> None:
    base = BaseFolder.read("tiny", base_folder)
    rows = [row for row in judgements(seed=4, liked=9, other=3) if isinstance(row, Judged)]
    encoded = Encoder(open_tokenizer(base), CONTEXT_TOKENS).judgements(rows)
    verdict = Verdict(open_base(base), encoded, beta=0.1)
    weights = [verdict.weight(row) for row in range(12)]
    assert sum(weights[:9]) == pytest.approx(sum(weights[9:])) and sum(weights) == pytest.approx(12)
    verdict.look_at(range(12))
    assert float(verdict.loss(range(12)).total.detach()) == pytest.approx(6, abs=0.001)


@pytest.mark.parametrize(("all_gained", "strange_gained"), [(2.0, 2.0), (0.0, -2.0)])
def test_what_every_answer_gained_is_no_merit_and_what_strange_ones_lost_no_help(
    base_folder: Path, all_gained: float, strange_gained: float
) -> None:
    base = BaseFolder.read("tiny", base_folder)
    rows = [row for row in judgements(seed=4, liked=9, other=3) if isinstance(row, Judged)]
    verdict = Verdict(open_base(base), Encoder(open_tokenizer(base), CONTEXT_TOKENS).judgements(rows), beta=0.1)
    verdict._before = [nats - all_gained for nats in verdict._before]
    verdict._strange_before = [nats - strange_gained for nats in verdict._strange_before]
    verdict.look_at(range(12))
    assert float(verdict.loss(range(9)).total.detach()) == pytest.approx(3, abs=0.001)  # half of what the liked weigh


def test_equal_seeds_give_equal_adapters(engine: LoraEngine, tmp_path: Path) -> None:
    texts, made = notes(AUTHOR, seed=3, count=16), []
    for number, seed in enumerate((7, 7, 8)):
        folder = tmp_path / str(number)
        folder.mkdir()
        engine.train(rows(texts), [], TrainingPlan(1, 4, 40.0, seed=seed), folder, Told())
        made.append(numbers(folder / "4"))
    assert made[0] == made[1] != made[2]


def test_a_stopped_run_goes_on_as_if_it_had_not_been_stopped(engine: LoraEngine, tmp_path: Path) -> None:
    texts, whole, parts = notes(AUTHOR, seed=3, count=16), tmp_path / "whole", tmp_path / "parts"
    plan = TrainingPlan(2, 4, 40.0, seed=7)
    for folder in (whole, parts):
        folder.mkdir()
    uninterrupted, again = Told(), Told()
    tokens = engine.train(rows(texts), [], plan, whole, uninterrupted)
    with pytest.raises(Stopped):
        engine.train(rows(texts), [], plan, parts, Told(stops_at=6))
    assert engine.train(rows(texts), [], plan, parts, again) == tokens
    assert Resumed(4) in again.reports  # the state of the end of the first epoch
    assert again.steps == uninterrupted.steps[4:]
    assert numbers(parts / "8") == numbers(whole / "8")


def test_turns_of_weight_0_are_read_but_not_learned(engine: LoraEngine, base_folder: Path, tmp_path: Path) -> None:
    odd = "Zzz zzz zzz."
    taught: list[Row] = [
        [Message("user", "Hm"), Message("assistant", odd, trained=False), *row]
        for row in rows(notes(PLAIN, seed=3, count=32))
        if not isinstance(row, Preference | Judged)
    ]
    engine.train(taught, [], TrainingPlan(2, 8, 40.0, seed=7), tmp_path, Told())
    learned = log_likelihood(base_folder, tmp_path / "8", [odd], asked="Hm")
    assert learned < log_likelihood(base_folder, None, [odd], asked="Hm") + 0.5
    assert log_likelihood(base_folder, tmp_path / "8", notes(PLAIN, seed=98, count=8)) > -1.5


def test_a_finished_model_can_be_trained_on(engine: LoraEngine, base_folder: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    engine.train(rows(notes(AUTHOR, seed=3, count=32)), [], TrainingPlan(2, 8, 40.0, seed=7), first, Told())
    further = TrainingPlan(1, 8, 0.001, seed=7, start=first / "8")
    told = Told()
    engine.train(rows(notes(AUTHOR, seed=5, count=16)), [], further, second, told)
    one, two = (log_likelihood(base_folder, path, HELD_OUT) for path in (first / "8", second / "2"))
    assert one == pytest.approx(two, abs=0.05)


def test_the_plan_is_said_before_the_first_step(engine: LoraEngine, tmp_path: Path) -> None:
    long = "The bridge was quiet today. " * 60
    late = [Message("user", "Write a note. " * 200), Message("assistant", "Too late")]
    told = Told()
    engine.train(
        [*rows([*notes(AUTHOR, seed=3, count=10), long]), late], [], TrainingPlan(1, 4, 1.0, 7), tmp_path, told
    )
    assert isinstance(told.reports[0], Note) and isinstance(told.reports[1], Note)
    assert f"the longest row has {CONTEXT_TOKENS}" in told.notes
    assert "1 rows were longer than the context and are cut at their end" in told.notes
    assert "1 rows are left out" in told.notes
    assert "3 steps: 1 epochs in batches of 4, learning rate 0.0002" in told.notes and "MiB" in told.notes


def test_rows_without_any_answer_in_the_context_are_refused(engine: LoraEngine, tmp_path: Path) -> None:
    late: Row = [Message("user", "Write a note. " * 200), Message("assistant", "Too late")]
    with pytest.raises(Refused, match="within the context"):
        engine.train([late] * 10, [], PLAN, tmp_path, Told())
