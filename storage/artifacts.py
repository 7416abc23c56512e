"""Content-addressed blobs in a folder or an object store, through fsspec."""

import asyncio
import hashlib
import os
import re
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

from pipeline.errors import TextsForgotten

CHUNK_BYTES = 1 << 20
FORGOTTEN = ".forgotten"
SHA256 = re.compile(r"[0-9a-f]{64}")


class DamagedBlob(Exception):
    """The stored bytes are not those of the name."""


class FsspecArtifacts:
    """url: a folder, file://, s3://, gs:// or az://. A blob stands at ab/cd/<sha256> once it is complete."""

    def __init__(self, url: str) -> None:
        self._files, self._root = fsspec.url_to_fs(url)
        self._is_local = isinstance(self._files, LocalFileSystem)

    async def put(self, content: bytes) -> str:
        return await asyncio.to_thread(self._put, iter([content]))

    async def put_file(self, path: Path) -> str:
        return await asyncio.to_thread(lambda: self._put(_chunks(path)))

    async def get(self, sha256: str) -> bytes:
        """Raises FileNotFoundError, TextsForgotten, and DamagedBlob when the bytes have another hash."""
        return await asyncio.to_thread(self._get, sha256)

    async def delete(self, sha256: str) -> bool:
        """False when it was gone already."""
        return await asyncio.to_thread(self._delete, sha256)

    async def forget(self, sha256: str) -> bool:
        """As delete; that it was there is remembered, so that nobody takes it for a loss."""
        return await asyncio.to_thread(self._delete, sha256, remember=True)

    @asynccontextmanager
    async def local_path(self, sha256: str) -> AsyncIterator[Path]:
        """The blob itself in a local folder: do not write to it. Raises FileNotFoundError, TextsForgotten."""
        place = self._place(sha256)
        if self._is_local:
            if not await asyncio.to_thread(self._files.exists, place):
                raise self._missing(sha256)
            yield Path(place)
            return
        with tempfile.TemporaryDirectory(prefix="understudy-") as folder:
            copy = Path(folder) / sha256
            await asyncio.to_thread(lambda: copy.write_bytes(self._get(sha256)))
            yield copy

    def _put(self, chunks: Iterator[bytes]) -> str:
        unfinished = f"{self._root}/unfinished/{uuid.uuid4().hex}"
        self._files.makedirs(f"{self._root}/unfinished", exist_ok=True)
        try:
            sha256, size_bytes = self._write(unfinished, chunks)
            place = self._place(sha256)
            if not (self._files.exists(place) and self._files.size(place) == size_bytes):
                self._move(unfinished, place)
            return sha256
        finally:
            if self._files.exists(unfinished):
                self._files.rm_file(unfinished)

    def _write(self, place: str, chunks: Iterator[bytes]) -> tuple[str, int]:
        digest, size_bytes = hashlib.sha256(), 0
        with self._files.open(place, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
                digest.update(chunk)
                size_bytes += len(chunk)
            if self._is_local:
                file.flush()
                os.fsync(file.fileno())
        return digest.hexdigest(), size_bytes

    def _move(self, unfinished: str, place: str) -> None:
        folder = place.rpartition("/")[0]
        self._files.makedirs(folder, exist_ok=True)
        if not self._is_local:
            self._files.mv(unfinished, place)
            return
        Path(unfinished).replace(place)
        # The name is durable when its folder is, and the folder's name when the folder above is.
        for level in (folder, folder.rpartition("/")[0], self._root):
            _sync_folder(level)

    def _get(self, sha256: str) -> bytes:
        try:
            content: bytes = self._files.cat_file(self._place(sha256))
        except FileNotFoundError as error:
            raise self._missing(sha256) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise DamagedBlob(sha256)
        return content

    def _delete(self, sha256: str, *, remember: bool = False) -> bool:
        place = self._place(sha256)
        if not self._files.exists(place):
            return False
        if remember:
            self._files.pipe_file(place + FORGOTTEN, b"")
        self._files.rm_file(place)
        return True

    def _missing(self, sha256: str) -> Exception:
        was_there = self._files.exists(self._place(sha256) + FORGOTTEN)
        return TextsForgotten(sha256) if was_there else FileNotFoundError(sha256)

    def _place(self, sha256: str) -> str:
        if not SHA256.fullmatch(sha256):
            raise ValueError(sha256)
        return f"{self._root}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _sync_folder(folder: str) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
