"""Reads an app manifest: which scopes, events, commands and shortcuts the app has."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

SCOPES_OF_EVENT: dict[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "tokens_revoked": (),
    "file_deleted": ("files:read",),
    "file_shared": ("files:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
}


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    should_escape: bool


@dataclass(frozen=True, slots=True)
class Shortcut:
    callback_id: str
    name: str
    kind: Literal["global", "message"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """bot_events: what the app subscribes to; an event also needs one of its scopes (SCOPES_OF_EVENT)."""

    app_name: str
    bot_name: str
    scopes: frozenset[str]
    bot_events: frozenset[str]
    commands: dict[str, Command]
    shortcuts: dict[str, Shortcut]
    home_tab: bool
    messages_tab: bool

    def event_refusal(self, subscription: str) -> str | None:
        """Why Slack would not deliver this event, or None."""
        if subscription not in self.bot_events:
            return f"not subscribed to {subscription}"
        wanted = SCOPES_OF_EVENT.get(subscription, ())
        if wanted and not self.scopes.intersection(wanted):
            return f"no scope {' or '.join(wanted)} for {subscription}"
        return None


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest as plain dictionaries. YAML covers JSON manifests too."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict):
        raise ValueError(f"{path} is not a manifest")
    return raw


def load_manifest(path: Path) -> Manifest:
    return parse_manifest(read_manifest(path))


def parse_manifest(raw: dict[str, Any]) -> Manifest:
    features = raw.get("features", {})
    app_name = str(raw["display_information"]["name"])
    home = features.get("app_home", {})
    return Manifest(
        app_name=app_name,
        bot_name=str(features.get("bot_user", {}).get("display_name", app_name)),
        scopes=frozenset(raw.get("oauth_config", {}).get("scopes", {}).get("bot", ())),
        bot_events=frozenset(raw.get("settings", {}).get("event_subscriptions", {}).get("bot_events", ())),
        commands={
            one["command"]: Command(one["command"], bool(one.get("should_escape", False)))
            for one in features.get("slash_commands", ())
        },
        shortcuts={
            one["callback_id"]: Shortcut(one["callback_id"], one["name"], one["type"])
            for one in features.get("shortcuts", ())
        },
        home_tab=bool(home.get("home_tab_enabled", False)),
        messages_tab=bool(home.get("messages_tab_enabled", False)),
    )
