"""The button of the cleaning report that asks for pictures."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.pictures import views
from bot.features.pictures.usecase import AskForPictures
from bot.slack.failures import failures_told_by
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.voices import RoundId


@dataclass(frozen=True, slots=True)
class PictureListeners:
    ask: AskForPictures
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        app.action(views.SHOW)(self.on_show)

    async def on_show(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            are_coming = await self.ask(body["team"]["id"], RoundId(int(action["value"])))
            await tell(views.COMING if are_coming else views.NOTHING)
        await ack()
