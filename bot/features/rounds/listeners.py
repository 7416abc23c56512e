"""/voice round."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp

from bot.features.rounds.usecase import Asked, PreviewRound
from bot.features.rounds.views import asked
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.grammar import Typed, parse_handle
from pipeline.errors import MissingArgument


@dataclass(frozen=True, slots=True)
class RoundListeners:
    preview: PreviewRound
    commands: Commands

    def register(self, app: AsyncApp) -> None:  # noqa: ARG002  # every feature registers alike
        self.commands.add(Verb("round", "round <name>", "what the feedback will become next time", self.on_round))

    async def on_round(self, typed: Typed) -> Reply:
        if not typed.words:
            raise MissingArgument("/voice round founder")
        wanted = Asked(
            team_id=typed.team_id,
            channel_id=typed.channel_id,
            user=typed.user,
            delivery=typed.delivery,
            handle=parse_handle(typed.words[0]),
            thread_ts=typed.thread_ts,
        )
        return Reply(asked(await self.preview(wanted)))
