"""The button and form that ask an editor, and the buttons of each text."""

import re
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.signoff import views
from bot.features.signoff.sending import ShowWhole
from bot.features.signoff.usecase import AskEditor, LookAtRow, OpenAsking, Place, PutBack
from bot.slack.failures import failures_told_by
from bot.slack.forms import errors_at, field_value
from bot.slack.modals import Modals
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.signoffs import Sight, SignoffId
from pipeline.domain.voices import RoundId


@dataclass(frozen=True, slots=True)
class SignoffListeners:
    open_asking: OpenAsking
    ask: AskEditor
    look: LookAtRow
    put_back: PutBack
    show_whole: ShowWhole
    modals: Modals
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        app.action(views.OPEN)(self.on_open)
        app.view(views.FORM)(self.on_form)
        app.action(views.KEEP)(self.on_answer)
        app.action(views.LEAVE_OUT)(self.on_answer)
        app.action(views.SHOW_ALL)(self.on_show_all)
        app.action(re.compile("^" + re.escape(views.PUT_BACK)))(self.on_put_back)

    async def on_open(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            round_id = RoundId(int(action["value"]))
            voice = await self.open_asking(round_id, body["team"]["id"], body["user"]["id"])
            self.modals.open(body["trigger_id"], views.form(round_id, voice))
        await ack()

    async def on_form(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, views.EDITOR)):
            round_id, editor = RoundId(int(view["private_metadata"])), field_value(view, views.EDITOR)
            await self.ask(round_id, body["team"]["id"], body["user"]["id"], editor)
            await ack()

    async def on_answer(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        sight: Sight = "kept" if action["action_id"] == views.KEEP else "left-out"
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.look(place(action), body["team"]["id"], body["user"]["id"], sight)
        await ack()

    async def on_show_all(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.show_whole(place(action), body["team"]["id"], body["user"]["id"])
        await ack()

    async def on_put_back(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.put_back(place(action), body["team"]["id"], body["user"]["id"])
        await ack()


def place(action: dict[str, Any]) -> Place:
    signoff_id, number = action["value"].split(":")
    return Place(SignoffId(int(signoff_id)), int(number))
