"""The Web API through the real SDK: shapes, refusals, threads, metadata, views, reactions."""

from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.manifest import load_manifest
from sandbox.server import RunningSandbox, running_sandbox
from sandbox.settings import DEFAULT_MANIFEST

MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "x"},
    "blocks": [{"type": "divider"}],
}


async def refusal(web: AsyncWebClient, method: str, **args: Any) -> str:
    with pytest.raises(SlackApiError) as raised:
        await web.api_call(method, params={name: str(value) for name, value in args.items()})
    return str(raised.value.response["error"])


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C0RANDOM", "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": "C0CONTENT"}, "no_text"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C0CONTENT", "text": "x", "thread_ts": "1.2"}, "thread_not_found"),
        ("chat.postMessage", {"channel": "C0CONTENT", "blocks": "{"}, "invalid_blocks_format"),
        (
            "chat.postMessage",
            {"channel": "C0CONTENT", "text": "x", "markdown_text": "x"},
            "markdown_text_conflict",
        ),
        (
            "chat.postEphemeral",
            {"channel": "C0CONTENT", "user": "U0NOBODY", "text": "x"},
            "user_not_in_channel",
        ),
        ("chat.update", {"channel": "C0CONTENT", "ts": "1.2", "text": "x"}, "message_not_found"),
        ("chat.startStream", {"channel": "C0CONTENT", "thread_ts": "1.2"}, "missing_recipient_team_id"),
        ("views.open", {"trigger_id": "1.2.3", "view": "{}"}, "invalid_trigger_id"),
        ("views.update", {"view_id": "V1", "view": "{}"}, "not_found"),
        ("conversations.info", {"channel": "D0OWNER"}, "channel_not_found"),
        ("conversations.replies", {"channel": "C0CONTENT", "ts": "1.2"}, "thread_not_found"),
        ("conversations.history", {"channel": "C0RANDOM"}, "not_in_channel"),
        ("conversations.join", {"channel": "C0RANDOM"}, "missing_scope"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("usergroups.users.list", {"usergroup": "S0NOBODY"}, "no_such_subteam"),
        ("reactions.add", {"channel": "C0CONTENT", "name": "+1"}, "no_item_specified"),
        ("files.info", {"file": "F1"}, "file_not_found"),
        ("files.getUploadURLExternal", {"filename": "a.txt", "length": 0}, "invalid_arguments"),
        ("apps.connections.open", {}, "not_allowed_token_type"),
        ("search.messages", {"query": "x"}, "unknown_method"),
    ],
)
async def test_calls_that_slack_refuses_are_refused_with_its_word(
    web: AsyncWebClient, method: str, args: dict[str, Any], error: str
) -> None:
    assert await refusal(web, method, **args) == error


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-other", "invalid_auth")])
async def test_tokens_are_checked(space: RunningSandbox, token: str, error: str) -> None:
    assert await refusal(AsyncWebClient(token=token, base_url=space.api_url), "auth.test") == error


async def test_a_scope_that_the_manifest_lacks_is_named() -> None:
    manifest = replace(load_manifest(DEFAULT_MANIFEST), scopes=frozenset({"commands", "users:read"}))
    async with running_sandbox(manifest=manifest) as space:
        web = AsyncWebClient(token=space.bot_token, base_url=space.api_url)
        with pytest.raises(SlackApiError) as raised:
            await web.chat_postMessage(channel="C0CONTENT", text="x")
        assert raised.value.response["error"] == "missing_scope"
        assert raised.value.response["needed"] == "chat:write"
        assert raised.value.response["provided"] == "commands,users:read"


async def test_an_uninstalled_app_has_no_token_any_more(space: RunningSandbox, web: AsyncWebClient) -> None:
    await space.client.act("uninstall")
    assert await refusal(web, "auth.test") == "account_inactive"


async def test_an_archived_channel_takes_no_message(space: RunningSandbox, web: AsyncWebClient) -> None:
    await space.client.act("archive", channel="#content")
    assert await refusal(web, "chat.postMessage", channel="C0CONTENT", text="x") == "is_archived"


