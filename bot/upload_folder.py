"""Files that are coming in, piece by piece: one file per upload, named by its key and never by what people call it."""

import asyncio
import fcntl
import re
import shutil
from collections.abc import AsyncIterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from pipeline.errors import NoRoomLeft, OffsetMismatch, UploadBusy, UploadGone

KEY: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
SPARE_BYTES: Final = 256 * 1024 * 1024  # left free on the disk for the database beside it


@dataclass(frozen=True, slots=True)
class UploadFolder:
    folder: Path

    def path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise UploadGone
        return self.folder / f"{key}.part"

    def begin(self, key: str, size_bytes: int) -> None:
        """Raises NoRoomLeft."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.folder).free < size_bytes + SPARE_BYTES:
            raise NoRoomLeft
        self.path(key).touch(mode=0o600)

    def offset(self, key: str) -> int:
        """How much is there. Raises UploadGone."""
        try:
            return self.path(key).stat().st_size
        except FileNotFoundError as error:
            raise UploadGone from error

    async def append(self, key: str, offset: int, pieces: AsyncIterable[bytes], *, size_bytes: int) -> int:
        """What arrived before the connection broke stays; nothing past size_bytes is written. The new offset.

        Raises UploadGone, UploadBusy, OffsetMismatch.
        """
        with self.held(key) as file:
            there = file.seek(0, 2)
            if there != offset:
                raise OffsetMismatch(there)
            async for piece in pieces:
                await asyncio.to_thread(file.write, piece[: size_bytes - there])
                there += min(len(piece), size_bytes - there)
            file.flush()
        return there

    @contextmanager
    def held(self, key: str) -> Iterator[IO[bytes]]:
        """One writer at a time, over all processes; the lock ends with whoever held it."""
        try:
            file = self.path(key).open("r+b", buffering=0)
        except FileNotFoundError as error:
            raise UploadGone from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UploadBusy from error
            yield file

    def remove(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    def keys(self) -> list[str]:
        return [path.stem for path in self.folder.glob("*.part") if KEY.fullmatch(path.stem)]
