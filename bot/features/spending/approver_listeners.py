"""Buttons and forms of approvers, besides yes and no."""

from dataclasses import dataclass
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.approver_buttons import DIRECT, QUESTION, STAND_IN, STAND_IN_END
from bot.features.spending import approver_forms as forms
from bot.features.spending.approver_views import OPEN_EMERGENCY
from bot.features.spending.listeners import decision
from bot.features.spending.questions import AskAboutRequest
from bot.features.spending.standing_in import ChooseDirect, NameStandIn
from bot.features.spending.usecase import ApproveInEmergency, CheckDecline, CheckEmergency
from bot.slack.failures import failures_told_by
from bot.slack.forms import errors_at
from bot.slack.modals import Modals
from bot.slack.whispers import Whispers, pressed
from pipeline.ports import Clock

YES: Final = "yes"


@dataclass(frozen=True, slots=True)
class ApproverListeners:
    check_emergency: CheckEmergency
    emergency: ApproveInEmergency
    check: CheckDecline
    question: AskAboutRequest
    stand_in: NameStandIn
    direct: ChooseDirect
    clock: Clock
    modals: Modals
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        app.action(OPEN_EMERGENCY)(self.on_open_emergency)
        app.view(forms.EMERGENCY_FORM)(self.on_emergency)
        app.action(QUESTION)(self.on_open_question)
        app.view(forms.QUESTION_FORM)(self.on_question)
        app.action(STAND_IN)(self.on_open_stand_in)
        app.view(forms.STAND_IN_FORM)(self.on_stand_in)
        app.action(STAND_IN_END)(self.on_end_stand_in)
        app.action(DIRECT)(self.on_direct)

    async def on_open_emergency(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            request = await self.check_emergency(decision(body, action))
            self.modals.open(body["trigger_id"], forms.emergency_form(request))
        await ack()

    async def on_emergency(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, forms.REASON)):
            await self.emergency(forms.with_words(body["team"]["id"], body["user"]["id"], view))
            await ack()

    async def on_open_question(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            request = await self.check(decision(body, action))
            self.modals.open(body["trigger_id"], forms.question_form(request))
        await ack()

    async def on_question(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, forms.REASON)):
            await self.question(forms.with_words(body["team"]["id"], body["user"]["id"], view))
            await ack()

    async def on_open_stand_in(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        self.modals.open(body["trigger_id"], forms.stand_in_form(self.clock().date()))
        await ack()

    async def on_stand_in(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, forms.PERSON)):
            await self.stand_in(body["team"]["id"], body["user"]["id"], *forms.chosen_stand_in(view))
            await ack()

    async def on_end_stand_in(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.stand_in(body["team"]["id"], body["user"]["id"], None, None)
        await ack()

    async def on_direct(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.direct(body["team"]["id"], body["user"]["id"], wants=action["value"] == YES)
        await ack()
