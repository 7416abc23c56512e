"""/voice forget, its form, and the buttons below what it comes to."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.forgetting.forms import FORM, ONE_THING, PERSON, chosen, forget_form
from bot.features.forgetting.usecase import AskToForget, DecideOnForgetting, LookAtForgettable
from bot.features.forgetting.views import FORGET, LEAVE
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by
from bot.slack.forms import errors_at
from bot.slack.grammar import Typed, parse_handle
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.erasures import ErasureId
from pipeline.errors import MissingArgument


@dataclass(frozen=True, slots=True)
class ForgettingListeners:
    look: LookAtForgettable
    ask: AskToForget
    decide: DecideOnForgetting
    commands: Commands
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        self.commands.add(Verb("forget", "forget <name>", "erase a file, a person, or one text", self.on_forget))
        app.view(FORM)(self.on_submitted)
        app.action(FORGET)(self.on_decided)
        app.action(LEAVE)(self.on_decided)

    async def on_forget(self, typed: Typed) -> Reply:
        if not typed.words or typed.trigger_id is None:
            raise MissingArgument("/voice forget founder")
        return Reply(modal=forget_form(await self.look(typed.team_id, typed.user, parse_handle(typed.words[0]))))

    async def on_submitted(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, PERSON)):
            wanted = chosen(view)
            if wanted is None:
                await ack(response_action="errors", errors={PERSON: ONE_THING})
                return
            await self.ask(body["team"]["id"], body["user"]["id"], view["private_metadata"], *wanted)
            await ack()

    async def on_decided(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            erasure_id, forgets = ErasureId(int(action["value"])), action["action_id"] == FORGET
            await self.decide(erasure_id, body["team"]["id"], body["user"]["id"], forgets=forgets)
        await ack()
