"""chat.*: posting, updating, deleting."""

from typing import Any

from sandbox.api.call import Call, Json, Method
from sandbox.api.images import check_images
from sandbox.block_ids import with_ids
from sandbox.errors import SlackError
from sandbox.rules.messages import MAX_MARKDOWN_CHARS, MAX_UPDATE_TEXT_CHARS, check_message, check_metadata
from sandbox.workspace import Channel, Message


async def post_message(call: Call) -> Json:
    channel = call.writable_channel()
    message = _new_message(call, channel)
    metadata = call.args.get("metadata")
    if metadata is not None:
        check_metadata(metadata)
        message.metadata = metadata or None
    if message.thread_ts and call.flag("reply_broadcast"):
        message.subtype = "thread_broadcast"
    call.slack.posts.post(message)
    return {
        "channel": channel.channel_id,
        "ts": message.ts,
        "message": _shape(call, message),
        **_text_warning(call),
    }


async def post_ephemeral(call: Call) -> Json:
    channel = call.writable_channel()
    reader = call.text("user")
    if reader not in channel.members:
        raise SlackError("user_not_in_channel")
    message = _new_message(call, channel)
    message.seen_only_by = reader
    call.slack.posts.ephemeral(message)
    return {"message_ts": message.ts, **_text_warning(call)}


def _new_message(call: Call, channel: Channel) -> Message:
    text, blocks = _content(call)
    check_message(text, blocks, call.listed("attachments"))
    check_images(call, blocks)
    workspace = call.slack.workspace
    return Message(
        channel.channel_id,
        call.slack.clock.next_ts(),
        workspace.bot_user_id,
        text,
        with_ids(blocks),
        attachments=call.listed("attachments"),
        thread_ts=parent_ts(call, channel),
        bot_id=workspace.bot_id,
    )


def _content(call: Call) -> tuple[str, list[dict[str, Any]]]:
    """text and blocks; markdown_text stands for one markdown block and excludes both."""
    text, blocks, markdown = call.maybe("text"), call.listed("blocks"), call.maybe("markdown_text")
    if not markdown:
        return text, blocks
    if text or blocks:
        raise SlackError("markdown_text_conflict")
    if len(markdown) > MAX_MARKDOWN_CHARS:
        raise SlackError("msg_too_long")
    return markdown, [{"type": "markdown", "text": markdown}]


def parent_ts(call: Call, channel: Channel) -> str | None:
    """The thread to post in. Slack takes any timestamp; a wrong one is refused here, as it is always a bug."""
    thread_ts = call.maybe("thread_ts")
    if not thread_ts:
        return None
    parent = channel.messages.get(thread_ts)
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.is_reply:
        raise SlackError("cannot_reply_to_message")
    return thread_ts


def _shape(call: Call, message: Message) -> Json:
    shape = call.slack.posts.shape(message)
    return {**shape, "metadata": message.metadata} if message.metadata else shape


def _text_warning(call: Call) -> Json:
    if call.maybe("text") or not call.listed("blocks"):
        return {}
    warning = "missing_text_in_message"
    return {"warning": warning, "response_metadata": {"warnings": [warning]}}


async def update(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel)
    workspace = call.slack.workspace
    if message.bot_id != workspace.bot_id:
        raise SlackError("cant_update_message")
    if message.streaming:
        raise SlackError("streaming_state_conflict")
    changes = _changes(call, message)
    by_text = "text" in call.args and "blocks" not in call.args
    if by_text and message.text != changes.get("text"):
        changes["edited"] = {"user": workspace.bot_user_id, "ts": call.slack.clock.next_ts()}
    call.slack.posts.edit(message, **changes)
    return {
        "channel": channel.channel_id,
        "ts": message.ts,
        "text": message.text,
        "message": _shape(call, message),
        **_text_warning(call),
    }


def _changes(call: Call, message: Message) -> dict[str, Any]:
    """New text without blocks removes the blocks; what is not named stays as it was."""
    text, blocks = _content(call)
    given = {"text", "blocks", "attachments", "markdown_text"} & set(call.args)
    if len(text) > MAX_UPDATE_TEXT_CHARS and "markdown_text" not in given:
        raise SlackError("msg_too_long")
    keeps_blocks = not given & {"text", "blocks", "markdown_text"}
    changes: dict[str, Any] = {
        "text": text if given & {"text", "markdown_text"} else message.text,
        "blocks": message.blocks if keeps_blocks else with_ids(blocks) if blocks else [],
        "attachments": call.listed("attachments") if "attachments" in given else message.attachments,
    }
    if not given:
        raise SlackError("no_text")
    check_message(
        changes["text"],
        blocks or ([] if not keeps_blocks else message.blocks),
        changes["attachments"],
        has_files=bool(message.file_ids),
    )
    check_images(call, blocks)
    metadata = call.args.get("metadata")
    if metadata is not None:
        check_metadata(metadata)
        changes["metadata"] = metadata or None
    return changes


async def delete(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel)
    if message.bot_id != call.slack.workspace.bot_id:
        raise SlackError("cant_delete_message")
    call.slack.posts.delete(message)
    return {"channel": channel.channel_id, "ts": message.ts}


async def get_permalink(call: Call) -> Json:
    channel = call.channel(member=False)
    message = call.message(channel, "message_ts")
    link = f"{call.slack.base_url}/archives/{channel.channel_id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.channel_id}"
    return {"channel": channel.channel_id, "permalink": link}


METHODS = {
    "chat.postMessage": Method(post_message, "chat:write"),
    "chat.postEphemeral": Method(post_ephemeral, "chat:write"),
    "chat.update": Method(update, "chat:write"),
    "chat.delete": Method(delete, "chat:write"),
    "chat.getPermalink": Method(get_permalink),
}
