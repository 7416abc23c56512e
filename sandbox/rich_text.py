"""What a person's client makes of typed text: escaping, mentions, and the rich_text block."""

import re
import secrets
from typing import Any

from sandbox.workspace import Workspace

_TOKEN = re.compile(r"<(?:@[A-Z0-9]+|#[A-Z0-9]+(?:\|[^>]*)?|![^>]+|https?://[^>]+|mailto:[^>]+)>")
_NAME = re.compile(r"(?<![\w<])([@#])([a-zA-Z0-9][a-zA-Z0-9._-]*)")


def as_typed(workspace: Workspace, text: str) -> str:
    """Slack's wire form: & < > escaped, @name and #name of known members and channels made into ids.

    Text that already holds tokens such as <@U0OWNER> or <https://…> keeps them.
    """
    kept: list[str] = []
    last = 0
    for token in _TOKEN.finditer(text):
        kept += [_plain(workspace, text[last : token.start()]), token.group()]
        last = token.end()
    return "".join([*kept, _plain(workspace, text[last:])])


def _plain(workspace: Workspace, text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _NAME.sub(lambda found: _named(workspace, found), escaped)


def _named(workspace: Workspace, found: re.Match[str]) -> str:
    sign, name = found.groups()
    trailing = name[len(name.rstrip(".")) :]
    name = name.rstrip(".")
    if sign == "#":
        channel = workspace.channel_named(name)
        return f"<#{channel.channel_id}|{name}>{trailing}" if channel else found.group()
    member = workspace.member_named(name) or workspace.member_named(name.lower())
    if member:
        return f"<@{member.user_id}>{trailing}"
    group = next((one for one in workspace.usergroups.values() if one.handle == name), None)
    return f"<!subteam^{group.usergroup_id}>{trailing}" if group else found.group()


def with_names(workspace: Workspace, text: str) -> str:
    """The form slash commands get with should_escape: <@U0OWNER|owner> in place of <@U0OWNER>."""

    def named(found: re.Match[str]) -> str:
        member = workspace.members.get(found.group(1))
        return f"<@{found.group(1)}|{member.name}>" if member else found.group()

    return re.sub(r"<@([A-Z0-9]+)>", named, text)


def rich_text_of(text: str) -> dict[str, Any]:
    """One section of plain runs and user mentions; enough for apps that look at blocks."""
    elements: list[dict[str, Any]] = []
    last = 0
    for mention in re.finditer(r"<@([A-Z0-9]+)>", text):
        elements += _run(text[last : mention.start()])
        elements.append({"type": "user", "user_id": mention.group(1)})
        last = mention.end()
    elements += _run(text[last:])
    return {
        "type": "rich_text",
        "block_id": secrets.token_hex(3),
        "elements": [{"type": "rich_text_section", "elements": elements}],
    }


def _run(text: str) -> list[dict[str, Any]]:
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return [{"type": "text", "text": plain}] if plain else []
