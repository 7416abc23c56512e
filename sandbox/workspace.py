"""What a workspace holds: members, channels, messages, files, user groups."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

ChannelKind = Literal["channel", "group", "im"]
SLACKBOT = "USLACKBOT"


@dataclass(slots=True)
class Member:
    """is_guest: a multi-channel guest (Slack: is_restricted). is_stranger: from another organisation."""

    user_id: str
    name: str
    real_name: str
    is_bot: bool = False
    is_admin: bool = False
    is_guest: bool = False
    is_stranger: bool = False
    is_deactivated: bool = False


@dataclass(slots=True)
class File:
    """shares: channel id -> timestamps of the messages that carry it; empty until Slack has shared it.

    given_to_app: it was submitted in a modal's file_input, so the app sees it without a share.
    is_processed: Slack works on an app's upload for a moment; until then its type is unknown and no message shows it.
    """

    file_id: str
    user_id: str
    name: str
    title: str
    mimetype: str
    content: bytes
    created: int
    shares: dict[str, list[str]] = field(default_factory=dict)
    thread_ts_of: dict[str, str] = field(default_factory=dict)
    given_to_app: bool = False
    is_processed: bool = True
    alt_txt: str = ""
    is_deleted: bool = False


@dataclass(slots=True)
class Message:
    """seen_only_by: the one member who sees an ephemeral message; None for an ordinary one.

    streaming: None for an ordinary message, True while a stream is open, False after it was stopped.
    """

    channel_id: str
    ts: str
    user_id: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    subtype: str | None = None
    metadata: dict[str, Any] | None = None
    file_ids: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited: dict[str, str] | None = None
    bot_id: str | None = None
    seen_only_by: str | None = None
    streaming: bool | None = None
    stream_started_at: float = 0.0

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(slots=True)
class Channel:
    channel_id: str
    name: str
    kind: ChannelKind
    members: list[str]
    is_archived: bool = False
    topic: str = ""
    messages: dict[str, Message] = field(default_factory=dict)

    def thread(self, thread_ts: str) -> list[Message]:
        """The parent, if it still exists, and its replies, oldest first."""
        return [one for one in self.messages.values() if one.ts == thread_ts or one.thread_ts == thread_ts]

    def replies(self, thread_ts: str) -> list[Message]:
        return [one for one in self.thread(thread_ts) if one.ts != thread_ts]


@dataclass(slots=True)
class UserGroup:
    usergroup_id: str
    handle: str
    name: str
    members: list[str]


@dataclass(slots=True)
class Workspace:
    """One team with one installed app. bot_user_id is the app's own member."""

    team_id: str
    team_name: str
    domain: str
    app_id: str
    bot_id: str
    bot_user_id: str
    members: dict[str, Member] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    usergroups: dict[str, UserGroup] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    ephemerals: list[Message] = field(default_factory=list)
    installed: bool = True

    def add_member(self, member: Member) -> Member:
        self.members[member.user_id] = member
        return member

    def add_channel(self, channel: Channel) -> Channel:
        self.channels[channel.channel_id] = channel
        return channel

    def channel_named(self, name: str) -> Channel | None:
        return next((one for one in self.channels.values() if one.name == name.removeprefix("#")), None)

    def member_named(self, name: str) -> Member | None:
        return next((one for one in self.members.values() if one.name == name.removeprefix("@")), None)

    def dm_with_bot(self, user_id: str) -> Channel:
        """The direct message between this member and the app; made on first use."""
        channel_id = "D" + user_id[1:]
        known = self.channels.get(channel_id)
        return known or self.add_channel(Channel(channel_id, "", "im", [user_id, self.bot_user_id]))

    def bot_is_in(self, channel: Channel) -> bool:
        return self.bot_user_id in channel.members

    def bot_sees(self, file: File) -> bool:
        shared = any(self.bot_is_in(self.channels[channel_id]) for channel_id in file.shares)
        return not file.is_deleted and (shared or file.given_to_app or file.user_id == self.bot_user_id)

    def ephemeral(self, channel_id: str, ts: str) -> Message | None:
        return next((one for one in self.ephemerals if (one.channel_id, one.ts) == (channel_id, ts)), None)

    def visible_to(self, user_id: str, channel: Channel) -> Iterator[Message]:
        """Messages this member sees in a channel, in order, ephemerals included."""
        if user_id not in channel.members and channel.kind != "channel":
            return
        private = [
            one for one in self.ephemerals if one.channel_id == channel.channel_id and one.seen_only_by == user_id
        ]
        yield from sorted([*channel.messages.values(), *private], key=lambda one: one.ts)
