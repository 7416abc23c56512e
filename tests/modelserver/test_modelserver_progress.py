"""A finished job stays as it is, whatever arrives late."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelserver.engine import Step
from modelserver.progress import Progress, model_name
from modelserver.records import Hyperparameters, Job, JobError, JobEvent, Metrics
from modelserver.store import Store
from modelserver.training import resolved


def job(**changes: object) -> Job:
    fixed = {"id": "ftjob-abcdefgh12345678", "model": "base", "created_at": 1, "organization_id": "org-private"}
    more = {"training_file": "file-1", "hyperparameters": Hyperparameters(), "seed": 1}
    return Job.model_validate(fixed | more | changes)


def test_a_cancelled_job_neither_succeeds_nor_fails_later(tmp_path: Path) -> None:
    store = Store(tmp_path)
    progress, made = Progress(store), job()
    store.add(made)
    progress.cancelled(made.id)
    after = store.get(Job, made.id)
    events = store.all(JobEvent, parent=made.id)
    progress.succeeded(made.id, [], 5, 1.0)
    progress.failed(made.id, JobError(code="late", message="late", param=None))
    progress.started(made.id, Hyperparameters(), expected_seconds=1)
    progress.take_up(made.id, "late")
    assert after is not None and after.status == "cancelled"
    assert (store.get(Job, made.id), store.all(JobEvent, parent=made.id)) == (after, events)
    store.close()


def test_a_cancelled_job_is_billed_for_its_finished_steps(tmp_path: Path) -> None:
    store = Store(tmp_path)
    progress, made, other = Progress(store), job(), job(id="ftjob-another")
    store.add(made)
    store.add(other)
    progress.started(made.id, Hyperparameters(), expected_seconds=1)
    for number in (1, 2):
        metrics = Metrics(step=number, train_loss=2.0, train_mean_token_accuracy=0.1)
        progress.step(made.id, Step(metrics, steps=4, tokens=500 * number))
    running = store.get(Job, made.id)
    assert running is not None and running.trained_tokens is None and "tokens_so_far" not in running.wire()
    for one in (made, other):
        progress.cancelled(one.id)
    billed = [found.trained_tokens for one in (made, other) if (found := store.get(Job, one.id)) is not None]
    assert billed == [1000, 0]
    store.close()


@pytest.mark.parametrize(
    ("suffix", "part"), [(None, ""), ("founder v2", "founder-v2"), ("A:B/../c", "a-b-c"), ("Zoë", "zo"), (":", "")]
)
def test_a_suffix_cannot_break_the_name_of_a_model(suffix: str | None, part: str) -> None:
    assert model_name(job(suffix=suffix)) == f"ft:base:private:{part}:12345678"


@pytest.mark.parametrize(
    ("rows", "epochs", "batch"),
    [(10, 10, 1), (20, 5, 1), (33, 3, 1), (50, 3, 1), (8333, 3, 16), (8334, 2, 16), (25_000, 1, 50), (200_000, 1, 256)],
)
def test_auto_follows_the_cookbook(rows: int, epochs: int, batch: int) -> None:
    numbers = resolved(Hyperparameters(), rows)
    assert (numbers.n_epochs, numbers.batch_size, numbers.learning_rate_multiplier) == (epochs, batch, 1.0)
    assert resolved(Hyperparameters(n_epochs=7, batch_size=2), rows).model_dump() == {
        "n_epochs": 7,
        "batch_size": 2,
        "learning_rate_multiplier": 1.0,
        "beta": None,
    }
