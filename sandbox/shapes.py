"""Slack's JSON for the things in a workspace."""

from typing import Any
from urllib.parse import quote

from sandbox.workspace import Channel, File, Member, Message, UserGroup, Workspace


def user_json(workspace: Workspace, member: Member) -> dict[str, Any]:
    team_id = "T0ELSEWHERE" if member.is_stranger else workspace.team_id
    return {
        "id": member.user_id,
        "team_id": team_id,
        "name": member.name,
        "deleted": member.is_deactivated,
        "real_name": member.real_name,
        "tz": "Etc/UTC",
        "tz_label": "Coordinated Universal Time",
        "tz_offset": 0,
        "profile": {
            "real_name": member.real_name,
            "display_name": member.name,
            "team": team_id,
            **({"bot_id": workspace.bot_id} if member.user_id == workspace.bot_user_id else {}),
        },
        "is_admin": member.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": member.is_guest,
        "is_ultra_restricted": False,
        "is_stranger": member.is_stranger,
        "is_bot": member.is_bot,
        "is_app_user": False,
        "updated": 1700000000,
    }


def channel_json(workspace: Workspace, channel: Channel) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": channel.channel_id,
        "created": 1700000000,
        "is_archived": channel.is_archived,
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_org_shared": False,
        "context_team_id": workspace.team_id,
        "updated": 1700000000000,
    }
    if channel.kind == "im":
        other = next(one for one in channel.members if one != workspace.bot_user_id)
        return {**shape, "user": other, "is_user_deleted": workspace.members[other].is_deactivated}
    return {
        **shape,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_private": channel.kind == "group",
        "is_general": False,
        "is_shared": False,
        "is_ext_shared": False,
        "is_member": workspace.bot_is_in(channel),
        "creator": channel.members[0] if channel.members else "",
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def message_json(workspace: Workspace, message: Message, base_url: str) -> dict[str, Any]:
    """A message as conversations.history and message events show it; metadata is added by the caller."""
    shape: dict[str, Any] = {"type": "message"}
    if message.subtype:
        shape["subtype"] = message.subtype
    shape |= {"user": message.user_id, "text": message.text, "ts": message.ts, "team": workspace.team_id}
    if message.bot_id:
        shape |= {"bot_id": message.bot_id, "app_id": workspace.app_id}
        shape["bot_profile"] = {
            "id": message.bot_id,
            "app_id": workspace.app_id,
            "name": workspace.members[workspace.bot_user_id].real_name,
            "deleted": False,
            "team_id": workspace.team_id,
        }
    optional: dict[str, Any] = {
        "blocks": message.blocks,
        "attachments": message.attachments,
        "edited": message.edited,
        "reactions": reactions_json(message),
        "files": [file_json(workspace, workspace.files[one], base_url) for one in message.file_ids],
    }
    shape |= {name: value for name, value in optional.items() if value}
    return shape | _thread_facts(workspace, message)


def _thread_facts(workspace: Workspace, message: Message) -> dict[str, Any]:
    if message.is_reply:
        parent = workspace.channels[message.channel_id].messages.get(str(message.thread_ts))
        return {"thread_ts": message.thread_ts} | ({"parent_user_id": parent.user_id} if parent else {})
    replies = workspace.channels[message.channel_id].replies(message.ts)
    if not replies or message.seen_only_by:
        return {}
    writers = list(dict.fromkeys(one.user_id for one in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(writers),
        "latest_reply": replies[-1].ts,
        "reply_users": writers,
        "is_locked": False,
        "subscribed": False,
    }


def reactions_json(message: Message) -> list[dict[str, Any]]:
    return [{"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()]


def file_json(workspace: Workspace, file: File, base_url: str) -> dict[str, Any]:
    if file.is_deleted:
        return {"id": file.file_id, "mode": "tombstone", "created": 0, "timestamp": 0}
    ending = file.name.rpartition(".")[2].lower() if "." in file.name else "text"
    stem = f"{base_url}/files-pri/{workspace.team_id}-{file.file_id}"
    return {
        "id": file.file_id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype if file.is_processed else "",
        "filetype": ending if file.is_processed else "",
        "pretty_type": ending.upper() if file.is_processed else "",
        **({"alt_txt": file.alt_txt} if file.alt_txt else {}),
        "user": file.user_id,
        "user_team": workspace.team_id,
        "editable": False,
        "size": len(file.content),
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{stem}/{quote(file.name)}",
        "url_private_download": f"{stem}/download/{quote(file.name)}",
        "permalink": f"{base_url}/files/{file.user_id}/{file.file_id}/{quote(file.name)}",
        "has_rich_preview": False,
        "file_access": "visible",
        "comments_count": 0,
        **_where_shared(workspace, file),
    }


def _where_shared(workspace: Workspace, file: File) -> dict[str, Any]:
    kinds = {"channel": "channels", "group": "groups", "im": "ims"}
    places: dict[str, list[str]] = {"channels": [], "groups": [], "ims": []}
    shares: dict[str, dict[str, Any]] = {}
    for channel_id, timestamps in file.shares.items():
        kind = workspace.channels[channel_id].kind
        places[kinds[kind]].append(channel_id)
        room = shares.setdefault("public" if kind == "channel" else "private", {})
        room[channel_id] = [{"ts": ts, **_thread_of_share(file, ts)} for ts in timestamps]
    return {"shares": shares, "is_public": bool(places["channels"]), **places}


def _thread_of_share(file: File, ts: str) -> dict[str, str]:
    thread_ts = file.thread_ts_of.get(ts)
    return {"thread_ts": thread_ts} if thread_ts else {}


def usergroup_json(workspace: Workspace, group: UserGroup, *, with_users: bool) -> dict[str, Any]:
    shape = {
        "id": group.usergroup_id,
        "team_id": workspace.team_id,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "description": "",
        "is_external": False,
        "date_create": 1700000000,
        "date_delete": 0,
        "user_count": len(group.members),
    }
    return {**shape, "users": list(group.members)} if with_users else shape
