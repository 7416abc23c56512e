"""A running sandbox, and a real Bolt app connected to it over Socket Mode."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sandbox_apps import Connect
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import RunningSandbox, running_sandbox


@pytest.fixture
async def space() -> AsyncIterator[RunningSandbox]:
    """A sandbox whose patience and retries are a quarter and a thousandth of Slack's."""
    async with running_sandbox(ack_timeout_s=0.8, retry_scale=0.001, share_delay_s=0.01) as running:
        yield running


@pytest.fixture
def web(space: RunningSandbox) -> AsyncWebClient:
    return AsyncWebClient(token=space.bot_token, base_url=space.api_url)


@pytest.fixture
def app(web: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=web, process_before_response=True)


@pytest.fixture
async def connect(space: RunningSandbox) -> AsyncIterator[Connect]:
    """Connects an app once its listeners are registered; disconnects it at the end."""
    async with AsyncExitStack() as stack:

        async def connected(app: AsyncApp) -> AsyncSocketModeHandler:
            handler = AsyncSocketModeHandler(app, space.app_token)
            await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt ships this one untyped
            stack.push_async_callback(handler.close_async)
            await space.client.connected()
            return handler

        yield connected
