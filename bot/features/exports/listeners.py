"""/voice export."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp

from bot.features.exports.usecase import AskForExport
from bot.features.exports.views import UNDER_WAY
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.grammar import Typed, parse_handle
from pipeline.errors import MissingArgument


@dataclass(frozen=True, slots=True)
class ExportListeners:
    ask: AskForExport
    commands: Commands

    def register(self, app: AsyncApp) -> None:  # noqa: ARG002  # every feature has the same shape
        self.commands.add(
            Verb("export", "export <name>", "everything about a voice as one zip, to you", self.on_export)
        )

    async def on_export(self, typed: Typed) -> Reply:
        if not typed.words:
            raise MissingArgument("/voice export founder")
        voice = await self.ask(typed.team_id, typed.user, parse_handle(typed.words[0]))
        return Reply(UNDER_WAY.format(handle=voice.handle))
