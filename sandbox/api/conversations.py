"""conversations.*: channels, their members and their messages."""

from sandbox.api.call import Call, Json, Method, page
from sandbox.errors import SlackError
from sandbox.shapes import channel_json
from sandbox.workspace import Channel, Message


async def open_dm(call: Call) -> Json:
    """conversations.open for one member; group messages of several are not part of this sandbox."""
    workspace = call.slack.workspace
    if known := call.maybe("channel"):
        channel = workspace.channels.get(known)
        if channel is None or channel.kind != "im":
            raise SlackError("channel_not_found")
        return {"channel": {"id": channel.channel_id}, "already_open": True, "no_op": True}
    users = [one for one in call.text("users").split(",") if one]
    if len(users) != 1:
        call.need("mpim:write")
        raise SlackError("method_not_supported_for_channel_type")
    member = workspace.members.get(users[0])
    if member is None:
        raise SlackError("user_not_found")
    if member.is_deactivated:
        raise SlackError("user_disabled")
    if member.is_bot:
        raise SlackError("cannot_dm_bot")
    channel = workspace.dm_with_bot(member.user_id)
    full = channel_json(workspace, channel) if call.flag("return_im") else {"id": channel.channel_id}
    return {"channel": full}


async def info(call: Call) -> Json:
    channel = call.channel(member=False)
    call.read_scope(channel)
    return {"channel": channel_json(call.slack.workspace, channel)}


async def list_channels(call: Call) -> Json:
    kinds = {"public_channel": "channel", "private_channel": "group", "im": "im"}
    wanted = (call.maybe("types") or "public_channel").split(",")
    workspace = call.slack.workspace
    for one in wanted:
        if one not in kinds:
            raise SlackError("invalid_types")
        call.read_scope(Channel("", "", kinds[one], []))  # type: ignore[arg-type]  # a value of kinds
    found = [
        channel_json(workspace, one)
        for one in workspace.channels.values()
        if one.kind in [kinds[kind] for kind in wanted]
        and (one.kind == "channel" or workspace.bot_is_in(one))
        and not (call.flag("exclude_archived") and one.is_archived)
    ]
    channels, cursor = page(found, call, 100)
    return {"channels": channels, "response_metadata": cursor}


async def members(call: Call) -> Json:
    channel = call.channel(member=False)
    call.read_scope(channel)
    people, cursor = page(channel.members, call, 100)
    return {"members": people, "response_metadata": cursor}


async def join(call: Call) -> Json:
    channel = call.channel(member=False)
    workspace = call.slack.workspace
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if not workspace.bot_is_in(channel):
        channel.members.append(workspace.bot_user_id)
    return {"channel": channel_json(workspace, channel)}


async def history(call: Call) -> Json:
    """Newest first; replies are left out unless they were also sent to the channel."""
    channel = call.channel(member=False)
    call.history_scope(channel)
    channel = call.channel()
    shown = [
        one for one in reversed(channel.messages.values()) if not one.is_reply or one.subtype == "thread_broadcast"
    ]
    found, cursor = page(_between(call, shown), call, 100)
    return {
        "messages": [_shape(call, one) for one in found],
        "has_more": bool(cursor["next_cursor"]),
        "pin_count": 0,
        "response_metadata": cursor,
    }


async def replies(call: Call) -> Json:
    """Oldest first, the parent before them; any message of the thread may be named."""
    channel = call.channel(member=False)
    call.history_scope(channel)
    channel = call.channel()
    named = channel.messages.get(call.text("ts"))
    if named is None:
        raise SlackError("thread_not_found")
    thread = channel.thread(named.thread_ts or named.ts)
    found, cursor = page(_between(call, thread), call, 1000)
    return {
        "messages": [_shape(call, one) for one in found],
        "has_more": bool(cursor["next_cursor"]),
        "response_metadata": cursor,
    }


def _between(call: Call, messages: list[Message]) -> list[Message]:
    """oldest and latest are excluded themselves unless inclusive is set; a thread's parent always stays."""
    oldest, latest = float(call.maybe("oldest") or 0), float(call.maybe("latest") or "inf")
    inclusive = call.flag("inclusive")

    def inside(one: Message) -> bool:
        ts = float(one.ts)
        return oldest < ts < latest or (inclusive and ts in (oldest, latest))

    return [one for one in messages if inside(one)]


def _shape(call: Call, message: Message) -> Json:
    """Metadata is only shown when asked for, and only the app's own kind of it is stored at all."""
    shape = call.slack.posts.shape(message)
    if message.metadata and call.flag("include_all_metadata"):
        shape["metadata"] = message.metadata
    elif message.metadata:
        shape["metadata"] = {"event_type": message.metadata["event_type"]}
    return shape


METHODS = {
    "conversations.open": Method(open_dm, "im:write"),
    "conversations.info": Method(info),
    "conversations.list": Method(list_channels),
    "conversations.members": Method(members),
    "conversations.join": Method(join, "channels:join"),
    "conversations.history": Method(history),
    "conversations.replies": Method(replies),
}
