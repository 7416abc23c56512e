"""Hashes of ranges of numbers, thousands at a time (docs/decisions/0013-numbers-for-texts.md)."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Hashes: TypeAlias = NDArray[np.uint64]
WordHashes: TypeAlias = NDArray[np.uint32]
Flags: TypeAlias = NDArray[np.bool_]
_ODD = 0x9E3779B97F4A7C15  # the golden ratio's, as in splitmix64
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
FIRST_POWERS = 160_000  # twice the characters that are looked at together: computed once, as a rule
BASE = 0x9FB21C651E98DF25  # odd, so that its powers have inverses modulo 2 ** 64


def mix(values: Hashes) -> Hashes:
    """splitmix64's finish: every bit of the answer hangs on every bit given."""
    with np.errstate(over="ignore"):
        values = values * np.uint64(_ODD)
        values = (values ^ (values >> np.uint64(30))) * np.uint64(_MIX_1)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(_MIX_2)
        return values ^ (values >> np.uint64(31))


_POWERS: list[tuple[Hashes, Hashes]] = []


def powers_of(count: int) -> tuple[Hashes, Hashes]:
    """Powers of the base and of its inverse, at least `count`; kept, up to the largest ever needed."""
    if not _POWERS or len(_POWERS[0][0]) < count:
        size = max(count, FIRST_POWERS)
        both = []
        for base in (BASE, pow(BASE, -1, 1 << 64)):
            factors = np.full(size, base, np.uint64)
            factors[0] = 1
            both.append(np.cumprod(factors))
        _POWERS[:] = [(both[0], both[1])]
    return _POWERS[0]


def range_hashes(values: Hashes, first: Longs, last: Longs) -> Hashes:
    """A hash of values [first, last) for each pair, in the order they stand; 0 for an empty range.

    A polynomial of the values, from differences of one running sum.
    """
    powers, inverse = powers_of(len(values) + 1)
    sums = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values * powers[: len(values)], out=sums[1:])
    found = mix((sums[last] - sums[first]) * inverse[first] + (last - first).astype(np.uint64))
    found[found == 0] = 1
    found[first == last] = 0
    return found
