"""What can be seen: channels, messages, modals, logs; and waiting for the next thing to happen."""

from sandbox.control.asked import Asked, Json
from sandbox.errors import ControlError
from sandbox.feed import Happening
from sandbox.modals import OpenView
from sandbox.shapes import channel_json, user_json, usergroup_json
from sandbox.workspace import Message

_WAIT_WORDS = ("after", "kind", "timeout", "contains")


async def workspace(asked: Asked) -> Json:
    slack, space = asked.slack, asked.slack.workspace
    return {
        "team": {"id": space.team_id, "name": space.team_name, "domain": space.domain},
        "app": {"id": space.app_id, "bot_id": space.bot_id, "bot_user_id": space.bot_user_id},
        "mode": slack.settings.mode,
        "connections": slack.sockets.connections,
        "installed": space.installed,
        "members": [user_json(space, one) for one in space.members.values()],
        "usergroups": [usergroup_json(space, one, with_users=True) for one in space.usergroups.values()],
        "commands": sorted(slack.manifest.commands),
        "shortcuts": [
            {"callback_id": one.callback_id, "name": one.name, "type": one.kind}
            for one in slack.manifest.shortcuts.values()
        ],
    }


async def channels(asked: Asked) -> Json:
    """All channels; with user, those the member is in."""
    space = asked.slack.workspace
    user_id = asked.member().user_id if asked.maybe("user") else ""
    found = [one for one in space.channels.values() if not user_id or user_id in one.members]
    return {"channels": [{**channel_json(space, one), "members": one.members} for one in found]}


async def messages(asked: Asked) -> Json:
    """A channel or a thread, oldest first; with user, as that member sees it, ephemerals included."""
    space, channel = asked.slack.workspace, asked.any_channel()
    found = list(channel.messages.values())
    if asked.maybe("user"):
        found = list(space.visible_to(asked.member().user_id, channel))
    thread_ts = asked.maybe("thread_ts")
    if thread_ts:
        found = [one for one in found if thread_ts in (one.ts, one.thread_ts)]
    return {"channel": channel.channel_id, "messages": [_shape(asked, one) for one in found]}


async def ephemerals(asked: Asked) -> Json:
    user_id = asked.member().user_id
    found = [one for one in asked.slack.workspace.ephemerals if one.seen_only_by == user_id]
    return {"messages": [_shape(asked, one) for one in found]}


def _shape(asked: Asked, message: Message) -> Json:
    return {
        **asked.slack.posts.shape(message),
        "channel": message.channel_id,
        "metadata": message.metadata,
        "is_ephemeral": message.seen_only_by is not None,
        "is_streaming": bool(message.streaming),
    }


async def views(asked: Asked) -> Json:
    """The member's open modals, bottom first, and the home tab (null before it was published)."""
    user_id, shown = asked.member().user_id, asked.slack.views
    home = shown.homes.get(user_id)
    return {
        "views": [_view(asked, one) for one in shown.stacks.get(user_id, [])],
        "home": _view(asked, home) if home else None,
    }


def _view(asked: Asked, opened: OpenView) -> Json:
    return {**asked.slack.views.shape(opened), "errors": opened.errors, "notice": opened.notice}


async def notices(asked: Asked) -> Json:
    """What Slack itself told the member because the app failed."""
    user_id = asked.member().user_id
    found = asked.slack.feed.after(int(asked.number("after", 0)), "notice")
    return {"notices": [one.as_json() for one in found if one.facts["user"] == user_id]}


async def deliveries(asked: Asked) -> Json:
    found = asked.slack.feed.after(int(asked.number("after", 0)), "delivery")
    return {"deliveries": [one.as_json() for one in found]}


async def calls(asked: Asked) -> Json:
    found = asked.slack.feed.after(int(asked.number("after", 0)), "call")
    method = asked.maybe("method")
    return {"calls": [one.as_json() for one in found if method in ("", one.facts["method"])]}


async def feed(asked: Asked) -> Json:
    kinds = [one for one in asked.maybe("kind").split(",") if one]
    found = asked.slack.feed.after(int(asked.number("after", 0)), *kinds)
    return {"happenings": [one.as_json() for one in found]}


async def faults(asked: Asked) -> Json:
    return {"faults": asked.slack.faults.as_json()}


async def wait(asked: Asked) -> Json:
    """The next happening after `after`. Any other word in the query must equal the fact of that name."""
    kinds = [one for one in asked.maybe("kind").split(",") if one]
    equal = {name: value for name, value in asked.body.items() if name not in _WAIT_WORDS}
    contains = asked.maybe("contains")

    def matches(one: Happening) -> bool:
        return (
            (not kinds or one.kind in kinds)
            and all(_same(one.facts.get(name), value) for name, value in equal.items())
            and contains in str(one.facts.get("text", ""))
        )

    timeout_s = asked.number("timeout", 10)
    found = await asked.slack.feed.wait(int(asked.number("after", 0)), matches, timeout_s=timeout_s)
    if found is None:
        raise ControlError("timeout", f"nothing matched within {timeout_s} s", status=408)
    return {"happening": found.as_json(), "seq": found.seq}


def _same(fact: object, wanted: str) -> bool:
    """Facts are compared as text; true/false for booleans, "" for what is absent."""
    shown = str(fact).lower() if isinstance(fact, bool) else "" if fact is None else str(fact)
    return shown == wanted


async def connected(asked: Asked) -> Json:
    """Wait until the app has opened its Socket Mode connections."""
    wanted = int(asked.number("count", 1))
    timeout_s = asked.number("timeout", 10)
    sockets = asked.slack.sockets
    if sockets.connections < wanted:
        await asked.slack.feed.wait(0, lambda _one: sockets.connections >= wanted, timeout_s=timeout_s)
    if sockets.connections < wanted:
        raise ControlError("timeout", f"{sockets.connections} connections after {timeout_s} s", status=408)
    return {"connections": sockets.connections}


async def settled(asked: Asked) -> Json:
    """Wait until no event is under way any more, retries included."""
    timeout_s = asked.number("timeout", 10)
    if not await asked.slack.events.tasks.settled(timeout_s=timeout_s):
        raise ControlError("timeout", f"{asked.slack.events.tasks.running} still under way", status=408)
    return {}


METHODS = {
    "workspace": workspace,
    "channels": channels,
    "messages": messages,
    "ephemerals": ephemerals,
    "views": views,
    "notices": notices,
    "deliveries": deliveries,
    "calls": calls,
    "feed": feed,
    "faults": faults,
    "wait": wait,
    "connected": connected,
    "settled": settled,
}
