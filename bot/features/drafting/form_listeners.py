"""A draft asked for by a form: the button of the home tab, a shortcut from anywhere, a shortcut of a message."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.views import View

from bot.features.drafting import forms
from bot.features.drafting.asking import AskByForm, FindChoices, Spot
from bot.slack.failures import failures_told_by
from bot.slack.forms import errors_at
from bot.slack.modals import Modals
from bot.slack.mrkdwn import unescape
from pipeline.errors import MissingArgument

OPEN: Final = "drafting.open"  # a button of the home tab
ANYWHERE: Final = "drafting.write_draft"
FROM_MESSAGE: Final = "drafting.draft_from_message"


@dataclass(frozen=True, slots=True)
class DraftFormListeners:
    choices: FindChoices
    ask: AskByForm
    modals: Modals

    def register(self, app: AsyncApp) -> None:
        app.action(OPEN)(self.on_open)
        app.shortcut(ANYWHERE)(self.on_open)
        app.shortcut(FROM_MESSAGE)(self.on_message)
        app.view(forms.FORM)(self.on_filled)

    async def on_open(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        self.show(body, None)
        await ack()

    async def on_message(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        message = body["message"]
        spot = Spot(body["channel"]["id"], message.get("thread_ts") or message["ts"])
        self.show(body, spot, forms.brief_of(unescape(message.get("text") or "")))
        await ack()

    def show(self, body: dict[str, Any], spot: Spot | None, brief: str = "") -> None:
        fill = partial(self.filled, body["team"]["id"], body["user"]["id"], spot, brief)
        self.modals.open(body["trigger_id"], forms.loading(), fill=fill)

    async def filled(self, team_id: str, user: str, spot: Spot | None, brief: str) -> View:
        return forms.draft_form(await self.choices(team_id, user), spot, brief)

    async def on_filled(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, forms.BRIEF)):
            try:
                wish = forms.wish_entered(view, team_id=body["team"]["id"], user=body["user"]["id"])
            except MissingArgument:
                await ack(response_action="errors", errors={forms.LENGTH: forms.NO_LENGTH})
                return
            await self.ask(wish)
            await ack()
