"""Messages: posting, editing, deleting, reacting, sharing files; each with the events Slack sends for it."""

import secrets
from dataclasses import replace
from typing import Any

from sandbox.clock import Clock
from sandbox.events import Events
from sandbox.feed import Feed
from sandbox.rich_text import rich_text_of
from sandbox.shapes import message_json
from sandbox.workspace import Channel, File, Member, Message, Workspace


class Posts:
    """base_url is set once the server knows its port; file addresses are built from it."""

    def __init__(self, workspace: Workspace, clock: Clock, feed: Feed, events: Events) -> None:
        self._workspace = workspace
        self._clock = clock
        self._feed = feed
        self._events = events
        self.base_url = ""

    def shape(self, message: Message) -> dict[str, Any]:
        return message_json(self._workspace, message, self.base_url)

    def post(self, message: Message) -> Message:
        """Store a message and tell the app: `message`, and `app_mention` where it is mentioned."""
        channel = self._workspace.channels[message.channel_id]
        channel.messages[message.ts] = message
        self._tell("message", message)
        event = {**self._event_of(message), "event_ts": message.ts, "channel_type": channel.kind}
        self._events.emit(event, channel)
        mention = f"<@{self._workspace.bot_user_id}"
        if mention in message.text and message.bot_id is None and channel.kind != "im":
            fields = ("user", "text", "ts", "team", "blocks", "thread_ts", "parent_user_id", "files")
            told = {name: event[name] for name in fields if name in event}
            self._events.emit(
                {"type": "app_mention", **told, "channel": message.channel_id, "event_ts": message.ts},
                channel,
            )
        return message

    def typed(self, member: Member, channel: Channel, text: str, thread_ts: str | None) -> Message:
        """What a person's own client posts: text plus the rich_text block Slack makes of it."""
        message = Message(channel.channel_id, self._clock.next_ts(), member.user_id, text)
        message.blocks = [rich_text_of(text)]
        message.thread_ts = thread_ts
        return self.post(message)

    def ephemeral(self, message: Message) -> Message:
        """Only its reader sees it; no event is sent, and no history has it."""
        self._workspace.ephemerals.append(message)
        self._tell("ephemeral", message)
        return message

    def edit(self, message: Message, **changes: Any) -> None:
        """Change fields of a message in place; sends message_changed for ordinary messages."""
        before = self.shape(message)
        for name, value in changes.items():
            setattr(message, name, value)
        if message.seen_only_by:
            self._tell("ephemeral_changed", message)
            return
        self._tell("message_changed", message)
        self._emit_change("message_changed", message, before, {"message": self.shape(message)})

    def delete(self, message: Message) -> None:
        """A parent with replies stays behind as a tombstone, as in Slack."""
        if message.seen_only_by:
            self._workspace.ephemerals.remove(message)
            self._tell("ephemeral_deleted", message)
            return
        channel = self._workspace.channels[message.channel_id]
        before = self.shape(message)
        if channel.replies(message.ts) and not message.is_reply:
            self._bury(channel, message, before)
            return
        del channel.messages[message.ts]
        self._tell("message_deleted", message)
        self._emit_change("message_deleted", message, before, {"deleted_ts": message.ts})

    def _bury(self, channel: Channel, message: Message, before: dict[str, Any]) -> None:
        tombstone = replace(
            message,
            user_id="USLACKBOT",
            text="This message was deleted.",
            subtype="tombstone",
            blocks=[],
            attachments=[],
            file_ids=[],
            reactions={},
            bot_id=None,
            metadata=None,
        )
        channel.messages[message.ts] = tombstone
        self._tell("message_deleted", message)
        self._emit_change("message_changed", tombstone, before, {"message": self.shape(tombstone)})

    def react(self, message: Message, user_id: str, name: str) -> None:
        message.reactions.setdefault(name, []).append(user_id)
        self._tell_reaction("reaction_added", message, user_id, name)

    def unreact(self, message: Message, user_id: str, name: str) -> None:
        message.reactions[name].remove(user_id)
        if not message.reactions[name]:
            del message.reactions[name]
        self._tell_reaction("reaction_removed", message, user_id, name)

    def share(self, files: list[File], user_id: str, channel: Channel, text: str, thread_ts: str | None) -> Message:
        """Put files into a channel or thread: file_shared for each, then a file_share message."""
        by_bot = user_id == self._workspace.bot_user_id
        message = Message(channel.channel_id, self._clock.next_ts(), user_id, text, subtype="file_share")
        message.thread_ts = thread_ts
        message.bot_id = self._workspace.bot_id if by_bot else None
        message.file_ids = [one.file_id for one in files]
        for file in files:
            file.shares.setdefault(channel.channel_id, []).append(message.ts)
            if thread_ts:
                file.thread_ts_of[message.ts] = thread_ts
            self._events.emit(
                {
                    "type": "file_shared",
                    "file_id": file.file_id,
                    "user_id": user_id,
                    "file": {"id": file.file_id},
                    "channel_id": channel.channel_id,
                    "event_ts": self._clock.next_ts(),
                },
                channel,
            )
        return self.post(message)

    def _event_of(self, message: Message) -> dict[str, Any]:
        event = {**self.shape(message), "channel": message.channel_id}
        if message.file_ids:
            event |= {"upload": False, "display_as_bot": False}
        elif message.bot_id is None:
            event["client_msg_id"] = secrets.token_hex(16)
        return event

    def _emit_change(self, subtype: str, message: Message, before: dict[str, Any], told: dict[str, Any]) -> None:
        channel = self._workspace.channels[message.channel_id]
        ts = self._clock.next_ts()
        event = {
            "type": "message",
            "subtype": subtype,
            "hidden": True,
            "channel": message.channel_id,
            "channel_type": channel.kind,
            "previous_message": before,
            "ts": ts,
            "event_ts": ts,
        }
        self._events.emit(event | told, channel)

    def _tell_reaction(self, kind: str, message: Message, user_id: str, name: str) -> None:
        self._tell(kind, message, reactor=user_id, reaction=name)
        event = {
            "type": kind,
            "user": user_id,
            "reaction": name,
            "item": {"type": "message", "channel": message.channel_id, "ts": message.ts},
            "item_user": message.user_id,
            "event_ts": self._clock.next_ts(),
        }
        self._events.emit(event, self._workspace.channels[message.channel_id])

    def _tell(self, kind: str, message: Message, **facts: Any) -> None:
        self._feed.add(
            kind,
            channel=message.channel_id,
            ts=message.ts,
            thread_ts=message.thread_ts,
            user=message.user_id,
            to=message.seen_only_by,
            by_bot=message.bot_id is not None,
            text=message.text,
            message=self.shape(message),
            **facts,
        )
