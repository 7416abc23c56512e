"""reactions.*: emoji on messages."""

import re

from sandbox.api.call import Call, Json, Method
from sandbox.errors import SlackError
from sandbox.workspace import Message

_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")
MAX_REACTIONS = 23  # different emoji on one message


def emoji_name(raw: str) -> str:
    """The name without colons; Slack refuses what is no emoji name (uppercase, spaces, 👍 itself)."""
    name = raw.strip(":") if raw.startswith(":") and raw.endswith(":") else raw
    if not _NAME.fullmatch(name):
        raise SlackError("invalid_name")
    return name


async def add(call: Call) -> Json:
    message = _target(call)
    name = emoji_name(call.text("name"))
    bot = call.slack.workspace.bot_user_id
    if bot in message.reactions.get(name, []):
        raise SlackError("already_reacted")
    if name not in message.reactions and len(message.reactions) >= MAX_REACTIONS:
        raise SlackError("too_many_emoji")
    call.slack.posts.react(message, bot, name)
    return {}


async def remove(call: Call) -> Json:
    message = _target(call)
    name = emoji_name(call.text("name"))
    bot = call.slack.workspace.bot_user_id
    if bot not in message.reactions.get(name, []):
        raise SlackError("no_reaction")
    call.slack.posts.unreact(message, bot, name)
    return {}


async def get(call: Call) -> Json:
    message = _target(call)
    return {
        "type": "message",
        "channel": message.channel_id,
        "message": call.slack.posts.shape(message),
    }


def _target(call: Call) -> Message:
    channel = call.channel()
    if not call.maybe("timestamp"):
        raise SlackError("no_item_specified")
    if channel.is_archived and call.method != "reactions.get":
        raise SlackError("is_archived")
    return call.message(channel, "timestamp")


METHODS = {
    "reactions.add": Method(add, "reactions:write"),
    "reactions.remove": Method(remove, "reactions:write"),
    "reactions.get": Method(get, "reactions:read"),
}
