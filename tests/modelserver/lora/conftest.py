"""One tiny base for all tests of the engine. Without the extra nothing here is collected: `make test-lora` has it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from modelserver.lora.engine import LoraEngine

collect_ignore_glob = [] if find_spec("peft") else ["*.py"]


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Threads of so small a model would only wait for each other."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture
def engine(base_folder: Path) -> LoraEngine:
    return LoraEngine("tiny", base_folder)
