"""One Web API call: its arguments as the SDKs send them, its scopes, the channel it is about."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.errors import SlackError
from sandbox.slack import Slack
from sandbox.workspace import Channel, Message

Json = dict[str, Any]
_TRUE = (True, 1, "1", "true", "True")
_READ = {"channel": "channels:read", "group": "groups:read", "im": "im:read"}
_HISTORY = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}


@dataclass(frozen=True, slots=True)
class Call:
    slack: Slack
    method: str
    args: Json

    def text(self, name: str) -> str:
        """A required string; "" is missing."""
        value = self.args.get(name)
        if value in (None, ""):
            raise SlackError("invalid_arguments", messages=[f"[ERROR] missing required field: {name}"])
        return str(value)

    def maybe(self, name: str) -> str:
        value = self.args.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        return self.args.get(name, default) in _TRUE

    def count(self, name: str, default: int) -> int:
        try:
            return int(self.args.get(name, default))
        except ValueError as err:
            raise SlackError("invalid_arguments", messages=[f"[ERROR] {name} must be a number"]) from err

    def listed(self, name: str) -> list[Any]:
        """A JSON array such as blocks; [] when it was not given."""
        value = self.args.get(name)
        if value is None or value == "":
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise SlackError(f"invalid_{name}_format" if name == "blocks" else "invalid_arguments")
        return value

    def need(self, scope: str) -> None:
        """Raise missing_scope as Slack does, naming what is needed and what there is."""
        if scope not in self.slack.manifest.scopes:
            provided = ",".join(sorted(self.slack.manifest.scopes))
            raise SlackError("missing_scope", needed=scope, provided=provided)

    def channel(self, *, member: bool = True) -> Channel:
        """The channel of this call, by id. A private one the bot is not in does not exist for it."""
        channel = self.slack.workspace.channels.get(self.text("channel"))
        if channel is None:
            raise SlackError("channel_not_found")
        inside = self.slack.workspace.bot_is_in(channel)
        if not inside and channel.kind != "channel":
            raise SlackError("channel_not_found")
        if member and not inside:
            raise SlackError("not_in_channel")
        return channel

    def writable_channel(self) -> Channel:
        """Where a message goes: a channel id, #name, or a member's id for their direct message."""
        wanted, workspace = self.text("channel"), self.slack.workspace
        member = workspace.members.get(wanted)
        if member and not member.is_bot:
            self.args["channel"] = workspace.dm_with_bot(wanted).channel_id
        elif named := workspace.channel_named(wanted):
            self.args["channel"] = named.channel_id
        channel = self.channel()
        if channel.is_archived:
            raise SlackError("is_archived")
        return channel

    def read_scope(self, channel: Channel) -> None:
        self.need(_READ[channel.kind])

    def history_scope(self, channel: Channel) -> None:
        self.need(_HISTORY[channel.kind])

    def message(self, channel: Channel, name: str = "ts") -> Message:
        found = channel.messages.get(self.text(name))
        if found is None or found.subtype == "tombstone":
            raise SlackError("message_not_found")
        return found


@dataclass(frozen=True, slots=True)
class Method:
    """scope: needed whatever the arguments; "" where it depends on them or none is needed."""

    answer: Callable[[Call], Awaitable[Json]]
    scope: str = ""
    token: str = "bot"


def page(items: list[Any], call: Call, default: int) -> tuple[list[Any], Json]:
    """One page of a list and Slack's cursor to the next; the cursor is the position as text."""
    limit = call.count("limit", default)
    if limit < 1 or limit > 1000:
        raise SlackError("invalid_limit")
    cursor = call.maybe("cursor")
    if cursor and not cursor.removeprefix("next:").isdigit():
        raise SlackError("invalid_cursor")
    start = int(cursor.removeprefix("next:") or 0)
    more = start + limit < len(items)
    return items[start : start + limit], {"next_cursor": f"next:{start + limit}" if more else ""}
