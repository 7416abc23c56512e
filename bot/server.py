"""The bot's own HTTP server: health for whoever runs it and, in HTTP mode, Slack's requests."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

Check = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Health:
    """alive: the loop answers. ready: database at its newest migration, connected to Slack, not stopping."""

    ready: Check

    async def healthz(self, request: web.Request) -> web.Response:  # noqa: ARG002  # aiohttp's handler shape
        return web.json_response({"ok": True})

    async def readyz(self, request: web.Request) -> web.Response:  # noqa: ARG002  # aiohttp's handler shape
        ready = await self.ready()
        return web.json_response({"ok": ready}, status=200 if ready else 503)


class Routes(Protocol):
    """Pages of a feature."""

    def add_to(self, site: web.Application) -> None: ...


def build_site(health: Health, slack: AsyncApp | None, pages: Sequence[Routes] = ()) -> web.Application:
    """slack: set in HTTP mode; Bolt checks the signature."""
    site = web.Application()
    for routes in pages:
        routes.add_to(site)
    site.router.add_get("/healthz", health.healthz)
    site.router.add_get("/readyz", health.readyz)
    if slack is not None:
        bolt = slack

        async def on_slack(request: web.Request) -> web.Response:
            try:
                asked = await to_bolt_request(request)
            except UnicodeDecodeError as error:
                raise web.HTTPBadRequest from error
            return await to_aiohttp_response(await bolt.async_dispatch(asked))

        site.router.add_post("/slack/events", on_slack)
    return site


@asynccontextmanager
async def serving(site: web.Application, *, host: str, port: int) -> AsyncIterator[int]:
    """Yields the port that was taken; on exit requests under way are answered first."""
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    try:
        listener = web.TCPSite(runner, host, port)
        await listener.start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
