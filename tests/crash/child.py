"""The whole bot in a process of its own, which ends or freezes itself at failpoints as a seed says.

Bots are forked from a nursery: a process that has started and stopped one before, so that the next is up at once.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import multiprocessing
import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from bot.__main__ import serve_until_stopped
from bot.settings import Settings
from bot.wiring import running_bot
from pipeline.failpoints import Failpoint, at_failpoints
from sandbox.server import running_sandbox
from tests.fakes.bot_process import settings_for

WARM_STARTS = 2
PR_SET_PDEATHSIG = 1  # linux/prctl.h: a bot does not outlive the nursery


@dataclass(frozen=True)
class Ailments:
    """How likely it is at each failpoint that the process is killed or stopped."""

    seed: int
    kills: dict[Failpoint, float]
    freezes: dict[Failpoint, float]

    def action(self) -> Callable[[Failpoint], None]:
        chance = random.Random(self.seed)

        def strike(name: Failpoint) -> None:
            drawn = chance.random()
            if drawn < self.kills.get(name, 0):
                os.kill(os.getpid(), signal.SIGKILL)
            elif drawn < self.kills.get(name, 0) + self.freezes.get(name, 0):
                os.kill(os.getpid(), signal.SIGSTOP)

        return strike


@dataclass(frozen=True)
class Birth:
    """log: a file for what the bot writes."""

    settings: Settings
    ailments: Ailments
    log: Path


@dataclass(frozen=True)
class Nursery:
    """Starts bots, whose ends nobody has to wait for."""

    line: Connection

    def start(self, birth: Birth) -> int:
        """The process id."""
        self.line.send(birth)
        pid: int = self.line.recv()
        return pid


@contextmanager
def open_nursery(folder: Path) -> Iterator[Nursery]:
    """folder: for the database and files of the bots that only warm it up."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=nurse, args=(theirs, folder))
    process.start()
    theirs.close()
    try:
        ours.recv()  # it is warm
        yield Nursery(ours)
    finally:
        ours.close()
        process.join(10)


def nurse(line: Connection, folder: Path) -> None:
    """Until the other end is closed."""
    logging.disable(logging.CRITICAL)
    asyncio.run(warm_up(folder))
    logging.disable(logging.NOTSET)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are gone at once
    gc.freeze()
    line.send(None)
    while True:
        try:
            birth: Birth = line.recv()
        except EOFError:
            return
        if (pid := os.fork()) == 0:
            live(line, birth)
        line.send(pid)


async def warm_up(folder: Path) -> None:
    async with running_sandbox() as space:
        for _ in range(WARM_STARTS):
            async with running_bot(settings_for(space, folder)):
                pass


def live(line: Connection, birth: Birth) -> None:
    """The rest of a forked process."""
    try:
        line.close()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with birth.log.open("ab") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        told = "%(asctime)s %(process)d %(levelname)s %(name)s %(message)s"
        logging.basicConfig(level=logging.WARNING, format=told, force=True)
        with at_failpoints(birth.ailments.action()):
            asyncio.run(serve_until_stopped(birth.settings))
    finally:
        os._exit(1)
