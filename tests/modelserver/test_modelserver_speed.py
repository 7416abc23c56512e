"""How long training took and how fast this machine is: told beside OpenAI's fields, where it was measured."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from openai import AsyncOpenAI
from openai.types import Model
from openai.types.fine_tuning import FineTuningJob

from modelserver.__main__ import main
from modelserver.engine import Step
from modelserver.records import Hyperparameters, Job, Measured, Metrics
from modelserver.speed import train_tokens_per_s
from modelserver.store import Store
from modelserver.training_process import Pacer
from tests.modelserver.providers import tune

BASE = "understudy-ngram"


def own(answer: Model | FineTuningJob) -> dict[str, float]:
    return dict((answer.model_extra or {}).get("understudy") or {})


async def test_a_base_tells_how_fast_it_was_trained_once_it_was(client: AsyncOpenAI) -> None:
    assert own(await client.models.retrieve(BASE)) == {}
    done = await tune(client, BASE)
    took_s = own(done)["trained_s"]
    speed = own(await client.models.retrieve(BASE))["train_tokens_per_s"]
    assert took_s > 0 and done.trained_tokens
    assert speed == pytest.approx(done.trained_tokens / took_s, rel=0.2)  # told in whole milliseconds


def finished(number: int, tokens: int, ran_s: float) -> Job:
    return Job(
        id=f"ftjob-{number}",
        model=BASE,
        created_at=1,
        organization_id="org-private",
        status="succeeded",
        training_file="file-1",
        hyperparameters=Hyperparameters(),
        trained_tokens=tokens,
        ran_s=ran_s,
        seed=1,
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    yield opened
    opened.close()


def test_what_is_waited_so_as_not_to_be_too_fast_is_not_training() -> None:
    now = [100.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    pacer = Pacer(10.0, lambda: now[0], sleep)
    for step in (1, 2):
        now[0] += 2.0
        pacer.report(Step(Metrics(step=step, train_loss=1.0, train_mean_token_accuracy=0.5), steps=2))
    assert (pacer.ran_s, now[0]) == (4.0, 110.0)


def test_the_middle_of_the_last_five_jobs_counts(store: Store) -> None:
    for number, ran_s in enumerate((1.0, 10.0, 20.0, 5.0, 40.0, 100.0)):  # the first one is too long ago
        store.add(finished(number, 1_000, ran_s))
    assert train_tokens_per_s(store, BASE) == 50.0
    assert train_tokens_per_s(store, "another") is None


def test_jobs_on_pairs_are_no_measure_of_examples(store: Store) -> None:
    store.add(finished(1, 1_000, 20.0))
    store.add(finished(2, 1_000, 1.0).model_copy(update={"kind": "dpo"}))
    assert train_tokens_per_s(store, BASE) == 50.0


def test_a_measured_figure_stands_in_until_a_job_has_finished(store: Store) -> None:
    store.add(Measured(id=BASE, tokens=1_000, seconds=10.0))
    assert train_tokens_per_s(store, BASE) == 100.0
    store.add(finished(1, 1_000, 20.0))
    assert train_tokens_per_s(store, BASE) == 50.0


def test_the_command_line_measures_a_base_and_keeps_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["modelserver", "--state", str(tmp_path), "--measure", BASE])
    for _ in range(2):
        main()
    said = capsys.readouterr().out
    assert f"{BASE}: " in said and "tokens a second" in said
    store = Store(tmp_path)
    assert [known.id for known in store.all(Measured)] == [BASE] and store.all(Job) == []
    assert not list((tmp_path / "models").iterdir()) and not list((tmp_path / "files").iterdir())
    store.close()


def test_what_is_no_base_cannot_be_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["modelserver", "--state", str(tmp_path), "--measure", "nothing"])
    with pytest.raises(SystemExit, match="is no --base; there are: understudy-ngram"):
        main()
