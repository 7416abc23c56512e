"""Comparing stored datasets, and picking rows of one, in other processes: five thousand posts take seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bot.preparing import ProcessPool
from pipeline import difference_words, origins
from pipeline.differences import compare
from pipeline.domain.differences import Seen
from pipeline.domain.signoffs import Picked
from pipeline.signoffs import pick


@dataclass(frozen=True, slots=True)
class ExecutorComparer:
    """Satisfies bot.features.differences.usecase.Comparer."""

    pool: ProcessPool

    async def compare(self, before: tuple[bytes, ...], after: tuple[bytes, ...], offset: int, samples: int) -> Seen:
        return await self.pool.run(partial(seen, before, after, offset, samples))


@dataclass(frozen=True, slots=True)
class ExecutorPicker:
    """Satisfies bot.features.signoff.sending.Picker."""

    pool: ProcessPool

    async def pick(self, blobs: Sequence[bytes]) -> tuple[Picked, ...]:
        return await self.pool.run(partial(picked, tuple(blobs)))


def picked(blobs: tuple[bytes, ...]) -> tuple[Picked, ...]:
    return pick(origins.read_version(*blobs))


def seen(before: tuple[bytes, ...], after: tuple[bytes, ...], offset: int, samples: int) -> Seen:
    one, other = origins.read_version(*before), origins.read_version(*after)
    difference = compare(one, other)
    keys = difference_words.telling(difference, other)
    return Seen(
        lines=tuple(difference_words.lines(difference, one, other)),
        samples=tuple(difference_words.sample(key, one, other) for key in keys[offset : offset + samples]),
        rewritten=len(keys),
    )
