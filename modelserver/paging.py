"""Cursor pages as OpenAI's lists have them: limit, after, has_more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from modelserver.errors import ApiError
from modelserver.records import Record


def limit_of(request: web.Request, *, default: int, most: int) -> int:
    asked = request.query.get("limit", str(default))
    if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked) <= most:
        raise ApiError(f"'limit' must be an integer from 1 to {most}.", param="limit")
    return int(asked)


def page(request: web.Request, records: Sequence[Record], *, default: int, most: int) -> web.Response:
    """One page of records that are already in the order to be shown."""
    limit, after = limit_of(request, default=default, most=most), request.query.get("after")
    start = 0
    if after:
        ids = [record.id for record in records]
        if after not in ids:
            raise ApiError(f"No object with id {after!r} in this list.", param="after")
        start = ids.index(after) + 1
    shown = [record.wire() for record in records[start : start + limit]]
    return web.json_response(listing(shown, has_more=len(records) > start + limit))


def listing(shown: Sequence[dict[str, Any]], *, has_more: bool = False) -> dict[str, Any]:
    return {
        "object": "list",
        "data": list(shown),
        "has_more": has_more,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
    }
