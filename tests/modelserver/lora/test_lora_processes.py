"""Real processes: two that train together, a server that is killed, and what leaves the machine meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from openai import AsyncOpenAI
from safetensors.torch import load_file

from modelserver.engine import Step
from modelserver.lora.engine import LoraEngine
from modelserver.trainer import Trainer
from modelserver.training_file import read_training_file
from modelserver.training_process import Assignment, Told
from tests.modelserver.lora.tiny_base import AUTHOR, chat_rows, notes
from tests.modelserver.providers import ask, jsonl, upload, wait_for
from tests.modelserver.test_modelserver_durability import server_process

pytestmark = [pytest.mark.lora, pytest.mark.timeout(600)]  # a child takes seconds to import torch

TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
ACCELERATE = (sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2")
# What srun and the like come to: a process for each rank, told by four variables. Shells give background jobs no input.
BY_HAND = (
    "bash",
    "-c",
    "exec 3<&0; port=$((20000 + RANDOM % 20000)); for rank in 0 1; do RANK=$rank WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 "
    f'MASTER_PORT=$port {sys.executable} "$0" "$@" <&3 & done; wait',
)
# Python runs this at the start of each process: it writes down every address that is asked for or connected to.
WATCH = """
import os, sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"):
        address = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        host = address[0] if isinstance(address, tuple) else address
        with open(os.environ["WATCHED"], "a") as file:
            file.write(f"{os.getpid()} {event} {host}\\n")
sys.addaudithook(watch)
with open(os.environ["WATCHED"], "a") as file:
    file.write(f"{os.getpid()} start -\\n")
"""
LOOPBACK = {"127.0.0.1", "::1", "localhost", "-"}
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


@pytest.mark.parametrize("launcher", [TORCHRUN, ACCELERATE, BY_HAND], ids=["torchrun", "accelerate", "ranks"])
async def test_two_processes_learn_what_one_learns(
    base_folder: Path, tmp_path: Path, launcher: tuple[str, ...]
) -> None:
    asked, alone, steps = assignment(tmp_path, base_folder), tmp_path / "alone", list[Step]()
    told = await told_by(Trainer(asked, (*launcher, *MODULE)))
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


async def test_a_training_killed_again_and_again_while_it_keeps_files_ends_as_if_it_had_not_been(
    base_folder: Path, tmp_path: Path, trainer: list[str]
) -> None:
    whole, killed = assignment(tmp_path, base_folder), tmp_path / "killed"
    killed.mkdir()
    await told_by(Trainer(whole, trainer))
    touches, told = 0, list[Told]()
    while not told:
        touches += 1
        try:
            again = whole.model_copy(update={"folder": killed})
            told = await told_by(Trainer(again, [*trainer[:-1], str(touches)]))
        except ChildProcessError:
            for adapter in (path for path in killed.iterdir() if path.name.isdigit()):
                assert load_file(adapter / "adapter_model.safetensors")  # what has its name is whole
    assert touches > 5
    first, second = (load_file(folder / "6" / "adapter_model.safetensors") for folder in (whole.folder, killed))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not [path.name for path in killed.iterdir() if path.name.startswith("unfinished")]


async def test_a_killed_training_goes_on_and_nothing_ever_leaves_the_machine(base_folder: Path, tmp_path: Path) -> None:
    watched, state = tmp_path / "watched", tmp_path / "state"
    (tmp_path / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    more = {"PYTHONPATH": path, "WATCHED": str(watched), "MODELSERVER_BASES": f"tiny={base_folder}"}
    async with server_process(state, train_seconds=60, more=more) as (process, provider), provider.client() as client:
        rows = await upload(client, jsonl(chat_rows(notes(AUTHOR, seed=3, count=12))))
        created = await client.fine_tuning.jobs.create(
            model="tiny", training_file=rows, seed=7, hyperparameters={"n_epochs": 8, "batch_size": 4}
        )
        await _first_checkpoint(client, created.id)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    async with server_process(state, train_seconds=0, more=more) as (process, provider), provider.client() as client:
        done = await wait_for(client, created.id, within_s=240)
        assert done.status == "succeeded", done.error
        said = [event.message async for event in client.fine_tuning.jobs.list_events(done.id)]
        assert any(each.startswith("The job goes on after step ") for each in said)
        results = (await client.files.content(done.result_files[0])).text.splitlines()
        assert [int(line.split(",")[0]) for line in results[1:]] == list(range(1, 25))
        asked: Any = {"model": done.fine_tuned_model or "", "messages": ask("Hello"), "temperature": 0}
        answer = await client.chat.completions.create(**asked)
        assert answer.usage is not None and answer.usage.completion_tokens
        stream = await client.chat.completions.create(**asked, stream=True)
        await anext(aiter(stream))
        process.send_signal(signal.SIGKILL)  # while it serves
        await process.wait()
        await stream.close()
    async with server_process(state, train_seconds=0, more=more) as (_, provider), provider.client() as client:
        assert await client.fine_tuning.jobs.retrieve(done.id) == done
        assert (await client.chat.completions.create(**asked)).choices == answer.choices
    lines = [line.split(" ", 2) for line in watched.read_text("utf-8").splitlines()]
    assert len({pid for pid, _, _ in lines}) >= 5  # three servers and two trainings were watched
    assert {host for _, _, host in lines} <= LOOPBACK


async def _first_checkpoint(client: AsyncOpenAI, job_id: str) -> None:
    async with asyncio.timeout(240):
        while True:
            if (await client.fine_tuning.jobs.checkpoints.list(job_id)).data:
                return
            await asyncio.sleep(0.1)
