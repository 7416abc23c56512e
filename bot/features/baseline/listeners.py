"""The button and form that start a comparison, judges' answers, and what the steward makes of the outcome."""

import re
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.baseline_gate import START
from bot.features.baseline import forms, views
from bot.features.baseline.deciding import CheckOverride, TrainAnyway, UseFewShot
from bot.features.baseline.judging import CloseEarly, Judge, Place
from bot.features.baseline.usecase import OpenStartForm, StartComparison
from bot.overriding import Override
from bot.slack.failures import failures_told_by
from bot.slack.forms import errors_at
from bot.slack.modals import Modals
from bot.slack.reasons import REASON, TOO_SHORT, is_reason, override_entered
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.baselines import BaselineId, Guess
from pipeline.domain.voices import DatasetId

GUESS_OF: dict[str, Guess] = {views.GUESS + "A": "A", views.GUESS + "B": "B", views.GUESS + "unsure": "unsure"}


@dataclass(frozen=True, slots=True)
class BaselineListeners:
    open_start: OpenStartForm
    start: StartComparison
    judge: Judge
    close: CloseEarly
    use: UseFewShot
    check_override: CheckOverride
    train_anyway: TrainAnyway
    modals: Modals
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        app.action(START)(self.on_start)
        app.view(forms.FORM)(self.on_started)
        app.action(re.compile("^" + re.escape(views.GUESS)))(self.on_guess)
        app.action(views.CLOSE)(self.on_close)
        app.action(views.USE)(self.on_use)
        app.action(views.OVERRIDE)(self.on_override)
        app.view(forms.OVERRIDE_FORM)(self.on_overridden)

    async def on_start(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            form = await self.open_start(body["team"]["id"], action["value"], body["user"]["id"])
            self.modals.open(body["trigger_id"], forms.start_form(form))
        await ack()

    async def on_started(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, forms.BASE)):
            await self.start(forms.wish_entered(body["team"]["id"], body["user"]["id"], view))
            await ack()

    async def on_guess(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.judge(place(action), body["team"]["id"], body["user"]["id"], GUESS_OF[action["action_id"]])
        await ack()

    async def on_close(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.close(BaselineId(int(action["value"])), body["team"]["id"], body["user"]["id"])
        await ack()

    async def on_use(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.use(BaselineId(int(action["value"])), body["team"]["id"], body["user"]["id"])
        await ack()

    async def on_override(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            dataset_id = DatasetId(int(action["value"]))
            await self.check_override(Override(body["team"]["id"], body["user"]["id"], dataset_id))
            self.modals.open(body["trigger_id"], forms.override_form(dataset_id))
        await ack()

    async def on_overridden(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        tell = errors_at(ack, REASON)
        if not is_reason(view):
            await tell(TOO_SHORT)
            return
        async with failures_told_by(tell):
            await self.train_anyway(override_entered(body["team"]["id"], body["user"]["id"], view))
            await ack()


def place(action: dict[str, Any]) -> Place:
    baseline_id, number = action["value"].split(":")
    return Place(BaselineId(int(baseline_id)), int(number))
