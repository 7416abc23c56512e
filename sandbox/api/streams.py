"""chat.*Stream: a message that grows while it is written."""

from typing import Any

from sandbox.api.call import Call, Json, Method
from sandbox.api.chat import parent_ts
from sandbox.block_ids import with_ids
from sandbox.errors import SlackError
from sandbox.rules.messages import MAX_MARKDOWN_CHARS, check_blocks, check_metadata
from sandbox.workspace import Message

STREAM_LIFE_S = 300.0  # streams die after about five minutes, even active ones (python-slack-sdk #1859)
_CHUNKS = ("markdown_text", "task_update", "plan_update", "blocks")


async def start_stream(call: Call) -> Json:
    channel = call.writable_channel()
    call.text("thread_ts")
    if channel.kind != "im":
        for name in ("recipient_team_id", "recipient_user_id"):
            if not call.maybe(name):
                raise SlackError(f"missing_{name}")
    workspace = call.slack.workspace
    message = Message(
        channel.channel_id,
        call.slack.clock.next_ts(),
        workspace.bot_user_id,
        _new_text(call),
        thread_ts=parent_ts(call, channel),
        bot_id=workspace.bot_id,
        streaming=True,
        stream_started_at=call.slack.clock.now(),
    )
    call.slack.posts.post(message)
    return {"channel": channel.channel_id, "ts": message.ts}


async def append_stream(call: Call) -> Json:
    message = _open_stream(call)
    if not (call.maybe("markdown_text") or call.args.get("chunks")):
        raise SlackError("no_text")
    call.slack.posts.edit(message, text=message.text + _new_text(call))
    return {"channel": message.channel_id, "ts": message.ts}


async def stop_stream(call: Call) -> Json:
    message = _open_stream(call)
    changes: dict[str, Any] = {"text": message.text + _new_text(call), "streaming": False}
    if blocks := call.listed("blocks"):
        check_blocks(blocks)
        changes["blocks"] = with_ids(blocks)
    if (metadata := call.args.get("metadata")) is not None:
        check_metadata(metadata)
        changes["metadata"] = metadata or None
    call.slack.posts.edit(message, **changes)
    shape = call.slack.posts.shape(message)
    return {"channel": message.channel_id, "ts": message.ts, "message": shape}


def _open_stream(call: Call) -> Message:
    message = call.message(call.channel())
    if message.bot_id != call.slack.workspace.bot_id:
        raise SlackError("message_not_owned_by_app")
    too_old = call.slack.clock.now() - message.stream_started_at > STREAM_LIFE_S
    if not message.streaming or too_old:
        message.streaming = False if message.streaming is not None else None
        raise SlackError("message_not_in_streaming_state")
    return message


def _new_text(call: Call) -> str:
    """markdown_text and the text of markdown_text chunks; other chunks are accepted and not shown."""
    text = call.maybe("markdown_text")
    for chunk in call.listed("chunks"):
        if chunk.get("type") not in _CHUNKS:
            raise SlackError("invalid_chunks")
        text += str(chunk.get("text", "")) if chunk["type"] == "markdown_text" else ""
    if len(text) > MAX_MARKDOWN_CHARS:
        raise SlackError("msg_too_long")
    return text


METHODS = {
    "chat.startStream": Method(start_stream, "chat:write"),
    "chat.appendStream": Method(append_stream, "chat:write"),
    "chat.stopStream": Method(stop_stream, "chat:write"),
}
