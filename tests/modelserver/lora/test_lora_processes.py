"""Real processes: two that train together, a server that is killed, and what leaves the machine meanwhile."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from modelserver.engine import Step
from modelserver.lora.engine import LoraEngine
from modelserver.trainer import Trainer
from modelserver.training_file import read_training_file
from modelserver.training_process import Assignment, Told
from tests.modelserver.lora.tiny_base import AUTHOR, chat_rows, notes
from tests.modelserver.providers import jsonl

pytestmark = [pytest.mark.lora, pytest.mark.timeout(600)]  # a child takes seconds to import torch

TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
MODULE = ("-m", "modelserver.training_process")


def assignment(tmp_path: Path, base_folder: Path) -> Assignment:
    rows, folder = tmp_path / "rows.jsonl", tmp_path / "together"
    rows.write_bytes(jsonl(chat_rows(notes(AUTHOR, seed=3, count=11))))
    folder.mkdir()
    return Assignment(
        base="tiny",
        base_folder=base_folder,
        training_file=rows,
        validation_file=rows,
        folder=folder,
        n_epochs=2,
        batch_size=4,
        learning_rate_multiplier=40.0,
        seed=7,
        min_seconds=0,
    )


async def told_by(trainer: Trainer) -> list[Told]:
    return [told async for told in trainer.told()]


async def test_two_processes_learn_what_one_learns(base_folder: Path, tmp_path: Path) -> None:
    asked, alone, steps = assignment(tmp_path, base_folder), tmp_path / "alone", list[Step]()
    told = await told_by(Trainer(asked, (*TORCHRUN, *MODULE)))
    alone.mkdir()
    rows = read_training_file(asked.training_file)
    tokens = await asyncio.to_thread(
        LoraEngine("tiny", base_folder).train,
        rows,
        rows,
        asked.plan(),
        alone,
        lambda report: steps.append(report) if isinstance(report, Step) else None,
    )
    assert any("on 2 processes" in each.note.message for each in told if each.note)
    assert [each.trained_tokens for each in told if each.trained_tokens] == [tokens]
    together = [each.step for each in told if each.step]
    assert [step.metrics.step for step in together] == [step.metrics.step for step in steps]
    for one, two in zip(steps, together, strict=True):
        assert one.metrics.train_loss == pytest.approx(two.metrics.train_loss, abs=1e-3)
        assert one.metrics.valid_loss == pytest.approx(two.metrics.valid_loss, abs=1e-3)
    first, second = (load_file(folder / "6" / "adapter_model.safetensors") for folder in (alone, asked.folder))
    assert all(torch.allclose(first[name], second[name], atol=1e-4) for name in first)
