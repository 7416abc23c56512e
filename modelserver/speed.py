"""How fast a base is trained here: by jobs on examples that finished, or by made-up rows trained to find out."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from statistics import median
from typing import Final

from modelserver.engines import Engines
from modelserver.records import Job, Measured
from modelserver.store import Store
from modelserver.trainer import Trainer
from modelserver.training_process import Assignment

LAST_JOBS: Final = 5  # enough that one slow hour counts little
ROWS: Final = 40
SENTENCES: Final = 20  # of a row: about 200 words
MADE_UP: Final = ("The tide came in past the {0} boats", "Nobody counted the {0} lamps", "It rained for {0} days more")


def train_tokens_per_s(store: Store, base: str) -> float | None:
    """In the base's own tokens; None where nothing was ever trained on it."""
    speeds = [
        job.trained_tokens / job.ran_s
        for job in store.all(Job)
        if (job.trained_base, job.kind, job.status) == (base, "supervised", "succeeded")
        if job.trained_tokens and job.ran_s > 0
    ]
    if speeds:
        return round(median(speeds[-LAST_JOBS:]), 3)
    measured = store.get(Measured, base)
    return round(measured.tokens / measured.seconds, 3) if measured else None


async def measure(state: Path, engines: Engines, base: str, trainer: Sequence[str]) -> Measured:
    """Train on made-up rows as a job would, keep how fast that went, and nothing else. ValueError when it fails."""
    store = Store(state)
    try:
        with tempfile.TemporaryDirectory() as folder:
            tokens, seconds = await _trained(engines, base, Path(folder), trainer)
        if not tokens or not seconds:
            raise ValueError(f"nothing was trained on {base}")
        measured = Measured(id=base, tokens=tokens, seconds=seconds)
        with store.transaction():
            store.remove(Measured, base)
            store.add(measured)
    finally:
        store.close()
    return measured


async def _trained(engines: Engines, base: str, folder: Path, command: Sequence[str]) -> tuple[int, float]:
    """Tokens and seconds."""
    rows = folder / "rows.jsonl"
    rows.write_text("\n".join(made_up_rows()), encoding="utf-8")
    (models := folder / "models").mkdir()
    assignment = Assignment(
        base=base,
        base_folder=engines[base].folder,
        training_file=rows,
        validation_file=None,
        folder=models,
        n_epochs=1,
        batch_size=1,
        learning_rate_multiplier=1.0,
        seed=1,
        min_seconds=0.0,
    )
    async with aclosing(Trainer(assignment, command).told()) as lines:
        async for told in lines:
            if told.refused is not None:
                raise ValueError(told.refused)
            if told.trained_tokens is not None:
                return told.trained_tokens, told.ran_s or 0.0
    return 0, 0.0


def made_up_rows() -> Iterator[str]:
    for row in range(ROWS):
        said = ". ".join(MADE_UP[at % len(MADE_UP)].format(row * SENTENCES + at) for at in range(SENTENCES))
        turns = [("user", f"Write note {row}"), ("assistant", f"{said}.")]
        yield json.dumps({"messages": [{"role": role, "content": words} for role, words in turns]})
