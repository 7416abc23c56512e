"""The buttons that ask what changed."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.differences.usecase import AskWhatChanged, Comparison, Wish
from bot.features.differences.views import MORE, SINCE_BEFORE, SINCE_LAST_ROUND
from bot.slack.failures import failures_told_by
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.voices import RoundId


@dataclass(frozen=True, slots=True)
class DifferenceListeners:
    ask: AskWhatChanged
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        app.action(SINCE_BEFORE)(self.on_asked)
        app.action(SINCE_LAST_ROUND)(self.on_asked)
        app.action(MORE)(self.on_more)

    async def on_asked(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            since_last_round = action["action_id"] == SINCE_LAST_ROUND
            await self.ask(RoundId(int(action["value"])), wish(body), since_last_round=since_last_round)
        await ack()

    async def on_more(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.ask.more(Comparison.of_text(action["value"]), wish(body))
        await ack()


def wish(body: dict[str, Any]) -> Wish:
    here = pressed(body)
    return Wish(here.team_id, here.channel_id, here.user, here.delivery, here.thread_ts)
