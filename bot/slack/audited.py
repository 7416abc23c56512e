"""What cards say of editors' looks at the texts (pure)."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.slack.mrkdwn import person


def audited(audits: Iterable[Mapping[str, Any]]) -> str:
    """ "audited by @editor, 9/10"; empty when nobody was asked."""
    return " · ".join(one_audit(facts) for facts in audits)


def one_audit(facts: Mapping[str, Any]) -> str:
    who, rows = person(facts["editor"]), facts["rows"]
    if facts["seen"] < rows:
        said = f"{who} checked {facts['seen']} of {rows}" if facts["seen"] else f"{who} is checking {rows} texts"
    else:
        said = f"audited by {who}, {facts['kept']}/{rows}"
    return f"{said}, before the texts last changed" if facts["is_stale"] else said
