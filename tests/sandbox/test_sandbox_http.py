"""Signed HTTP: a real Bolt app behind aiohttp, its signature check on."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web as http
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import RunningSandbox, running_sandbox

SECRET = "shhh"


@pytest.fixture
async def space() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox(
        mode="http",
        events_url="http://127.0.0.1:1/",
        signing_secret=SECRET,
        ack_timeout_s=0.5,
        retry_scale=0.001,
    ) as running:
        yield running


async def serve(app: AsyncApp, space: RunningSandbox) -> http.AppRunner:
    runner = http.AppRunner(app.server(port=0).web_app)
    await runner.setup()
    await http.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await space.client.act("events_url", url=url)
    return runner


def signed_app(space: RunningSandbox, secret: str = SECRET) -> AsyncApp:
    client = AsyncWebClient(token=space.bot_token, base_url=space.api_url)
    return AsyncApp(client=client, signing_secret=secret, process_before_response=True)


async def test_commands_buttons_and_events_pass_bolts_signature_check(space: RunningSandbox) -> None:
    app = signed_app(space)
    seen: list[str] = []

    @app.command("/voice")
    async def on_command(ack: Any, command: dict[str, Any], respond: Any) -> None:
        await respond(f"later {command['text']}")
        await ack("at once")

    @app.event("app_mention")
    async def on_mention(say: Any) -> None:
        await say(
            text="pick",
            blocks=[
                {
                    "type": "actions",
                    "elements": [
                        {
                            "type": "button",
                            "action_id": "go",
                            "text": {"type": "plain_text", "text": "Go"},
                        }
                    ],
                }
            ],
        )

    @app.action("go")
    async def on_go(ack: Any, action: dict[str, Any]) -> None:
        seen.append(action["action_id"])
        await ack()

    runner = await serve(app, space)
    try:
        await space.client.command("owner", "/voice über & co")
        asked = await space.client.post("owner", "#content", "@understudy hi")
        said = await space.client.wait("message", after=asked["seq"], by_bot=True)
        pressed = await space.client.press("owner", "#content", said["ts"], "go")
    finally:
        await runner.cleanup()
    texts = [one["text"] for one in await space.client.ephemerals("owner")]
    assert texts == ["later über &amp; co", "at once"]
    assert (pressed["outcome"], seen) == ("acked", ["go"])


async def test_a_wrong_secret_is_refused_by_the_app(space: RunningSandbox) -> None:
    runner = await serve(signed_app(space, "another"), space)
    try:
        answer = await space.client.command("owner", "/voice help")
    finally:
        await runner.cleanup()
    assert (answer["outcome"], answer["notice"]) == ("failed", "dispatch_failed")


async def test_a_failing_app_gets_three_retries_with_slacks_headers(space: RunningSandbox) -> None:
    headers: list[tuple[str | None, str | None]] = []

    async def fail(request: http.Request) -> http.Response:
        headers.append((request.headers.get("x-slack-retry-num"), request.headers.get("x-slack-retry-reason")))
        return http.Response(status=500)

    failing = http.Application()
    failing.router.add_post("/", fail)
    runner = http.AppRunner(failing)
    await runner.setup()
    await http.TCPSite(runner, "127.0.0.1", 0).start()
    await space.client.act("events_url", url=f"http://127.0.0.1:{runner.addresses[0][1]}/")
    try:
        await space.client.post("owner", "#content", "hello")
        await space.client.settled()
    finally:
        await runner.cleanup()
    assert headers == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]


async def test_an_app_that_is_not_there_is_a_failed_connection(space: RunningSandbox) -> None:
    await space.client.post("owner", "#content", "hello")
    await space.client.settled()
    outcomes = [(one["attempt"], one["detail"]) for one in await space.client.deliveries()]
    assert outcomes == [(number, "connection_failed") for number in range(4)]
