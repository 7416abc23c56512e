"""Rules for app manifests. Limits: Slack's manifest reference and slackapi/manifest-schema."""

from collections.abc import Iterator
from typing import Any

from sandbox.manifest import SCOPES_OF_EVENT
from sandbox.rules.schema import Check, Shape, anything, boolean, choice, list_of, problem, string

KNOWN_SCOPES = (
    *("app_mentions:read", "channels:history", "channels:join", "channels:read", "chat:write", "commands"),
    *("chat:write.public", "files:read", "files:write", "groups:history", "groups:read", "im:history"),
    *("im:read", "im:write", "mpim:history", "mpim:read", "reactions:read", "reactions:write", "team:read"),
    *("usergroups:read", "users:read", "users:read.email"),
)
_NAME = string(255)

DISPLAY = Shape(
    {
        "name": string(35),
        "description": string(140),
        "long_description": string(4000, min_chars=175),
        "background_color": string(7, min_chars=4),
    },
    ("name",),
)
COMMAND = Shape(
    {
        "command": string(32, min_chars=2),
        "description": string(2000),
        "usage_hint": string(1000),
        "should_escape": boolean,
        "url": anything,
    },
    ("command", "description"),
)
SHORTCUT = Shape(
    {
        "name": string(24),
        "type": choice("message", "global"),
        "callback_id": _NAME,
        "description": string(150),
    },
    ("name", "type", "callback_id", "description"),
)
FEATURES = Shape(
    {
        "bot_user": Shape({"display_name": string(80), "always_online": boolean}, ("display_name",)),
        "app_home": Shape(
            dict.fromkeys(("home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"), boolean)
        ),
        "slash_commands": list_of(COMMAND, 50),
        "shortcuts": list_of(SHORTCUT, 10),
    }
)
EVENTS = Shape({"request_url": anything, "bot_events": list_of(choice(*SCOPES_OF_EVENT), 100)})
INTERACTIVITY: dict[str, Check] = {"is_enabled": boolean, "request_url": anything}
SETTINGS = Shape(
    {
        "event_subscriptions": EVENTS,
        "interactivity": Shape(INTERACTIVITY, ("is_enabled",)),
        **dict.fromkeys(("org_deploy_enabled", "socket_mode_enabled", "token_rotation_enabled"), boolean),
    }
)
OAUTH = Shape({"scopes": Shape({"bot": list_of(choice(*KNOWN_SCOPES), 255)}), "redirect_urls": anything})
MANIFEST = Shape(
    {
        "_metadata": anything,
        "display_information": DISPLAY,
        "features": FEATURES,
        "oauth_config": OAUTH,
        "settings": SETTINGS,
    },
    ("display_information",),
)


def manifest_problems(raw: Any) -> Iterator[str]:
    """Every reason Slack has to refuse this manifest, and every event that could never arrive."""
    yield from MANIFEST(raw, "")
    if not isinstance(raw, dict):
        return
    scopes = set(raw.get("oauth_config", {}).get("scopes", {}).get("bot", []))
    features, settings = raw.get("features", {}), raw.get("settings", {})
    for index, one in enumerate(features.get("slash_commands", [])):
        if not one.get("command", "").startswith("/"):
            yield problem("must start with /", f"/features/slash_commands/{index}/command")
    for name in settings.get("event_subscriptions", {}).get("bot_events", []):
        wanted = SCOPES_OF_EVENT.get(name, ())
        if wanted and not scopes.intersection(wanted):
            yield problem(f"{name} needs {' or '.join(wanted)}", "/oauth_config/scopes/bot")
    if (features.get("slash_commands") or features.get("shortcuts")) and "commands" not in scopes:
        yield problem("commands and shortcuts need the scope commands", "/oauth_config/scopes/bot")
    if not settings.get("socket_mode_enabled") and not settings.get("interactivity", {}).get("request_url"):
        yield problem("request_url is required without Socket Mode", "/settings/interactivity")
