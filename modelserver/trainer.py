"""Runs one training in processes of its own and passes on what they tell."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from modelserver.training_process import LINE, Assignment, Told

ASSIGNMENT: Final = "assignment.json"
ONE_PROCESS: Final = (sys.executable, "-m", "modelserver.training_process")
MAX_LINE_BYTES: Final = 1 << 20


class Trainer:
    """command: what starts the training, without its last argument, the path of the assignment."""

    def __init__(self, assignment: Assignment, command: Sequence[str] = ONE_PROCESS) -> None:
        self._assignment, self._command = assignment, command

    async def told(self) -> AsyncGenerator[Told, None]:
        """Each report as it happens. The processes are killed when the caller stops listening."""
        path = self._assignment.folder / ASSIGNMENT
        await asyncio.to_thread(path.write_text, self._assignment.model_dump_json(), encoding="utf-8")
        process = await asyncio.create_subprocess_exec(
            *self._command,
            str(path.resolve()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=_environment(),
            process_group=0,
            limit=MAX_LINE_BYTES,
        )
        assert process.stdin is not None and process.stdout is not None  # both are pipes
        try:
            async for line in process.stdout:
                _, mark, told = line.decode(errors="replace").partition(LINE)
                if mark:
                    yield Told.model_validate_json(told)
            if await process.wait():
                raise ChildProcessError(process.returncode)
        finally:
            with suppress(ProcessLookupError):  # the last of the group has ended
                os.killpg(process.pid, signal.SIGKILL)
            process.stdin.close()
            await process.wait()


def _environment() -> dict[str, str]:
    """The server's own, with this package's folder importable wherever the server was started."""
    root = str(Path(__file__).resolve().parent.parent)
    inherited = os.environ.get("PYTHONPATH")
    return os.environ | {"PYTHONPATH": f"{root}{os.pathsep}{inherited}" if inherited else root}
