"""More processes for one large preparation, as many as the settings allow, while no other preparation has them."""

import multiprocessing
import os
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing.synchronize import Semaphore
from typing import Final, TypeVar

T = TypeVar("T")

MANY_DOCUMENTS: Final = 300  # below this, starting processes takes longer than the work
LOOK_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Crew:
    """processes: how many there may be; free: 1 while nobody uses them."""

    processes: int
    free: Semaphore

    @contextmanager
    def hired(self) -> Iterator[Executor | None]:
        """None when one process is all there is, or another preparation was first."""
        if self.processes < 2 or not self.free.acquire(block=False):
            yield None
            return
        try:
            # fork: the token ranks and all modules are there at once. This process waits in one other thread only.
            context = multiprocessing.get_context("fork")
            with ProcessPoolExecutor(
                self.processes, mp_context=context, initializer=end_with, initargs=(os.getpid(),)
            ) as workers:
                yield workers
        finally:
            self.free.release()


def end_with(parent: int) -> None:
    """Runs in a process as it starts: when its parent was killed, nobody else would end it."""
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os._exit(1)


def are_many(items: Iterable[T]) -> tuple[bool, Iterator[T]]:
    """Whether these are worth more processes, and all of them."""
    coming = iter(items)
    first = list(islice(coming, MANY_DOCUMENTS))
    return len(first) == MANY_DOCUMENTS, chain(first, coming)
