"""Changes to the workspace itself: members, channels, user groups, time, faults, installation."""

import re
from typing import get_args

from sandbox.control.asked import Asked, Json
from sandbox.errors import ControlError
from sandbox.shapes import channel_json, user_json, usergroup_json
from sandbox.signed_http import SignedHttp
from sandbox.socket_mode import Reason
from sandbox.workspace import Channel, Member, Message, UserGroup

_ROLES = {
    "admin": "is_admin",
    "guest": "is_guest",
    "bot": "is_bot",
    "stranger": "is_stranger",
    "deactivated": "is_deactivated",
}


def _stable_id(asked: Asked, letter: str, name: str, given: str) -> str:
    """Ids are made of the name, so that they are the same in every run: #content-lab -> C0CONTENTLAB."""
    if given:
        return given
    return letter + "0" + re.sub(r"[^A-Z0-9]", "", asked.text(name).upper())


async def add_member(asked: Asked) -> Json:
    """A new member, or changed roles of a known one."""
    name = asked.text("name")
    user_id = _stable_id(asked, "U", "name", asked.maybe("id"))
    members = asked.slack.workspace.members
    member = members.get(user_id) or Member(user_id, name, asked.maybe("real_name") or name)
    for role, field in _ROLES.items():
        if role in asked.body:
            setattr(member, field, asked.flag(role))
    asked.slack.workspace.add_member(member)
    return {"member": user_json(asked.slack.workspace, member)}


async def add_channel(asked: Asked) -> Json:
    """A channel; the bot is in it only when "bot" is true."""
    workspace = asked.slack.workspace
    name = asked.text("name").removeprefix("#")
    if workspace.channel_named(name):
        raise ControlError("name_taken", name)
    channel_id = _stable_id(asked, "C", "name", asked.maybe("id"))
    members = asked.members()
    members += [workspace.bot_user_id] if asked.flag("bot") else []
    kind = "group" if asked.flag("private") else "channel"
    channel = Channel(channel_id, name, "group" if kind == "group" else "channel", members)
    workspace.add_channel(channel)
    return {"channel": channel_json(workspace, channel)}


async def add_usergroup(asked: Asked) -> Json:
    workspace = asked.slack.workspace
    handle = asked.text("handle")
    group_id = _stable_id(asked, "S", "handle", asked.maybe("id"))
    members = asked.members()
    group = UserGroup(group_id, handle, asked.maybe("name") or handle, members)
    workspace.usergroups[group_id] = group
    return {"usergroup": usergroup_json(workspace, group, with_users=True)}


async def archive(asked: Asked) -> Json:
    channel = asked.any_channel()
    channel.is_archived = "archived" not in asked.body or asked.flag("archived")
    return {"channel": channel.channel_id, "is_archived": channel.is_archived}


async def invite(asked: Asked) -> Json:
    """Add a member (or "bot") to a channel; Slack announces it there."""
    slack, channel = asked.slack, asked.any_channel()
    bot = slack.workspace.bot_user_id
    user_id = bot if asked.text("user") == "bot" else asked.member().user_id
    if user_id in channel.members:
        raise ControlError("already_in_channel", user_id)
    channel.members.append(user_id)
    event = {
        "type": "member_joined_channel",
        "user": user_id,
        "channel": channel.channel_id,
        "channel_type": channel.channel_id[0],
        "team": slack.workspace.team_id,
        "event_ts": slack.clock.next_ts(),
    }
    slack.events.emit(event, channel)
    text = f"<@{user_id}> has joined the channel"
    slack.posts.post(Message(channel.channel_id, slack.clock.next_ts(), user_id, text, subtype="channel_join"))
    return {"channel": channel.channel_id, "user": user_id}


async def kick(asked: Asked) -> Json:
    channel = asked.any_channel()
    bot = asked.slack.workspace.bot_user_id
    user_id = bot if asked.text("user") == "bot" else asked.member().user_id
    if user_id not in channel.members:
        raise ControlError("not_a_member", user_id)
    channel.members.remove(user_id)
    return {"channel": channel.channel_id, "user": user_id}


async def advance_clock(asked: Asked) -> Json:
    """Move Slack's clock: trigger ids, response_urls and streams get older. Retries and acks run in real time."""
    asked.slack.clock.advance(asked.number("seconds", 0))
    return {"now": asked.slack.clock.now()}


async def add_fault(asked: Asked) -> Json:
    asked.slack.faults.add(asked.body)
    return {"faults": asked.slack.faults.as_json()}


async def clear_faults(asked: Asked) -> Json:
    asked.slack.faults.clear()
    return {"faults": []}


async def disconnect(asked: Asked) -> Json:
    """Drop all sockets, with a disconnect frame (reason) or abruptly."""
    reason = asked.maybe("reason") or "refresh_requested"
    for known in get_args(Reason):
        if reason == known:
            dropped = await asked.slack.sockets.disconnect(known, abrupt=asked.flag("abrupt"))
            return {"dropped": dropped}
    raise ControlError("invalid_field", f"reason must be one of {get_args(Reason)}")


async def set_events_url(asked: Asked) -> Json:
    """Where signed HTTP requests go; for an app that starts after the sandbox."""
    transport = asked.slack.transport
    if not isinstance(transport, SignedHttp):
        raise ControlError("wrong_mode", "this sandbox delivers over Socket Mode")
    transport.url = asked.text("url")
    return {"url": transport.url}


async def uninstall(asked: Asked) -> Json:
    """Remove the app: tokens_revoked and app_uninstalled are sent, then every token is refused."""
    slack = asked.slack
    tokens = {"oauth": [], "bot": [slack.workspace.bot_user_id]}
    slack.events.emit({"type": "tokens_revoked", "tokens": tokens, "event_ts": slack.clock.next_ts()})
    slack.events.emit({"type": "app_uninstalled", "event_ts": slack.clock.next_ts()})
    slack.workspace.installed = False
    return {}


async def install(asked: Asked) -> Json:
    asked.slack.workspace.installed = True
    return {}


METHODS = {
    "members": add_member,
    "channels": add_channel,
    "usergroups": add_usergroup,
    "archive": archive,
    "invite": invite,
    "kick": kick,
    "clock": advance_clock,
    "faults": add_fault,
    "faults/clear": clear_faults,
    "disconnect": disconnect,
    "events_url": set_events_url,
    "uninstall": uninstall,
    "install": install,
}
