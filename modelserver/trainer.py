"""Runs one training in a process of its own and passes on its steps."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from modelserver.engine import Step
from modelserver.records import Metrics
from modelserver.training_process import Assignment


class Trainer:
    """seen and trained_tokens are complete when `steps` has ended without an exception."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self.seen: list[Step] = []
        self.trained_tokens = 0

    async def steps(self) -> AsyncGenerator[Step, None]:
        """Each measured step as it happens. The process is killed when the caller stops listening."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "modelserver.training_process",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=_environment(),
        )
        assert process.stdin is not None and process.stdout is not None  # both are pipes
        try:
            process.stdin.write(self._assignment.model_dump_json().encode() + b"\n")
            async for line in process.stdout:
                step = self._read(json.loads(line))
                if step is not None:
                    yield step
            if await process.wait():
                raise ChildProcessError(process.returncode)
        finally:
            if process.returncode is None:
                process.kill()
            process.stdin.close()
            await process.wait()

    def _read(self, line: dict[str, Any]) -> Step | None:
        if "step" not in line:
            self.trained_tokens = line["trained_tokens"]
            return None
        step = line["step"]
        self.seen.append(Step(Metrics(**step["metrics"]), step["steps"], step["kept"], step["tokens"]))
        return self.seen[-1]


def _environment() -> dict[str, str]:
    """The server's own, with this package's folder importable wherever the server was started."""
    root = str(Path(__file__).resolve().parent.parent)
    inherited = os.environ.get("PYTHONPATH")
    return os.environ | {"PYTHONPATH": f"{root}{os.pathsep}{inherited}" if inherited else root}
