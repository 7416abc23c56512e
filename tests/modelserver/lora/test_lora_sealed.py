"""No packet leaves the machine, by whatever library: measured where every packet can be seen."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.modelserver.lora.sealed import SOMEWHERE

pytestmark = [pytest.mark.lora, pytest.mark.timeout(600)]  # a child takes seconds to import torch

SEALED = ("unshare", "--map-root-user", "--net")


def _why_not() -> str | None:
    missing = [name for name in ("unshare", "ip") if shutil.which(name) is None]
    if missing:
        return f"{missing[0]} is not installed"
    tried = subprocess.run([*SEALED, "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False)
    return f"no network of its own is permitted here: {tried.stderr.strip()}" if tried.returncode else None


def test_no_packet_is_for_anywhere_but_loopback_while_a_voice_is_trained_and_asked(
    base_folder: Path, tmp_path: Path
) -> None:
    if reason := _why_not():
        pytest.skip(reason)
    command = [*SEALED, sys.executable, "-m", "tests.modelserver.lora.sealed", str(base_folder), str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout.splitlines()[-1])
    assert told == {"status": "succeeded", "sent": [], "control": [SOMEWHERE] * len(told["control"])}
    assert told["control"]
