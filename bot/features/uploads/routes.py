"""The upload page and, below it, uploads as tus 1.0 has them: POST creates, HEAD tells the offset, PATCH goes on."""

import base64
import binascii
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from aiohttp import web

from bot.features.uploads.usecase import OpenLink, Uploading, sentence_of
from bot.features.uploads.views import page, refusal
from bot.upload_links import PATH
from pipeline.errors import (
    AppError,
    ConsentError,
    FileTooBig,
    LinkError,
    LinkExpired,
    LinkNotOurs,
    LinkUsedUp,
    NoRoomLeft,
    OffsetMismatch,
    RightsError,
    RoundLocked,
    TooManyRequests,
    UploadBusy,
    UploadGone,
)

TUS: Final = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
PIECE: Final = "application/offset+octet-stream"
WRITE_BYTES: Final = 1 << 20
NUMBER: Final = re.compile(r"\d{1,15}")
STATUS: Final[dict[type[AppError], int]] = {
    LinkNotOurs: 403,
    LinkExpired: 410,
    LinkUsedUp: 410,
    UploadGone: 404,
    OffsetMismatch: 409,
    UploadBusy: 423,
    TooManyRequests: 429,
    NoRoomLeft: 507,
    FileTooBig: 413,
    RoundLocked: 409,
    RightsError: 403,
    ConsentError: 403,
    LinkError: 400,
}
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the address is the key
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
FOLDER: Final = Path(__file__).parent / "page"
TYPES: Final = {"page.css": "text/css", "page.js": "text/javascript"}
BUCKETS: Final = 1000  # links remembered; the one that was quiet longest is forgotten


@dataclass(slots=True)
class Pace:
    """So many requests a second and link, with a second's worth saved up."""

    per_s: float
    left: dict[str, tuple[float, float]] = field(default_factory=dict)
    now: Callable[[], float] = time.monotonic

    def allow(self, token: str) -> None:
        now = self.now()
        saved, at = self.left.pop(token, (self.per_s, now))
        saved = min(self.per_s, saved + (now - at) * self.per_s)
        self.left[token] = (max(0.0, saved - 1), now)
        if len(self.left) > BUCKETS:
            self.left.pop(next(iter(self.left)))
        if saved < 1:
            raise TooManyRequests


@dataclass(frozen=True, slots=True)
class UploadRoutes:
    open_link: OpenLink
    uploading: Uploading
    pace: Pace

    def add_to(self, site: web.Application) -> None:
        token = PATH + "/{token:[A-Za-z0-9._-]{1,800}}"
        site.router.add_get(PATH + "/page/{name}", self.asset)
        site.router.add_get(token, self.on_page, allow_head=False)
        site.router.add_post(token + "/files", told(self.on_begin))
        site.router.add_route("HEAD", token + "/files/{key}", told(self.on_offset))
        site.router.add_route("PATCH", token + "/files/{key}", told(self.on_piece))
        site.router.add_get(token + "/files/{key}", told(self.on_standing), allow_head=False)

    async def asset(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in TYPES:
            raise web.HTTPNotFound
        return web.Response(text=read(name), content_type=TYPES[name], headers=HEADERS)

    async def on_page(self, request: web.Request) -> web.Response:
        try:
            shown = await self.open_link(request.match_info["token"])
        except AppError as error:
            text = refusal(sentence_of(error))
            return web.Response(text=text, status=status_of(error), content_type="text/html", headers=HEADERS)
        return web.Response(text=page(shown, self.uploading.limit_bytes), content_type="text/html", headers=HEADERS)

    async def on_begin(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        self.pace.allow(token)
        size, name = number_in(request, "Upload-Length"), name_in(request.headers.get("Upload-Metadata", ""))
        key = await self.uploading.begin(token, name, size)
        return web.Response(status=201, headers=TUS | {"Location": f"{PATH}/{token}/files/{key}"})

    async def on_offset(self, request: web.Request) -> web.Response:
        self.pace.allow(request.match_info["token"])
        upload, there = await self.uploading.known(request.match_info["token"], request.match_info["key"])
        return web.Response(headers=TUS | {"Upload-Offset": str(there), "Upload-Length": str(upload.size_bytes)})

    async def on_piece(self, request: web.Request) -> web.Response:
        self.pace.allow(request.match_info["token"])
        if request.content_type != PIECE:
            raise web.HTTPUnsupportedMediaType
        offset, names = number_in(request, "Upload-Offset"), request.match_info
        there = await self.uploading.append(names["token"], names["key"], offset, pieces_of(request))
        return web.Response(status=204, headers=TUS | {"Upload-Offset": str(there)})

    async def on_standing(self, request: web.Request) -> web.Response:
        self.pace.allow(request.match_info["token"])
        standing = await self.uploading.standing(request.match_info["token"], request.match_info["key"])
        return web.json_response(standing, headers=HEADERS)


Handler = Callable[[web.Request], Awaitable[web.Response]]


def told(handler: Handler) -> Handler:
    """An expected failure becomes its sentence and status; the path, which is a key, is never logged."""

    async def answered(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except AppError as error:
            headers = dict(TUS) | ({"Retry-After": "1"} if isinstance(error, TooManyRequests) else {})
            if isinstance(error, OffsetMismatch):
                headers["Upload-Offset"] = str(error.offset)
            return web.Response(text=sentence_of(error), status=status_of(error), headers=headers)

    return answered


def status_of(error: AppError) -> int:
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 422)


async def pieces_of(request: web.Request) -> AsyncIterator[bytes]:
    """Until the end, or until the connection breaks: what came by then is kept."""
    held = bytearray()
    try:
        async for chunk in request.content.iter_any():
            held += chunk
            if len(held) >= WRITE_BYTES:
                yield bytes(held)
                held.clear()
    except (ConnectionError, web.RequestPayloadError):
        pass
    if held:
        yield bytes(held)


def number_in(request: web.Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not NUMBER.fullmatch(text):
        raise web.HTTPBadRequest(text=f"{name} is missing or no number.")
    return int(text)


def name_in(metadata: str) -> str:
    """tus: pairs of a key and a Base64 value, with commas between them."""
    for pair in metadata.split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "filename":
            try:
                return base64.b64decode(value, validate=True).decode("utf-8", "replace")
            except (ValueError, binascii.Error):
                return ""
    return ""


@cache
def read(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")
