"""/voice consent, and the buttons of the request."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.consent.usecase import AnswerConsent, ShowConsent, WithdrawConsent
from bot.features.consent.views import AGREE, REFUSE, WITHDRAW, consent_page
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by
from bot.slack.grammar import Typed, parse_handle
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.voices import ConsentId
from pipeline.errors import MissingArgument


@dataclass(frozen=True, slots=True)
class ConsentListeners:
    answer: AnswerConsent
    show: ShowConsent
    withdraw: WithdrawConsent
    commands: Commands
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        self.commands.add(Verb("consent", "consent <name>", "owner: see or withdraw your consent", self.on_show))
        app.action(AGREE)(self.on_answer)
        app.action(REFUSE)(self.on_answer)
        app.action(WITHDRAW)(self.on_withdraw)

    async def on_show(self, typed: Typed) -> Reply:
        if not typed.words:
            raise MissingArgument("/voice consent founder")
        voice, consent = await self.show(typed.team_id, typed.user, parse_handle(typed.words[0]))
        text, blocks = consent_page(voice, consent)
        return Reply(text, blocks)

    async def on_answer(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            consent_id = ConsentId(int(action["value"]))
            await self.answer(consent_id, body["user"]["id"], agrees=action["action_id"] == AGREE)
        await ack()

    async def on_withdraw(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.withdraw(ConsentId(int(action["value"])), body["user"]["id"])
        await ack()
