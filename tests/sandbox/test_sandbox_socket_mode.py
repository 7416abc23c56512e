"""A real Bolt app over Socket Mode: commands, buttons, modals, events."""

import asyncio
from typing import Any

import pytest
from sandbox_apps import Connect
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import ControlRefused
from sandbox.server import RunningSandbox

BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "7"}
CARD: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*A card*"}},
    {"type": "actions", "block_id": "decide", "elements": [BUTTON]},
]
MODAL = {
    "type": "modal",
    "callback_id": "ask",
    "title": {"type": "plain_text", "text": "New voice"},
    "submit": {"type": "plain_text", "text": "Create"},
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "handle",
            "label": {"type": "plain_text", "text": "Handle"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


async def test_a_command_is_answered_only_to_the_person_who_typed_it(
    space: RunningSandbox, app: AsyncApp, connect: Connect
) -> None:
    seen: list[dict[str, Any]] = []

    @app.command("/voice")
    async def on_command(ack: Any, command: dict[str, Any]) -> None:
        seen.append(command)
        await ack(text="Hello", blocks=CARD)

    await connect(app)
    answer = await space.client.command("owner", "/voice new founder @owner")
    assert answer["outcome"] == "acked"
    assert seen[0]["text"] == "new founder <@U0OWNER|owner>"
    assert [one["text"] for one in await space.client.ephemerals("owner")] == ["Hello"]
    assert await space.client.ephemerals("editor") == []
    assert await space.client.messages("#content") == []


async def test_a_listener_slower_than_the_limit_shows_operation_timeout(
    space: RunningSandbox, app: AsyncApp, connect: Connect
) -> None:
    @app.command("/voice")
    async def on_command(ack: Any) -> None:
        await asyncio.sleep(1.2)
        await ack("late")

    await connect(app)
    answer = await space.client.command("owner", "/voice help")
    assert answer["outcome"] == "timeout"
    assert answer["notice"] == "operation_timeout"
    assert (await space.client.wait("late_ack"))["kind"] == "late_ack"
    assert await space.client.ephemerals("owner") == []


async def test_a_pressed_button_reaches_the_app_with_its_message_and_can_open_a_modal(
    space: RunningSandbox, app: AsyncApp, web: AsyncWebClient, connect: Connect
) -> None:
    bodies: list[dict[str, Any]] = []

    @app.action("go")
    async def on_go(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        bodies.append(body)
        await ack()

    @app.view("ask")
    async def on_ask(ack: Any, view: dict[str, Any]) -> None:
        if view["state"]["values"]["handle"]["text"]["value"] == "taken":
            await ack(response_action="errors", errors={"handle": "This handle is taken"})
        else:
            await ack()

    await connect(app)
    posted = await web.chat_postMessage(channel="C0CONTENT", text="A card", blocks=CARD)
    await space.client.press("owner", "#content", posted["ts"], "go")
    assert bodies[0]["actions"][0]["value"] == "7"
    assert bodies[0]["message"]["ts"] == posted["ts"]
    view = (await space.client.views("owner"))[0]
    with pytest.raises(ControlRefused, match="missing_required_input"):
        await space.client.submit("owner", view["id"])
    refused = await space.client.submit("owner", view["id"], {"handle": {"text": "taken"}})
    assert refused["errors"] == {"handle": "This handle is taken"}
    assert refused["open"] is True
    accepted = await space.client.submit("owner", view["id"], {"handle": {"text": "founder"}})
    assert accepted["open"] is False


async def test_a_button_that_is_not_in_the_message_cannot_be_pressed(
    space: RunningSandbox, web: AsyncWebClient
) -> None:
    posted = await web.chat_postMessage(channel="C0CONTENT", text="A card", blocks=CARD)
    with pytest.raises(ControlRefused, match="no_such_action"):
        await space.client.press("owner", "#content", posted["ts"], "stop")
    with pytest.raises(ControlRefused, match="no_such_action"):
        await space.client.press("owner", "#content", posted["ts"], "go", value="8")


async def test_another_members_ephemeral_message_cannot_be_pressed(space: RunningSandbox, web: AsyncWebClient) -> None:
    await web.chat_postEphemeral(channel="C0CONTENT", user="U0OWNER", text="yours", blocks=CARD)
    ts = (await space.client.ephemerals("owner"))[0]["ts"]
    with pytest.raises(ControlRefused, match="no_such_message"):
        await space.client.press("editor", "#content", ts, "go")


async def test_events_arrive_for_mentions_messages_reactions_and_files(
    space: RunningSandbox, app: AsyncApp, connect: Connect
) -> None:
    events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def keep(event: dict[str, Any]) -> None:
        await events.put(event)

    for kind in ("app_mention", "message", "reaction_added", "reaction_removed", "file_shared"):
        app.event(kind)(keep)
    app.event({"type": "message", "subtype": "file_share"})(keep)
    await connect(app)
    parent = await space.client.post("owner", "#content", "@understudy help")
    await space.client.react("editor", "#content", parent["ts"], "+1")
    await space.client.unreact("editor", "#content", parent["ts"], "+1")
    await space.client.drop_file("steward", "posts.csv", b"a,b", channel="#content", thread_ts=parent["ts"])
    await space.client.settled()
    got = [events.get_nowait() for _ in range(events.qsize())]
    assert sorted(one["type"] for one in got) == [
        "app_mention",
        "file_shared",
        "message",
        "message",
        "reaction_added",
        "reaction_removed",
    ]
    share = next(one for one in got if one.get("subtype") == "file_share")
    shared = next(one for one in got if one["type"] == "file_shared")
    assert share["thread_ts"] == parent["ts"]
    assert share["files"][0]["id"] == shared["file_id"]
    assert (shared["user_id"], shared["channel_id"]) == ("U0STEWARD", "C0CONTENT")


async def test_nothing_is_delivered_from_channels_without_the_bot(space: RunningSandbox) -> None:
    await space.client.post("owner", "#random", "@understudy help")
    outcomes = {(one["event"], one["outcome"]) for one in await space.client.deliveries()}
    assert outcomes == {("message.channels", "not sent"), ("app_mention", "not sent")}
