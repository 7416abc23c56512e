"""What every request passes on its way in: the key, the rate, and the audit of what it changed."""

from __future__ import annotations

import asyncio
import json
import math
import time
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from modelserver.errors import unauthorised
from modelserver.tenants import PLACE, Meter, Tenant, Tenants, too_much

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN: Final = "/healthz"


def admission(tenants: Tenants) -> Middleware:
    """Let in only who sends a key and is within its rate; /healthz is open."""
    meter = Meter()

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == OPEN:
            return await handler(request)
        tenant = _tenant(request, tenants)
        wait_s = meter.wait_s(tenant, time.monotonic())
        if wait_s > 0:
            raise too_much(
                f"Rate limit reached for requests: {tenant.requests_per_minute} per minute. "
                f"Please try again in {math.ceil(wait_s)}s.",
                code="rate_limit_exceeded",
            )
        request[PLACE] = tenant
        return await handler(request)

    return check


def _tenant(request: web.Request, tenants: Tenants) -> Tenant:
    scheme, _, offered = request.headers.get("Authorization", "").partition(" ")
    tenant = tenants.of(offered.strip()) if scheme.lower() == "bearer" else None
    if tenant is None:
        raise unauthorised(offered=bool(offered))
    return tenant


def audit(path: Path) -> Middleware:
    """A line for each request that changes something: when, which key, what, with which outcome. Never a text."""

    @web.middleware
    async def write(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        tenant = request.get(PLACE)
        if request.method not in READING and request.path != "/v1/chat/completions":
            entry = {
                "at": int(time.time()),
                "key": tenant.name if tenant is not None else None,
                "method": request.method,
                "path": request.path,
                "status": response.status,
                "request_id": response.headers.get("x-request-id"),
            }
            await asyncio.to_thread(_append, path, entry)
        return response

    return write


def _append(path: Path, entry: dict[str, Any]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
