"""/voice train, the form that asks for approval, and the approver's two buttons."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.approver_buttons import APPROVE, DECLINE, RAISE
from bot.cards import ASK
from bot.features.spending.approver_views import OWN
from bot.features.spending.asking import AskForSpend, OpenTrainForm
from bot.features.spending.forms import (
    TRAIN,
    asking_errors,
    decline_decision,
    decline_form,
    spend_wish,
    train_form,
)
from bot.features.spending.usecase import ApproveSpend, CheckDecline, Decision, DeclineSpend
from bot.slack.amounts import WrongEntry
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by
from bot.slack.forms import errors_at
from bot.slack.grammar import Typed, parse_handle
from bot.slack.modals import Modals
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.spending import SpendRequestId
from pipeline.errors import MissingArgument, OwnRequest

TRAIN_USAGE = "/voice train founder"


@dataclass(frozen=True, slots=True)
class SpendingListeners:
    form: OpenTrainForm
    ask: AskForSpend
    approve: ApproveSpend
    check_decline: CheckDecline
    decline: DeclineSpend
    commands: Commands
    modals: Modals
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        self.commands.add(Verb("train", "train <name>", "ask an approver for the money", self.on_train))
        app.action(ASK)(self.on_ask)
        app.view(TRAIN)(self.on_asked)
        app.action(APPROVE)(self.on_approve)
        app.action(RAISE)(self.on_approve)
        app.action(DECLINE)(self.on_decline)
        app.view(DECLINE)(self.on_declined)

    async def on_train(self, typed: Typed) -> Reply:
        if not typed.words or typed.trigger_id is None:
            raise MissingArgument(TRAIN_USAGE)
        form = await self.form(typed.team_id, parse_handle(typed.words[0]), typed.user)
        return Reply(modal=train_form(form))

    async def on_ask(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            form = await self.form(body["team"]["id"], action["value"], body["user"]["id"])
            self.modals.open(body["trigger_id"], train_form(form))
        await ack()

    async def on_asked(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, "base")):
            try:
                errors = asking_errors(await self.ask(spend_wish(body["team"]["id"], body["user"]["id"], view)))
            except WrongEntry as wrong:
                errors = {wrong.block_id: wrong.sentence}
            await (ack(response_action="errors", errors=errors) if errors else ack())

    async def on_approve(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        whisper, pressed_on = pressed(body), decision(body, action)
        async with failures_told_by(self.whispers.to(whisper)):
            try:
                await self.approve(pressed_on)
            except OwnRequest as own:
                if not own.emergency:
                    raise
                facts = {"approvers": own.approvers, "request_id": pressed_on.request_id}
                await self.whispers.say(whisper, OWN, facts)
        await ack()

    async def on_decline(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            request = await self.check_decline(decision(body, action))
            self.modals.open(body["trigger_id"], decline_form(request))
        await ack()

    async def on_declined(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, "reason")):
            await self.decline(decline_decision(body["team"]["id"], body["user"]["id"], view))
            await ack()


def decision(body: dict[str, Any], action: dict[str, Any]) -> Decision:
    raises = action.get("action_id") == RAISE
    return Decision(body["team"]["id"], SpendRequestId(int(action["value"])), body["user"]["id"], raises=raises)
