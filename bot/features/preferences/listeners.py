"""/voice settings."""

from dataclasses import dataclass
from typing import Any, Final

from slack_bolt.async_app import AsyncApp

from bot.features.preferences.drafters import ChooseDrafters
from bot.features.preferences.usecase import TARGETS_S, ChoosePreferences
from bot.features.preferences.views import chosen_text
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.grammar import Typed, mentioned, parse_handle
from pipeline.drafters import EVERYBODY, MOST_NAMED
from pipeline.errors import MissingArgument

USAGE: Final = (
    f"/voice settings founder seconds=30 digest=yes drafters=#content,@editors, with seconds from {TARGETS_S[0]} to "
    f"{TARGETS_S[-1]}, and drafters=everyone for everybody"
)
EVERYONE: Final = (["everyone"], ["everybody"], ["all"])
ANSWERS: Final = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}


@dataclass(frozen=True, slots=True)
class PreferenceListeners:
    choose: ChoosePreferences
    let_draft: ChooseDrafters
    commands: Commands

    def register(self, app: AsyncApp) -> None:  # noqa: ARG002  # every feature registers alike
        usage = "settings <name> drafters=#content seconds=30 digest=yes"
        says = "who may draft, how long that may take; the weekly digest"
        self.commands.add(Verb("settings", usage, says, self.on_settings, ("seconds", "digest", "drafters")))

    async def on_settings(self, typed: Typed) -> Reply:
        if not typed.words:
            raise MissingArgument(USAGE)
        handle, changes, drafters = parse_handle(typed.words[0]), changes_in(typed.flags), drafters_in(typed)
        if drafters is not None:
            await self.let_draft(typed.team_id, typed.user, handle, drafters)
        chosen = await self.choose(typed.team_id, typed.user, handle, changes)
        return Reply(chosen_text(chosen, self.commands.command))


def drafters_in(typed: Typed) -> tuple[str, ...] | None:
    """Slack ids; none for everybody; None where nothing was typed about it. Raises MissingArgument."""
    said = typed.flags.get("drafters")
    words = [one for word in (*(said or "").split(","), *typed.rest.split()) for one in word.split(",") if one]
    if said is None and not words:
        return None
    if said is not None and [word.lower() for word in words] in EVERYONE:
        return EVERYBODY
    ids = [mentioned(word) for word in words]
    if said is None or not ids or len(ids) > MOST_NAMED or None in ids:
        raise MissingArgument(USAGE)
    return tuple(dict.fromkeys(one for one in ids if one))


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
