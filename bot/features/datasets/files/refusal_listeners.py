"""How the dataset thread answers a press that may not count: with a sentence, or with a way to ask the steward."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.datasets import views
from bot.features.datasets.files.asking import NOT_STEWARD, AskSteward, wish
from bot.slack.failures import failures_told_by, sentence_for
from bot.slack.whispers import Whisper, Whispers, pressed
from pipeline.domain.voices import RoundId
from pipeline.errors import NotSteward

PASSED_ON = "I asked in the dataset thread."


@dataclass(frozen=True, slots=True)
class Refusals:
    """Shared by the listeners of this feature; itself listens for the wish to be passed on."""

    ask: AskSteward
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        app.action(views.ASK_STEWARD)(self.on_ask)

    @asynccontextmanager
    async def told(self, to: Whisper, round_id: RoundId, wanted: str) -> AsyncIterator[None]:
        """wanted: what the press would have done, after "asks you to"."""
        async with failures_told_by(self.whispers.to(to)):
            try:
                yield
            except NotSteward as error:
                facts = {"sentence": sentence_for(error), "wish": wish(round_id, wanted)}
                await self.whispers.say(to, NOT_STEWARD, facts)

    async def on_ask(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            await self.ask(action["value"], body["user"]["id"])
            await tell(PASSED_ON)
        await ack()


def wanted(action: dict[str, Any]) -> str:
    """The button as it reads."""
    return f"press “{action['text']['text']}”"
