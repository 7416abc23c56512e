"""users.*, usergroups.*, auth.test and apps.connections.open."""

from sandbox.api.call import Call, Json, Method, page
from sandbox.errors import SlackError
from sandbox.shapes import user_json, usergroup_json


async def auth_test(call: Call) -> Json:
    workspace = call.slack.workspace
    return {
        "url": call.slack.base_url + "/",
        "team": workspace.team_name,
        "user": workspace.members[workspace.bot_user_id].name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


async def connections_open(call: Call) -> Json:
    if call.slack.settings.mode != "socket":
        raise SlackError("socket_mode_not_enabled")
    return {"url": call.slack.sockets.new_url(call.slack.base_url)}


async def user_info(call: Call) -> Json:
    member = call.slack.workspace.members.get(call.text("user"))
    if member is None:
        raise SlackError("user_not_found")
    return {"user": user_json(call.slack.workspace, member)}


async def users_list(call: Call) -> Json:
    workspace = call.slack.workspace
    found, cursor = page(list(workspace.members.values()), call, 1000)
    return {
        "members": [user_json(workspace, one) for one in found],
        "cache_ts": int(call.slack.clock.now()),
        "response_metadata": cursor,
    }


async def usergroups_list(call: Call) -> Json:
    workspace = call.slack.workspace
    with_users = call.flag("include_users")
    groups = workspace.usergroups.values()
    return {"usergroups": [usergroup_json(workspace, one, with_users=with_users) for one in groups]}


async def usergroup_users(call: Call) -> Json:
    group = call.slack.workspace.usergroups.get(call.text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.members)}


METHODS = {
    "auth.test": Method(auth_test),
    "apps.connections.open": Method(connections_open, token="app"),
    "users.info": Method(user_info, "users:read"),
    "users.list": Method(users_list, "users:read"),
    "usergroups.list": Method(usergroups_list, "usergroups:read"),
    "usergroups.users.list": Method(usergroup_users, "usergroups:read"),
}
