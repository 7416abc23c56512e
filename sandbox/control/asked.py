"""One control request: its JSON body, with members, channels and messages looked up."""

from dataclasses import dataclass
from typing import Any

from sandbox.errors import ControlError
from sandbox.rich_text import as_typed
from sandbox.slack import Slack
from sandbox.uploads import Uploads
from sandbox.workspace import Channel, Member, Message

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    slack: Slack
    uploads: Uploads
    body: Json

    def text(self, name: str) -> str:
        value = self.body.get(name)
        if value is None or value == "":
            raise ControlError("missing_field", name)
        return str(value)

    def maybe(self, name: str) -> str:
        value = self.body.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        return self.body.get(name) in (True, 1, "1", "true")

    def number(self, name: str, default: float) -> float:
        try:
            return float(self.body.get(name) or default)
        except (TypeError, ValueError) as err:
            raise ControlError("invalid_field", f"{name} must be a number") from err

    def typed(self, name: str = "text") -> str:
        return as_typed(self.slack.workspace, self.maybe(name))

    def member(self) -> Member:
        """The member in "user", by id or by name."""
        return self.member_called(self.text("user"))

    def members(self) -> list[str]:
        """The ids of the members listed in "members"."""
        return [self.member_called(str(one)).user_id for one in self.body.get("members") or []]

    def member_called(self, wanted: str) -> Member:
        found = self.slack.workspace.members.get(wanted) or self.slack.workspace.member_named(wanted)
        if found is None:
            raise ControlError("no_such_member", wanted, status=404)
        return found

    def actor(self) -> Member:
        """The member who acts: a person whose account is active."""
        member = self.member()
        if member.is_deactivated or member.is_bot:
            raise ControlError("cannot_act", f"{member.user_id} is deactivated or a bot")
        return member

    def any_channel(self) -> Channel:
        """A channel by id, by #name, or "dm": the member's direct message with the app."""
        wanted = self.text("channel")
        if wanted == "dm":
            member = self.member()
            if member.is_bot:
                raise ControlError("cannot_act", f"{member.user_id} is a bot")
            return self.slack.workspace.dm_with_bot(member.user_id)
        workspace = self.slack.workspace
        found = workspace.channels.get(wanted) or workspace.channel_named(wanted)
        if found is None:
            raise ControlError("no_such_channel", wanted, status=404)
        return found

    def channel(self) -> Channel:
        """A channel the acting member is in and can write to."""
        found = self.any_channel()
        if self.actor().user_id not in found.members:
            raise ControlError("not_a_member", f"{self.text('user')} is not in {found.channel_id}")
        if found.is_archived:
            raise ControlError("is_archived", found.channel_id)
        return found

    def thread_ts(self, channel: Channel) -> str | None:
        """The parent of the thread; naming a reply means its thread, as a click in Slack does."""
        wanted = self.maybe("thread_ts")
        if not wanted:
            return None
        parent = channel.messages.get(wanted)
        if parent is None:
            raise ControlError("no_such_message", wanted, status=404)
        return parent.thread_ts or parent.ts

    def message(self) -> Message:
        """A message this member sees. Another member's ephemeral message is as absent as in Slack."""
        channel, ts = self.channel(), self.text("ts")
        user_id = self.actor().user_id
        for one in self.slack.workspace.visible_to(user_id, channel):
            if one.ts == ts:
                return one
        raise ControlError("no_such_message", f"{ts} is not visible to {user_id}", status=404)

    def ordinary_message(self) -> Message:
        message = self.message()
        if message.seen_only_by:
            raise ControlError("is_ephemeral", "Slack offers this only on ordinary messages")
        return message

    def own_message(self) -> Message:
        message = self.ordinary_message()
        if message.user_id != self.actor().user_id:
            raise ControlError("not_yours", f"{message.ts} was written by {message.user_id}")
        return message