async def test_metadata_is_kept_and_shown_only_when_asked_for(web: AsyncWebClient) -> None:
    metadata = {"event_type": "draft_posted", "event_payload": {"draft": 7}}
    parent = await web.chat_postMessage(channel="C0CONTENT", text="parent")
    await web.chat_postMessage(channel="C0CONTENT", text="draft", thread_ts=parent["ts"], metadata=metadata)
    shown = await web.conversations_replies(channel="C0CONTENT", ts=parent["ts"], include_all_metadata=True)
    assert [one.get("metadata") for one in shown["messages"]] == [None, metadata]
    hidden = await web.conversations_replies(channel="C0CONTENT", ts=parent["ts"])
    assert "event_payload" not in hidden["messages"][1]["metadata"]


async def test_text_alone_replaces_blocks_and_long_updates_are_refused(web: AsyncWebClient) -> None:
    posted = await web.chat_postMessage(channel="C0CONTENT", text="card", blocks=[{"type": "divider"}])
    target = {"channel": "C0CONTENT", "ts": posted["ts"]}
    updated = await web.chat_update(**target, text="x" * 4_000)
    assert "blocks" not in updated["message"]
    assert await refusal(web, "chat.update", **target, text="x" * 4_001) == "msg_too_long"


async def test_other_peoples_messages_cannot_be_updated(space: RunningSandbox, web: AsyncWebClient) -> None:
    posted = await space.client.post("owner", "#content", "mine")
    target = {"channel": "C0CONTENT", "ts": posted["ts"]}
    assert await refusal(web, "chat.update", **target, text="x") == "cant_update_message"
    assert await refusal(web, "chat.delete", **target) == "cant_delete_message"


async def test_an_ephemeral_message_cannot_be_updated(web: AsyncWebClient) -> None:
    shown = await web.chat_postEphemeral(channel="C0CONTENT", user="U0OWNER", text="psst")
    target = {"channel": "C0CONTENT", "ts": shown["message_ts"]}
    assert await refusal(web, "chat.update", **target, text="x") == "message_not_found"
    assert (await web.conversations_history(channel="C0CONTENT"))["messages"] == []


async def test_a_reply_cannot_be_answered_as_if_it_were_a_parent(web: AsyncWebClient) -> None:
    parent = await web.chat_postMessage(channel="C0CONTENT", text="parent")
    reply = await web.chat_postMessage(channel="C0CONTENT", text="reply", thread_ts=parent["ts"])
    error = await refusal(web, "chat.postMessage", channel="C0CONTENT", text="x", thread_ts=reply["ts"])
    assert error == "cannot_reply_to_message"


async def test_reactions_are_refused_twice_and_when_absent(web: AsyncWebClient) -> None:
    posted = await web.chat_postMessage(channel="C0CONTENT", text="draft")
    target = {"channel": "C0CONTENT", "timestamp": posted["ts"]}
    await web.reactions_add(**target, name="+1")
    assert await refusal(web, "reactions.add", **target, name="+1") == "already_reacted"
    assert await refusal(web, "reactions.remove", **target, name="-1") == "no_reaction"
    assert await refusal(web, "reactions.add", **target, name="👍") == "invalid_name"
    got = await web.reactions_get(**target)
    assert got["message"]["reactions"] == [{"name": "+1", "users": ["U0UNDERSTUDY"], "count": 1}]


async def test_a_trigger_works_once_and_for_three_seconds(space: RunningSandbox, web: AsyncWebClient) -> None:
    fresh = space.slack.triggers.new("U0OWNER")
    await web.views_open(trigger_id=fresh, view=MODAL)
    assert await refusal(web, "views.open", trigger_id=fresh, view="{}") == "exchanged_trigger_id"
    old = space.slack.triggers.new("U0OWNER")
    await space.client.act("clock", seconds=3.1)
    assert await refusal(web, "views.open", trigger_id=old, view="{}") == "expired_trigger_id"


