"""Adapters and the state of a run on disk: safetensors only, and never half a file under its name."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, Final

from peft import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors import safe_open
from safetensors.torch import save_file

STATE: Final = "state.run"  # beside the adapters, gone when the job has ended


def keep_adapter(model: Any, folder: Path, name: str, *, base: str) -> None:
    """A folder as PEFT writes it, which other programs read too."""
    unfinished = folder / f"unfinished-{name}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    numbers = {key: value.contiguous().cpu() for key, value in _numbers(model).items()}
    save_file(numbers, unfinished / "adapter_model.safetensors", metadata={"format": "pt"})
    config = model.peft_config["default"]
    config.base_model_name_or_path, config.inference_mode = base, True
    config.save_pretrained(str(unfinished))
    config.inference_mode = False
    for path in unfinished.iterdir():
        _sync(path)
    shutil.rmtree(folder / name, ignore_errors=True)
    unfinished.rename(folder / name)
    _sync(folder)


def keep_state(model: Any, optimiser: Any, folder: Path, *, step: int) -> None:
    """Everything that the next step depends on, so that a stopped run goes on exactly as it would have."""
    numbers = {f"adapter.{key}": value for key, value in _numbers(model).items()}
    for place, averages in optimiser.state_dict()["state"].items():
        numbers |= {f"adam.{place}.{key}": value for key, value in averages.items()}
    unfinished = folder / f"unfinished-{STATE}"
    save_file({k: v.contiguous().cpu() for k, v in numbers.items()}, unfinished, metadata={"step": str(step)})
    _sync(unfinished)
    unfinished.replace(folder / STATE)
    _sync(folder)


def restore_state(model: Any, optimiser: Any, folder: Path) -> int:
    """The step that the run had reached; 0 when it has not begun."""
    if not (folder / STATE).exists():
        return 0
    averages: dict[int, dict[str, Any]] = {}
    adapter: dict[str, Any] = {}
    with safe_open(folder / STATE, "pt") as file:
        for key in file.keys():  # noqa: SIM118  # it is no dictionary and cannot be iterated
            kind, _, name = key.partition(".")
            if kind == "adapter":
                adapter[name] = file.get_tensor(key)
            else:
                place, _, average = name.partition(".")
                averages.setdefault(int(place), {})[average] = file.get_tensor(key)
        step = int(file.metadata()["step"])
    set_peft_model_state_dict(model, adapter)
    optimiser.load_state_dict({**optimiser.state_dict(), "state": averages})
    return step


def _numbers(model: Any) -> dict[str, Any]:
    """The adapter's numbers. Left to itself, PEFT looks on the hub whether the base's vocabulary was changed."""
    numbers: dict[str, Any] = get_peft_model_state_dict(model, save_embedding_layers=False)
    return numbers


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
