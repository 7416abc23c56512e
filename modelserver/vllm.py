"""Hands chats to a vLLM server that serves the same base: it loads adapters from this server's folders by itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp import web

from modelserver.errors import ApiError

log = logging.getLogger(__name__)

TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=600)
PASSED_ON: Final = ("Content-Type", "Cache-Control")


@dataclass(frozen=True)
class VllmServer:
    """url: up to /v1. It was started with --enable-lora, the base by its name here, and these folders in its sight."""

    url: str
    key: str | None = None

    async def answer(
        self, request: web.Request, body: Mapping[str, Any], model: str, adapter: Path | None
    ) -> web.StreamResponse:
        """Its own answer, passed on as it comes; it stops writing when our client leaves. adapter: None is the base."""
        async with self._session() as http:
            upstream = await self._asked(http, body)
            if upstream.status == web.HTTPNotFound.status_code and adapter is not None:
                upstream.release()
                await self._load(http, model, adapter)
                upstream = await self._asked(http, body)
            async with upstream:
                return await _passed_on(request, upstream)

    async def forget(self, model: str) -> None:
        """An adapter that is deleted here is unloaded there; it matters little when that fails."""
        try:
            async with self._session() as http, http.post(self._at("unload_lora_adapter"), json={"lora_name": model}):
                return
        except (aiohttp.ClientError, TimeoutError) as err:
            log.warning("adapter not unloaded", extra={"reason": type(err).__name__})

    def _session(self) -> aiohttp.ClientSession:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return aiohttp.ClientSession(headers=headers, timeout=TIMEOUT)

    def _at(self, path: str) -> str:
        return f"{self.url.rstrip('/')}/{path}"

    async def _asked(self, http: aiohttp.ClientSession, body: Mapping[str, Any]) -> aiohttp.ClientResponse:
        try:
            return await http.post(self._at("chat/completions"), json=body, allow_redirects=False)
        except (aiohttp.ClientError, TimeoutError) as err:
            raise _unavailable(type(err).__name__) from err

    async def _load(self, http: aiohttp.ClientSession, model: str, adapter: Path) -> None:
        """vLLM knows an adapter no longer once it was started anew, so it is told when it does not know one."""
        wanted = _wanted(model, adapter)
        try:
            async with http.post(self._at("load_lora_adapter"), json=wanted, allow_redirects=False) as told:
                if not told.ok:
                    log.error("adapter not loaded", extra={"model": model, "status": told.status})
                    raise _unavailable(f"status {told.status} to the adapter of {model}")
        except (aiohttp.ClientError, TimeoutError) as err:
            raise _unavailable(type(err).__name__) from err


def _wanted(model: str, adapter: Path) -> dict[str, str]:
    return {"lora_name": model, "lora_path": str(adapter.resolve())}


async def _passed_on(request: web.Request, upstream: aiohttp.ClientResponse) -> web.StreamResponse:
    headers = {name: upstream.headers[name] for name in PASSED_ON if name in upstream.headers}
    response = web.StreamResponse(status=upstream.status, headers=headers)
    await response.prepare(request)
    try:
        async for chunk in upstream.content.iter_any():
            await response.write(chunk)
        await response.write_eof()
    except ConnectionResetError:
        upstream.close()  # our client has left
    return response


def _unavailable(reason: str) -> ApiError:
    message = f"The vLLM server that answers for this model cannot be asked: {reason}."
    return ApiError(message, status=503, kind="server_error", param="model", code="vllm_unavailable")
