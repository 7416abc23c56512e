"""Records that would fill the memory: appended to a nameless file, read back by place."""

import os
import tempfile
import weakref
from pathlib import Path
from typing import NamedTuple


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

    def add(self, record: bytes) -> Place:
        place = Place(self._end, len(record))
        rest = memoryview(record)
        while rest:
            written = os.pwrite(self._file, rest, self._end)
            self._end, rest = self._end + written, rest[written:]
        return place

    def read(self, place: Place) -> bytes:
        return os.pread(self._file, place.size, place.at)
