"""/v1/files: training files come in here, result files go out."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Final

from aiohttp import BodyPartReader, web

from modelserver.errors import ApiError, no_such_file
from modelserver.paging import page
from modelserver.records import StoredFile, new_id
from modelserver.store import Store, keep_bytes
from modelserver.tenants import Tenant, tenant_of, too_much

MAX_FILE_BYTES: Final = 512 * 1024 * 1024  # OpenAI's bound for one file
CHUNK_BYTES: Final = 1 << 18
MAX_FIELD_CHARS: Final = 200  # of a form field that is not the file
EXPIRY_SECONDS: Final = range(3600, 2_592_001)  # one hour to 30 days, as OpenAI has it


class Files:
    """The handlers of /v1/files. A file is on disk before it is in the database, and gone from there first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def register(self, app: web.Application) -> None:
        app.router.add_post("/v1/files", self.create)
        app.router.add_get("/v1/files", self.list)
        app.router.add_get("/v1/files/{file_id}", self.retrieve)
        app.router.add_delete("/v1/files/{file_id}", self.delete)
        app.router.add_get("/v1/files/{file_id}/content", self.content)

    def get(self, file_id: str, owner: str) -> StoredFile:
        """A file of this owner that has not expired; expired ones are removed on the way."""
        file = self._store.get(StoredFile, file_id)
        if file is not None and file.expires_at is not None and file.expires_at <= time.time():
            self.remove(file_id)
            file = None
        if file is None or file.owner != owner:
            raise no_such_file(file_id)
        return file

    def path(self, file_id: str) -> Path:
        return self._store.files / file_id

    def remove(self, file_id: str) -> None:
        self._store.remove(StoredFile, file_id)
        self.path(file_id).unlink(missing_ok=True)

    async def create(self, request: web.Request) -> web.Response:
        if not request.content_type.startswith("multipart/"):
            raise ApiError("Send the file as multipart/form-data.", param="file")
        tenant, incoming = tenant_of(request), self._store.files / new_id("incoming-")
        try:
            fields, filename = await _receive(request, incoming)
            size = await asyncio.to_thread(_size, incoming)
            file = _described(fields, filename=filename, size=size, owner=tenant.organization)
            self._check_room(tenant, size)
            await asyncio.to_thread(keep_bytes, self.path(file.id), incoming)
        finally:
            await asyncio.to_thread(incoming.unlink, missing_ok=True)
        self._store.add(file)
        return web.json_response(file.wire())

    def _check_room(self, tenant: Tenant, size: int) -> None:
        if tenant.disk_bytes is None:
            return
        used = self._store.used_bytes(tenant.organization)
        if used + size > tenant.disk_bytes:
            message = f"This key may keep {tenant.disk_bytes} bytes; {used} are used. Delete files or models."
            raise too_much(message, code="storage_limit_exceeded")

    async def list(self, request: web.Request) -> web.Response:
        purpose, order = request.query.get("purpose"), request.query.get("order", "desc")
        if order not in ("asc", "desc"):
            raise ApiError("'order' must be asc or desc.", param="order")
        now = time.time()
        owner = tenant_of(request).organization
        files = [file for file in self._store.all(StoredFile) if file.owner == owner]
        files = [file for file in files if purpose in (None, file.purpose)]
        files = [file for file in files if file.expires_at is None or file.expires_at > now]
        return page(request, files if order == "asc" else files[::-1], default=10_000, most=10_000)

    def _find(self, request: web.Request) -> StoredFile:
        return self.get(request.match_info["file_id"], tenant_of(request).organization)

    async def retrieve(self, request: web.Request) -> web.Response:
        return web.json_response(self._find(request).wire())

    async def content(self, request: web.Request) -> web.StreamResponse:
        file = self._find(request)
        return web.FileResponse(self.path(file.id), headers={"Content-Type": "application/octet-stream"})

    async def delete(self, request: web.Request) -> web.Response:
        file = self._find(request)
        self.remove(file.id)
        return web.json_response({"id": file.id, "object": "file", "deleted": True})


async def _receive(request: web.Request, incoming: Path) -> tuple[dict[str, str], str]:
    """Write the uploaded bytes to a temporary file; gives the other fields and the file's own name."""
    fields: dict[str, str] = {}
    filename: str | None = None
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise ApiError("Nested parts are not understood.")
        if part.name == "file" and filename is None:
            filename = part.filename or "file"
            await _write(part, incoming)
        else:
            fields[part.name or ""] = (await part.text())[:MAX_FIELD_CHARS]
    if filename is None:
        raise ApiError("'file' is a required property", param="file")
    return fields, filename


async def _write(part: BodyPartReader, incoming: Path) -> None:
    size = 0
    with await asyncio.to_thread(incoming.open, "wb") as out:
        while chunk := await part.read_chunk(CHUNK_BYTES):
            size += len(chunk)
            if size > MAX_FILE_BYTES:
                raise ApiError(f"File exceeds {MAX_FILE_BYTES} bytes.", status=413, param="file")
            out.write(chunk)


def _size(path: Path) -> int:
    return path.stat().st_size


def _described(fields: dict[str, str], *, filename: str, size: int, owner: str) -> StoredFile:
    purpose, now = fields.get("purpose"), int(time.time())
    if purpose != "fine-tune":
        raise ApiError(f"{purpose!r} is not one of ['fine-tune'] - 'purpose'", param="purpose")
    if not size:
        raise ApiError("The file is empty.", param="file")
    return StoredFile(
        id=new_id("file-"),
        bytes=size,
        created_at=now,
        filename=Path(filename).name[:255],
        purpose="fine-tune",
        owner=owner,
        expires_at=_expiry(fields, now),
    )


def _expiry(fields: dict[str, str], now: int) -> int | None:
    seconds = fields.get("expires_after[seconds]")
    if seconds is None:
        return None
    if fields.get("expires_after[anchor]") != "created_at":
        raise ApiError("'expires_after[anchor]' must be created_at.", param="expires_after[anchor]")
    if not seconds.isdecimal() or int(seconds) not in EXPIRY_SECONDS:
        raise ApiError("'expires_after[seconds]' must be 3600 to 2592000.", param="expires_after[seconds]")
    return now + int(seconds)
