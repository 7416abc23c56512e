"""Retries, switches, dropped sockets, response_urls: what a robust app must survive."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from sandbox_apps import Connect
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import ControlRefused
from sandbox.manifest import load_manifest
from sandbox.server import RunningSandbox, running_sandbox
from sandbox.settings import DEFAULT_MANIFEST


def listening(app: AsyncApp, *, failures: int = 0) -> list[dict[str, Any]]:
    """Bodies of the message events the app got; it is too slow for the first `failures` of them."""
    bodies: list[dict[str, Any]] = []

    @app.event("message")
    async def on_message(body: dict[str, Any]) -> None:
        bodies.append(body)
        if len(bodies) <= failures:
            await asyncio.sleep(1.2)

    return bodies


async def test_an_event_that_is_not_acknowledged_in_time_comes_again_with_the_same_id(
    space: RunningSandbox, app: AsyncApp, connect: Connect
) -> None:
    bodies = listening(app, failures=1)
    await connect(app)
    await space.client.post("owner", "#content", "hello")
    await space.client.settled()
    attempts = [(one["attempt"], one["outcome"]) for one in await space.client.deliveries()]
    assert attempts == [(0, "timeout"), (1, "acked")]
    assert len({one["event_id"] for one in bodies}) == 1


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("duplicate", ["one", "one", "two"]),
        ("reorder", ["two", "one"]),
        ("delay", ["two", "one"]),
        ("drop", ["two"]),
    ],
)
async def test_event_switches_disturb_the_order(
    space: RunningSandbox, app: AsyncApp, connect: Connect, kind: str, expected: list[str]
) -> None:
    bodies = listening(app)
    await connect(app)
    await space.client.event_fault("message.channels", kind)
    await space.client.post("owner", "#content", "one")
    if kind == "duplicate":
        await space.client.settled()
    await space.client.post("owner", "#content", "two")
    await space.client.settled()
    assert [one["event"]["text"] for one in bodies] == expected


async def test_edits_and_deletions_are_told(space: RunningSandbox, app: AsyncApp, connect: Connect) -> None:
    bodies: list[dict[str, Any]] = []

    async def keep(event: dict[str, Any]) -> None:
        bodies.append(event)

    app.event({"type": "message", "subtype": "message_changed"})(keep)
    app.event({"type": "message", "subtype": "message_deleted"})(keep)
    app.event("message")(keep)
    await connect(app)
    posted = await space.client.post("owner", "#content", "draft")
    await space.client.act("edit", user="owner", channel="#content", ts=posted["ts"], text="better")
    await space.client.act("delete", user="owner", channel="#content", ts=posted["ts"])
    await space.client.settled()
    _first, changed, deleted = sorted(bodies, key=lambda one: one["ts"])
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("draft", "better")
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (posted["ts"], "better")


async def test_events_that_are_not_subscribed_are_not_sent() -> None:
    full = load_manifest(DEFAULT_MANIFEST)
    manifest = replace(full, bot_events=full.bot_events - {"message.channels"})
    async with running_sandbox(manifest=manifest) as space:
        await space.client.post("owner", "#content", "hello")
        told = [(one["outcome"], one["detail"]) for one in await space.client.deliveries()]
    assert told == [("not sent", "not subscribed to message.channels")]


async def test_events_whose_scope_is_missing_are_not_sent() -> None:
    full = load_manifest(DEFAULT_MANIFEST)
    manifest = replace(full, scopes=full.scopes - {"reactions:read"})
    async with running_sandbox(manifest=manifest) as space:
        posted = await space.client.post("owner", "#random", "hello")
        await space.client.act("invite", user="bot", channel="#random")
        answer = await space.client.react("owner", "#random", posted["ts"], "+1")
        told = (await space.client.deliveries(after=answer["seq"]))[0]
    assert told["detail"] == "no scope reactions:read for reaction_added"


async def test_a_dropped_socket_is_opened_again(space: RunningSandbox, app: AsyncApp, connect: Connect) -> None:
    bodies = listening(app)
    await connect(app)
    dropped = await space.client.act("disconnect", reason="refresh_requested")
    await space.client.wait("socket", after=dropped["seq"] + 1, state="connected")
    await space.client.post("owner", "#content", "still there?")
    await space.client.settled()
    assert [one["event"]["text"] for one in bodies] == ["still there?"]


async def test_a_command_without_a_connected_app_fails_visibly(space: RunningSandbox) -> None:
    answer = await space.client.command("owner", "/voice help")
    assert (answer["outcome"], answer["notice"]) == ("unreachable", "dispatch_failed")
    assert (await space.client.look("notices", user="owner"))["notices"][0]["error"] == "dispatch_failed"
    assert (await space.client.look("notices", user="editor"))["notices"] == []


async def test_slash_commands_do_not_work_in_threads(space: RunningSandbox) -> None:
    posted = await space.client.post("owner", "#content", "thread")
    with pytest.raises(ControlRefused, match="not_in_threads"):
        await space.client.act("command", user="owner", channel="#content", command="/voice", thread_ts=posted["ts"])
    assert not [one for one in await space.client.deliveries() if one["event"] == "/voice"]


async def test_a_deactivated_member_cannot_act(space: RunningSandbox) -> None:
    await space.client.act("members", name="owner", deactivated=True)
    with pytest.raises(ControlRefused, match="cannot_act"):
        await space.client.post("owner", "#content", "hello")


async def test_rate_limits_carry_retry_after(space: RunningSandbox, web: AsyncWebClient) -> None:
    await space.client.fault("chat.postMessage", "rate_limited", retry_after=7)
    with pytest.raises(SlackApiError) as raised:
        await web.chat_postMessage(channel="C0CONTENT", text="x")
    assert raised.value.response.status_code == 429
    assert raised.value.response.headers["Retry-After"] == "7"
    await web.chat_postMessage(channel="C0CONTENT", text="x")


@pytest.mark.parametrize(("kind", "posted"), [("reset_before", 0), ("reset_after", 1)])
async def test_a_cut_line_leaves_the_effect_that_happened_before_it(
    space: RunningSandbox, kind: str, posted: int
) -> None:
    await space.client.fault("chat.postMessage", kind)
    no_retries = AsyncWebClient(token=space.bot_token, base_url=space.api_url, retry_handlers=[])
    with pytest.raises(aiohttp.ClientError):
        await no_retries.chat_postMessage(channel="C0CONTENT", text="x")
    assert len(await space.client.messages("#content")) == posted


async def test_errors_of_slacks_own_and_slowness_can_be_switched_on(space: RunningSandbox, web: AsyncWebClient) -> None:
    await space.client.fault("*", "server_error")
    with pytest.raises(SlackApiError):
        await web.auth_test()
    await space.client.fault("auth.test", "error", error="fatal_error")
    with pytest.raises(SlackApiError, match="fatal_error"):
        await web.auth_test()
    await space.client.fault("auth.test", "slow", seconds=0.2)
    started = time.monotonic()
    await web.auth_test()
    assert time.monotonic() - started >= 0.2


async def test_a_response_url_works_five_times_and_for_half_an_hour(space: RunningSandbox) -> None:
    fresh = space.base_url + space.slack.response_urls.new("C0RANDOM", "U0OWNER")
    old = space.base_url + space.slack.response_urls.new("C0RANDOM", "U0OWNER")
    async with aiohttp.ClientSession() as session:
        statuses = []
        for number in range(6):
            async with session.post(fresh, json={"text": str(number)}) as response:
                statuses.append(response.status)
        await space.client.act("clock", seconds=1801)
        async with session.post(old, json={"text": "late"}) as response:
            assert (await response.json())["error"] == "expired_url"
    assert statuses == [200] * 5 + [404]
    assert [one["text"] for one in await space.client.ephemerals("owner")] == ["0", "1", "2", "3", "4"]


async def test_a_pressed_ephemeral_message_is_replaced_and_deleted_over_its_response_url(
    space: RunningSandbox, app: AsyncApp, web: AsyncWebClient, connect: Connect
) -> None:
    go = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    seen: list[dict[str, Any]] = []

    @app.action("go")
    async def on_go(ack: Any, body: dict[str, Any], respond: Any) -> None:
        seen.append(body)
        if len(seen) == 1:
            again = [{"type": "actions", "elements": [go]}]
            await respond(text="changed", blocks=again, replace_original=True)
        else:
            await respond(delete_original=True)
        await ack()

    await connect(app)
    blocks = [{"type": "actions", "elements": [go]}]
    await web.chat_postEphemeral(channel="C0CONTENT", user="U0OWNER", text="first", blocks=blocks)
    ts = (await space.client.ephemerals("owner"))[0]["ts"]
    await space.client.press("owner", "#content", ts, "go")
    assert [one["text"] for one in await space.client.ephemerals("owner")] == ["changed"]
    assert "message" not in seen[0]
    await space.client.press("owner", "#content", ts, "go")
    assert await space.client.ephemerals("owner") == []


async def test_a_message_shortcut_carries_its_thread_and_is_not_offered_on_ephemerals(
    space: RunningSandbox, app: AsyncApp, web: AsyncWebClient, connect: Connect
) -> None:
    bodies: list[dict[str, Any]] = []

    @app.shortcut("feedback.fix_draft")
    async def on_fix(ack: Any, body: dict[str, Any]) -> None:
        bodies.append(body)
        await ack()

    await connect(app)
    parent = await space.client.post("owner", "#content", "thread")
    draft = await web.chat_postMessage(channel="C0CONTENT", text="draft", thread_ts=parent["ts"])
    await space.client.shortcut("owner", "feedback.fix_draft", "#content", draft["ts"])
    assert bodies[0]["message"]["thread_ts"] == parent["ts"]
    await web.chat_postEphemeral(channel="C0CONTENT", user="U0OWNER", text="psst")
    ts = (await space.client.ephemerals("owner"))[0]["ts"]
    with pytest.raises(ControlRefused, match="is_ephemeral"):
        await space.client.shortcut("owner", "feedback.fix_draft", "#content", ts)


async def test_a_file_given_to_a_modal_can_be_fetched_by_the_app(
    space: RunningSandbox, app: AsyncApp, web: AsyncWebClient, connect: Connect
) -> None:
    submitted: list[dict[str, Any]] = []
    view = {
        "type": "modal",
        "callback_id": "upload",
        "title": {"type": "plain_text", "text": "Upload"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [
            {
                "type": "input",
                "block_id": "samples",
                "label": {"type": "plain_text", "text": "Samples"},
                "element": {"type": "file_input", "action_id": "files", "max_files": 1},
            }
        ],
    }

    @app.view("upload")
    async def on_upload(ack: Any, view: dict[str, Any]) -> None:
        submitted.append(view["state"]["values"]["samples"]["files"]["files"][0])
        await ack(response_action="clear")

    await connect(app)
    opened = await web.views_open(trigger_id=space.slack.triggers.new("U0OWNER"), view=view)
    file_id = (await space.client.drop_file("owner", "a.csv", b"a,b"))["file"]["id"]
    with pytest.raises(SlackApiError, match="file_not_found"):
        await web.files_info(file=file_id)
    await space.client.submit("owner", opened["view"]["id"], {"samples": {"files": [file_id]}})
    assert submitted[0]["id"] == file_id
    assert (await web.files_info(file=file_id))["file"]["size"] == 3
