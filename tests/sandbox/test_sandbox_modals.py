"""What the answer to a submission does, choices in modals and home tabs, closing."""

from typing import Any

import pytest
from sandbox_apps import Connect
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import ControlRefused
from sandbox.server import RunningSandbox


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def ask(title: str, **fields: Any) -> dict[str, Any]:
    """A modal with one required select and one optional text."""
    options = [{"text": plain(one), "value": one} for one in ("sft", "dpo")]
    return {
        "type": "modal",
        "callback_id": "ask",
        "title": plain(title),
        "submit": plain("Next"),
        "blocks": [
            {
                "type": "input",
                "block_id": "method",
                "label": plain("Method"),
                "element": {"type": "static_select", "action_id": "pick", "options": options},
            },
            {
                "type": "input",
                "block_id": "why",
                "optional": True,
                "label": plain("Why"),
                "element": {"type": "plain_text_input", "action_id": "text", "max_length": 5},
            },
        ],
        **fields,
    }


async def opened(space: RunningSandbox, web: AsyncWebClient, view: dict[str, Any]) -> str:
    answer = await web.views_open(trigger_id=space.slack.triggers.new("U0OWNER"), view=view)
    return str(answer["view"]["id"])


@pytest.mark.parametrize(
    ("ack", "titles", "notice"),
    [
        ({}, [], ""),
        ({"response_action": "clear"}, [], ""),
        ({"response_action": "update", "view": ask("Second")}, ["Second"], ""),
        ({"response_action": "push", "view": ask("Second")}, ["First", "Second"], ""),
        ({"response_action": "errors", "errors": {"method": "no"}}, ["First"], ""),
        ({"response_action": "errors", "errors": {"nowhere": "no"}}, ["First"], "dispatch_failed"),
        ({"response_action": "update", "view": {"type": "modal"}}, ["First"], "dispatch_failed"),
        ({"response_action": "vanish"}, ["First"], "dispatch_failed"),
    ],
)
async def test_the_answer_to_a_submission_decides_what_stays_open(
    space: RunningSandbox,
    app: AsyncApp,
    web: AsyncWebClient,
    connect: Connect,
    ack: dict[str, Any],
    titles: list[str],
    notice: str,
) -> None:

    @app.view("ask")
    async def on_ask(context: dict[str, Any]) -> None:
        await context["ack"](**ack)

    await connect(app)
    view_id = await opened(space, web, ask("First"))
    answer = await space.client.submit("owner", view_id, {"*": {"pick": "sft"}})
    assert answer["notice"] == notice
    assert [one["title"]["text"] for one in await space.client.views("owner")] == titles


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"method": {"pick": "kto"}}, "not_an_option"),
        ({"method": {"lever": "sft"}}, "no_such_input"),
        ({"method": {"pick": "sft"}, "why": {"text": "too long"}}, "longer than 5"),
        ({}, "missing_required_input"),
    ],
)
async def test_what_slacks_client_would_not_send_is_not_sent(
    space: RunningSandbox, web: AsyncWebClient, values: dict[str, Any], error: str
) -> None:
    view_id = await opened(space, web, ask("First"))
    with pytest.raises(ControlRefused, match=error):
        await space.client.submit("owner", view_id, values)
    with pytest.raises(ControlRefused, match="view_not_open"):
        await space.client.submit("editor", view_id, {"method": {"pick": "sft"}})
    assert await space.client.deliveries() == []


async def test_an_update_keeps_what_was_entered_in_the_same_place(space: RunningSandbox, web: AsyncWebClient) -> None:
    view_id = await opened(space, web, ask("First"))
    await space.client.act(
        "fill", user="owner", view_id=view_id, values={"why": {"text": "fun"}, "method": {"pick": "dpo"}}
    )
    updated = await web.views_update(view_id=view_id, view=ask("Again"))
    values = updated["view"]["state"]["values"]
    assert values["why"]["text"]["value"] == "fun"
    assert values["method"]["pick"]["selected_option"]["value"] == "dpo"


@pytest.mark.parametrize(("notify", "told"), [(True, ["view_closed"]), (False, [])])
async def test_the_app_hears_of_a_closed_modal_only_when_it_asked_to(
    space: RunningSandbox,
    app: AsyncApp,
    web: AsyncWebClient,
    connect: Connect,
    *,
    notify: bool,
    told: list[str],
) -> None:
    heard: list[str] = []

    @app.view_closed("ask")
    async def on_closed(ack: Any, body: dict[str, Any]) -> None:
        heard.append(body["type"])
        await ack()

    await connect(app)
    view_id = await opened(space, web, ask("First", notify_on_close=notify))
    await space.client.act("close", user="owner", view_id=view_id)
    assert heard == told
    assert await space.client.views("owner") == []


async def test_a_button_on_the_home_tab_reaches_the_app(space: RunningSandbox, app: AsyncApp, connect: Connect) -> None:
    seen: list[dict[str, Any]] = []

    @app.event("app_home_opened")
    async def on_home(event: dict[str, Any], client: AsyncWebClient) -> None:
        go = {"type": "button", "action_id": "go", "text": plain("Approve"), "value": "7"}
        blocks = [{"type": "actions", "elements": [go]}]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @app.action("go")
    async def on_go(ack: Any, body: dict[str, Any]) -> None:
        seen.append(body)
        await ack()

    await connect(app)
    answer = await space.client.act("home", user="approver")
    shown = await space.client.wait("home", after=answer["seq"], user="U0APPROVER")
    await space.client.press_in_view("approver", shown["view_id"], "go")
    assert seen[0]["container"] == {"type": "view", "view_id": shown["view_id"]}
    assert (seen[0]["user"]["id"], seen[0]["actions"][0]["value"]) == ("U0APPROVER", "7")


async def test_a_private_channel_without_the_bot_does_not_exist_for_it(
    space: RunningSandbox, web: AsyncWebClient
) -> None:
    await space.client.act("channels", name="board", private=True, members=["owner"])
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await web.chat_postMessage(channel="C0BOARD", text="x")
    await space.client.act("invite", user="bot", channel="#board")
    await web.chat_postMessage(channel="C0BOARD", text="x")