async def test_a_stack_holds_three_modals(space: RunningSandbox, web: AsyncWebClient) -> None:
    opened = await web.views_open(trigger_id=space.slack.triggers.new("U0OWNER"), view=MODAL)
    view_id = opened["view"]["id"]
    for _ in range(2):
        await web.views_push(trigger_id=space.slack.triggers.new("U0OWNER", view_id), view=MODAL)
    fourth = space.slack.triggers.new("U0OWNER", view_id)
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await web.views_push(trigger_id=fourth, view=MODAL)


async def test_a_view_changed_meanwhile_is_a_hash_conflict_and_a_closed_one_is_gone(
    space: RunningSandbox, web: AsyncWebClient
) -> None:
    opened = await web.views_open(trigger_id=space.slack.triggers.new("U0OWNER"), view=MODAL)
    view = opened["view"]
    await web.views_update(view_id=view["id"], view=MODAL, hash=view["hash"])
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await web.views_update(view_id=view["id"], view=MODAL, hash=view["hash"])
    await space.client.act("close", user="owner", view_id=view["id"])
    with pytest.raises(SlackApiError, match="not_found"):
        await web.views_update(view_id=view["id"], view=MODAL)


async def test_a_home_tab_is_published_for_one_member(space: RunningSandbox, web: AsyncWebClient) -> None:
    await web.views_publish(user_id="U0OWNER", view={"type": "home", "blocks": [{"type": "divider"}]})
    home = await space.client.home("owner")
    assert home is not None
    assert home["blocks"][0]["type"] == "divider"
    assert await space.client.home("editor") is None


async def test_a_message_to_a_member_goes_to_their_direct_message(space: RunningSandbox, web: AsyncWebClient) -> None:
    opened = await web.conversations_open(users="U0OWNER")
    await web.chat_postMessage(channel=opened["channel"]["id"], text="one")
    await web.chat_postMessage(channel="U0OWNER", text="two")
    assert [one["text"] for one in await space.client.messages("dm", user="owner")] == ["one", "two"]


async def test_roles_are_visible_to_the_app(space: RunningSandbox, web: AsyncWebClient) -> None:
    await space.client.act("members", name="leaver", deactivated=True)
    assert (await web.users_info(user="U0GUEST"))["user"]["is_restricted"] is True
    assert (await web.users_info(user="U0LEAVER"))["user"]["deleted"] is True
    groups = await web.usergroups_list(include_users=True)
    assert groups["usergroups"][1]["users"] == ["U0APPROVER", "U0APPROVER2"]


async def test_history_comes_in_pages(web: AsyncWebClient) -> None:
    for number in range(5):
        await web.chat_postMessage(channel="C0CONTENT", text=str(number))
    texts = []
    async for one in await web.conversations_history(channel="C0CONTENT", limit=2):
        texts.append([message["text"] for message in one["messages"]])
    assert texts == [["4", "3"], ["2", "1"], ["0"]]


async def test_a_stream_grows_stops_and_dies_after_five_minutes(space: RunningSandbox, web: AsyncWebClient) -> None:
    parent = await space.client.post("owner", "#content", "write")
    args: dict[str, Any] = {"channel": "C0CONTENT", "recipient_team_id": "T0SANDBOX", "recipient_user_id": "U0OWNER"}
    stream = await web.chat_stream(**args, thread_ts=parent["ts"], buffer_size=1)
    await stream.append(markdown_text="Hello ")
    await stream.append(markdown_text="world")
    done = await stream.stop()
    assert done["message"]["text"] == "Hello world"
    late = await web.chat_startStream(**args, thread_ts=parent["ts"])
    await space.client.act("clock", seconds=301)
    error = await refusal(web, "chat.appendStream", channel="C0CONTENT", ts=late["ts"], markdown_text="x")
    assert error == "message_not_in_streaming_state"
