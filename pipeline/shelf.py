"""Records that would fill the memory: appended to a nameless file, read back by place."""

import os
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Place(NamedTuple):
    """Where a record stands: `size` bytes from byte `at`."""

    at: int
    size: int


class Shelf:
    """Gone when nobody holds it any more, also after a crash: the file has no name from the start."""

    def __init__(self) -> None:
        self._file, path = tempfile.mkstemp(prefix="understudy-")
        Path(path).unlink()
        self._end = 0
        weakref.finalize(self, os.close, self._file)

    def add(self, record: bytes | memoryview) -> Place:
        place = Place(self._end, len(record))
        rest = memoryview(record)
        while rest:
            written = os.pwrite(self._file, rest, self._end)
            self._end, rest = self._end + written, rest[written:]
        return place

    def read(self, place: Place) -> bytes:
        return os.pread(self._file, place.size, place.at)


class Partitions:
    """Rows of numbers for many parts, of which one at a time is looked at; rows of a part keep their order."""

    def __init__(self, count: int, columns: Sequence[tuple[str, str]]) -> None:
        self._shelf = Shelf()
        self._places: list[list[Place]] = [[] for _ in range(count)]
        self._row = np.dtype(list(columns))

    def __len__(self) -> int:
        return len(self._places)

    def add(self, part: NDArray[Any], *columns: NDArray[Any]) -> None:
        """part: where each row belongs."""
        order = np.argsort(part, kind="stable")
        rows = np.empty(len(order), self._row)
        for name, column in zip(self._row.names or (), columns, strict=True):
            rows[name] = column[order]
        ends = np.searchsorted(part[order], np.arange(1, len(self) + 1))
        record, start = memoryview(rows.tobytes()), 0
        for places, end in zip(self._places, (ends * self._row.itemsize).tolist(), strict=True):
            if end > start:
                places.append(self._shelf.add(record[start:end]))
            start = end

    def __getitem__(self, part: int) -> NDArray[Any]:
        """Rows as a structured array."""
        return np.frombuffer(b"".join(map(self._shelf.read, self._places[part])), self._row)

    def __iter__(self) -> Iterator[NDArray[Any]]:
        return map(self.__getitem__, range(len(self)))


def part_of(hashes: NDArray[np.uint64], parts: int) -> NDArray[np.int64]:
    """Which of so many equal stretches of the hashes' range, from the lowest; the same for equal hashes."""
    return ((hashes >> np.uint64(32)) * np.uint64(parts) >> np.uint64(32)).astype(np.int64)
