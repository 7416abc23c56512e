"""/voice round, and the button that takes its feedback in."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.rounds.taking import AskToTake
from bot.features.rounds.usecase import Asked, PreviewRound
from bot.features.rounds.views import TAKE, TAKING, asked
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by
from bot.slack.grammar import Typed, parse_handle
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.voices import VoiceId
from pipeline.errors import MissingArgument


@dataclass(frozen=True, slots=True)
class RoundListeners:
    preview: PreviewRound
    take: AskToTake
    commands: Commands
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        app.action(TAKE)(self.on_take)
        self.commands.add(Verb("round", "round <name>", "what the feedback will become next time", self.on_round))

    async def on_take(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            await self.take(VoiceId(int(action["value"])), body["team"]["id"], body["user"]["id"])
            await tell(TAKING)
        await ack()

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
