"""The small made-up workspace that a sandbox starts with. Ids are stable, names are roles."""

from sandbox.manifest import Manifest
from sandbox.workspace import SLACKBOT, Channel, Member, UserGroup, Workspace

BOT_USER = "U0UNDERSTUDY"
PEOPLE = {
    "U0STEWARD": ("steward", "The Steward"),
    "U0OWNER": ("owner", "The Owner"),
    "U0EDITOR": ("editor", "The Editor"),
    "U0APPROVER": ("approver", "The Approver"),
    "U0APPROVER2": ("approver-2", "The Second Approver"),
    "U0MEMBER": ("member", "A Member"),
    "U0GUEST": ("guest", "A Guest"),
}
CHANNELS = {"C0CONTENT": "content", "C0CONTENTLAB": "content-lab", "C0VOICESPEND": "voice-spend"}
CHANNEL_WITHOUT_BOT = ("C0RANDOM", "random")
USERGROUPS = {
    "S0EDITORS": ("editors", "Editors", ["U0EDITOR", "U0STEWARD"]),
    "S0APPROVERS": ("approvers", "Approvers", ["U0APPROVER", "U0APPROVER2"]),
}


def default_workspace(manifest: Manifest) -> Workspace:
    """The bot is a member of #content, #content-lab and #voice-spend, and not of #random."""
    workspace = Workspace(
        team_id="T0SANDBOX",
        team_name="Sandbox",
        domain="sandbox",
        app_id="A0UNDERSTUDY",
        bot_id="B0UNDERSTUDY",
        bot_user_id=BOT_USER,
    )
    for user_id, (name, real_name) in PEOPLE.items():
        workspace.add_member(
            Member(user_id, name, real_name, is_admin=user_id == "U0STEWARD", is_guest=user_id == "U0GUEST")
        )
    workspace.add_member(Member(BOT_USER, manifest.bot_name.lower().replace(" ", "_"), manifest.bot_name, is_bot=True))
    workspace.add_member(Member(SLACKBOT, "slackbot", "Slackbot", is_bot=True))
    for channel_id, name in CHANNELS.items():
        workspace.add_channel(Channel(channel_id, name, "channel", [*PEOPLE, BOT_USER]))
    workspace.add_channel(Channel(*CHANNEL_WITHOUT_BOT, "channel", [*PEOPLE]))
    for usergroup_id, (handle, name, members) in USERGROUPS.items():
        workspace.usergroups[usergroup_id] = UserGroup(usergroup_id, handle, name, list(members))
    return workspace
