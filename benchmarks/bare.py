"""The baseline: a bare slack-bolt app with one slash command, over HTTP behind aiohttp or over Socket Mode."""

import argparse
import asyncio
import logging
import os
import sys
from typing import Final

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

COMMAND: Final = "/voice"


def bare_app(*, process_before_response: bool) -> AsyncApp:
    """Authorization is a constant, so that Slack is never asked; nothing is stored."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0SANDBOX", bot_token="xoxb-sandbox", bot_id="B1")

    app = AsyncApp(
        client=AsyncWebClient(base_url=os.environ.get("SLACK_API_URL", "http://127.0.0.1:9/api/")),
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        authorize=authorize,
        process_before_response=process_before_response,
    )

    async def on_command(ack: AsyncAck) -> None:
        await ack("ok")

    app.command(COMMAND)(on_command)
    return app


async def serve_http(app: AsyncApp) -> None:
    async def on_slack(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    site = web.Application()
    site.router.add_post("/slack/events", on_slack)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await ready(f"http://127.0.0.1:{runner.addresses[0][1]}")


async def serve_socket(app: AsyncApp) -> None:
    handler = AsyncSocketModeHandler(app, "xapp-sandbox")
    await handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it untyped
    await ready(os.environ["SLACK_API_URL"])


async def ready(address: str) -> None:
    sys.stdout.write(f"bare ready on {address}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", choices=("http", "socket"), default="http")
    parser.add_argument("--default", action="store_true", help="Bolt's default: ack first, then run the listener")
    given = parser.parse_args()
    logging.disable(logging.INFO)
    bare = bare_app(process_before_response=not given.default)
    asyncio.run(serve_http(bare) if given.mode == "http" else serve_socket(bare))
