"""The manifest satisfies Slack's rules, and the rules notice when it does not."""

import copy
from typing import Any

import pytest

from sandbox.manifest import read_manifest
from sandbox.rules.manifest import manifest_problems
from sandbox.settings import DEFAULT_MANIFEST


def test_the_manifest_satisfies_slacks_rules() -> None:
    assert list(manifest_problems(read_manifest(DEFAULT_MANIFEST))) == []


def changed(path: str, value: Any) -> dict[str, Any]:
    """The manifest with the value at this dotted path replaced."""
    raw = copy.deepcopy(read_manifest(DEFAULT_MANIFEST))
    *way, last = path.split(".")
    place: Any = raw
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    place[last] = value
    return raw


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("display_information.name", "x" * 36, "less than 36"),
        ("features.shortcuts.0.name", "x" * 25, "less than 25"),
        ("features.slash_commands.0.command", "voice", "must start with /"),
        ("features.slash_commands.0.command", "/" + "x" * 32, "less than 33"),
        ("features.bot_user.colour", "red", "invalid additional property"),
        ("oauth_config.scopes.bot", ["commands"], "message.im needs im:history"),
        ("oauth_config.scopes.bot", ["chat:write"], "need the scope commands"),
        ("oauth_config.scopes.bot", ["chat:everything"], "must be one of"),
        ("settings.event_subscriptions.bot_events", ["message.everything"], "must be one of"),
        ("settings.socket_mode_enabled", False, "request_url is required"),
    ],
)
def test_a_manifest_that_slack_would_refuse_is_noticed(path: str, value: Any, reason: str) -> None:
    problems = list(manifest_problems(changed(path, value)))
    assert any(reason in one for one in problems), problems
