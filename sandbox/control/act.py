"""What a member does with messages: write, edit, delete, react, drop files, open the app's home."""

from sandbox.api.reactions import emoji_name
from sandbox.control.asked import Asked, Json
from sandbox.control.interact import METHODS as INTERACT
from sandbox.errors import ControlError
from sandbox.shapes import file_json
from sandbox.workspace import File


async def post(asked: Asked) -> Json:
    channel = asked.channel()
    if channel.kind == "im" and not asked.slack.manifest.messages_tab:
        raise ControlError("messages_tab_disabled", "the manifest turns messages to the app off")
    asked.text("text")
    thread_ts = asked.thread_ts(channel)
    message = asked.slack.posts.typed(asked.actor(), channel, asked.typed(), thread_ts)
    return {"channel": channel.channel_id, "ts": message.ts, "thread_ts": message.thread_ts}


async def edit(asked: Asked) -> Json:
    message = asked.own_message()
    asked.text("text")
    edited = {"user": message.user_id, "ts": asked.slack.clock.next_ts()}
    asked.slack.posts.edit(message, text=asked.typed(), edited=edited)
    return {"channel": message.channel_id, "ts": message.ts}


async def unfurl(asked: Asked) -> Json:
    """Slack adds a link preview: message_changed with the same text."""
    message = asked.ordinary_message()
    preview = {"fallback": "preview", "from_url": "https://example.com", "title": "preview", "id": 1}
    asked.slack.posts.edit(message, attachments=[preview])
    return {"channel": message.channel_id, "ts": message.ts}


async def delete(asked: Asked) -> Json:
    """A member deletes their own message; an admin anyone's."""
    message = asked.ordinary_message() if asked.actor().is_admin else asked.own_message()
    asked.slack.posts.delete(message)
    return {"channel": message.channel_id, "ts": message.ts}


async def react(asked: Asked) -> Json:
    message, user_id = asked.ordinary_message(), asked.actor().user_id
    name = emoji_name(asked.text("name"))
    if user_id in message.reactions.get(name, []):
        raise ControlError("already_reacted", name)
    asked.slack.posts.react(message, user_id, name)
    return {"channel": message.channel_id, "ts": message.ts, "name": name}


async def unreact(asked: Asked) -> Json:
    message, user_id = asked.ordinary_message(), asked.actor().user_id
    name = emoji_name(asked.text("name"))
    if user_id not in message.reactions.get(name, []):
        raise ControlError("no_reaction", name)
    asked.slack.posts.unreact(message, user_id, name)
    return {"channel": message.channel_id, "ts": message.ts, "name": name}


async def share(asked: Asked) -> Json:
    """Share files that were uploaded before, all in one message."""
    channel, user_id = asked.channel(), asked.actor().user_id
    files = [_own_file(asked, str(one), user_id) for one in asked.body.get("files") or []]
    if not files:
        raise ControlError("missing_field", "files")
    thread_ts = asked.thread_ts(channel)
    message = asked.slack.posts.share(files, user_id, channel, asked.typed(), thread_ts)
    return {"channel": channel.channel_id, "ts": message.ts, "thread_ts": thread_ts}


def _own_file(asked: Asked, file_id: str, user_id: str) -> File:
    file = asked.slack.workspace.files.get(file_id)
    if file is None or file.user_id != user_id or file.is_deleted:
        raise ControlError("no_such_file", file_id, status=404)
    return file


async def delete_file(asked: Asked) -> Json:
    file = _own_file(asked, asked.text("file"), asked.actor().user_id)
    asked.uploads.delete(file)
    return {"file": file.file_id}


async def home(asked: Asked) -> Json:
    """Open the app's home or messages tab."""
    user_id, slack = asked.actor().user_id, asked.slack
    tab = asked.maybe("tab") or "home"
    if tab not in ("home", "messages"):
        raise ControlError("invalid_field", "tab must be home or messages")
    channel = slack.workspace.dm_with_bot(user_id)
    event: Json = {
        "type": "app_home_opened",
        "user": user_id,
        "channel": channel.channel_id,
        "tab": tab,
        "event_ts": slack.clock.next_ts(),
    }
    shown = slack.views.homes.get(user_id)
    if tab == "home" and shown:
        event["view"] = slack.views.shape(shown)
    slack.events.emit(event)
    return {"channel": channel.channel_id}


async def open_dm(asked: Asked) -> Json:
    return {"channel": asked.slack.workspace.dm_with_bot(asked.actor().user_id).channel_id}


def upload(asked: Asked, content: bytes) -> Json:
    """Raw bytes become a file; with a channel it is dropped there, in a thread if one is named."""
    user_id = asked.actor().user_id
    channel = asked.channel() if asked.maybe("channel") else None
    thread_ts = asked.thread_ts(channel) if channel else None
    file = asked.uploads.store(
        user_id, asked.text("name"), content, title=asked.maybe("title"), mimetype=asked.maybe("mimetype")
    )
    facts: Json = {"file": file_json(asked.slack.workspace, file, asked.slack.base_url)}
    if channel:
        message = asked.slack.posts.share([file], user_id, channel, asked.typed(), thread_ts)
        facts |= {"channel": channel.channel_id, "ts": message.ts, "thread_ts": thread_ts}
    return facts


METHODS = {
    "post": post,
    "edit": edit,
    "unfurl": unfurl,
    "delete": delete,
    "react": react,
    "unreact": unreact,
    "share": share,
    "delete_file": delete_file,
    "home": home,
    "dm": open_dm,
    **INTERACT,
}
