"""/voice settings."""

from dataclasses import dataclass
from typing import Any, Final

from slack_bolt.async_app import AsyncApp

from bot.features.preferences.usecase import TARGETS_S, ChoosePreferences
from bot.features.preferences.views import chosen_text
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.grammar import Typed, parse_handle
from pipeline.errors import MissingArgument

USAGE: Final = f"/voice settings founder seconds=30 digest=yes, with seconds from {TARGETS_S[0]} to {TARGETS_S[-1]}"
ANSWERS: Final = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}


@dataclass(frozen=True, slots=True)
class PreferenceListeners:
    choose: ChoosePreferences
    commands: Commands

    def register(self, app: AsyncApp) -> None:  # noqa: ARG002  # every feature registers alike
        usage, says = "settings <name> seconds=30 digest=yes", "how long a draft may take; the weekly digest"
        self.commands.add(Verb("settings", usage, says, self.on_settings, ("seconds", "digest")))

    async def on_settings(self, typed: Typed) -> Reply:
        if len(typed.words) != 1:
            raise MissingArgument(USAGE)
        changes = changes_in(typed.flags)
        chosen = await self.choose(typed.team_id, typed.user, parse_handle(typed.words[0]), changes)
        return Reply(chosen_text(chosen, self.commands.command))


def changes_in(flags: dict[str, str]) -> dict[str, Any]:
    """Raises MissingArgument for what is no number of seconds, or neither yes nor no."""
    changes: dict[str, Any] = {}
    if (seconds := flags.get("seconds")) is not None:
        if not seconds.isdecimal() or int(seconds) not in TARGETS_S:
            raise MissingArgument(USAGE)
        changes["target_s"] = int(seconds)
    if (answer := flags.get("digest")) is not None:
        if answer.lower() not in ANSWERS:
            raise MissingArgument(USAGE)
        changes["weekly"] = ANSWERS[answer.lower()]
    return changes
