"""Trains in processes that have torch in memory already: importing it takes longer than any training of the tests.

`python -m tests.modelserver.lora.warm SOCKET` waits for trainings and forks for each. With a number and the path of an
assignment besides, it is a trainer command: it hands its input and output over and ends with the training. The number
says at which touch of a file that is being kept the training is killed; 0 lets it live.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MODULE = "tests.modelserver.lora.warm"
READY = "ready\n"
KEEPING = {"open", "os.mkdir", "os.rename", "os.listdir", "os.scandir"}


@contextmanager
def warm_trainer(folder: Path) -> Iterator[list[str]]:
    """The trainer command, as long as the block lasts."""
    command = [sys.executable, "-m", MODULE, str(folder / "trainer"), "0"]
    with subprocess.Popen(command[:-1], stdout=subprocess.PIPE, text=True) as waiting:
        assert waiting.stdout is not None and waiting.stdout.readline() == READY
        try:
            yield command
        finally:
            waiting.terminate()


def _wait(place: str) -> None:
    import torch

    from modelserver.lora import tuning

    torch.set_num_threads(1)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        sys.stdout.write(READY)
        sys.stdout.flush()
        while tuning:
            asked, _ = listening.accept()
            with asked:
                message, (given, told), _, _ = socket.recv_fds(asked, 1 << 16, 2)
                if os.fork() == 0:
                    _train(asked, message.decode(), given, told)
            os.close(given)
            os.close(told)


def _train(asked: socket.socket, message: str, given: int, told: int) -> None:
    from modelserver.training_process import main

    touch, _, assignment = message.partition(" ")
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(given, 0)
        os.dup2(told, 1)
        sys.argv = [MODULE, assignment]
        _kill_at(int(touch))
        main()
        code = 0
    except BaseException:  # noqa: BLE001  # it stands for a whole process
        traceback.print_exc()
    finally:
        asked.sendall(bytes([code]))
        os._exit(code)


def _kill_at(touch: int) -> None:
    """SIGKILL at the n-th time that a file or folder of a model is made, opened or renamed."""
    left = touch

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in KEEPING and any("unfinished-" in str(argument) for argument in arguments):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    if touch:
        sys.addaudithook(watch)


def _hand_over(place: str, touch: str, assignment: str) -> int:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(place)
        socket.send_fds(asking, [f"{touch} {assignment}".encode()], [0, 1])
        code = asking.recv(1)
    return code[0] if code else 1


if __name__ == "__main__":
    if len(sys.argv) == 2:
        _wait(sys.argv[1])
    else:
        sys.exit(_hand_over(*sys.argv[1:]))
