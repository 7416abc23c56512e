"""Work on many things, a few at a time, here or in other processes; results keep the order of the things."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from itertools import islice
from typing import Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

BATCH: Final = 16  # of documents about 80 KB of HTML: pickling it costs far less than parsing it
BATCHES_IN_FLIGHT: Final = 16  # bounds memory when reading is faster than the work


def in_batches(executor: Executor | None, work: Callable[[Sequence[T]], R], things: Iterable[T]) -> Iterator[R]:
    """What work makes of each batch. executor: where it is done; None is here."""
    coming = iter(things)
    waiting: deque[Future[R]] = deque()
    try:
        while batch := tuple(islice(coming, BATCH)):
            if executor is None:
                yield work(batch)
                continue
            waiting.append(executor.submit(work, batch))
            if len(waiting) >= BATCHES_IN_FLIGHT:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for unfinished in waiting:
            unfinished.cancel()
