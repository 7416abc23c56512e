"""What people decide about versions: promote, promote for a reason, keep on trial, retire."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.duels import views
from bot.features.duels.promoting import CheckPromotion, KeepOnTrial, Promote, Promotion, Retire
from bot.slack.failures import failures_told_by, sentence_for
from bot.slack.forms import errors_at
from bot.slack.modals import Modals
from bot.slack.reasons import REASON, TOO_SHORT, is_reason, reason_entered, reason_form
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.duels import DuelId
from pipeline.domain.training import VoiceModelId
from pipeline.errors import PromotionBlocked

OVERRIDE_FORM = "duels.override_form"


@dataclass(frozen=True, slots=True)
class VersionListeners:
    check: CheckPromotion
    promote: Promote
    retire: Retire
    keep: KeepOnTrial
    modals: Modals
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        app.action(views.PROMOTE)(self.on_promote)
        app.action(views.OVERRIDE)(self.on_override)
        app.view(OVERRIDE_FORM)(self.on_overridden)
        app.action(views.RETIRE)(self.on_retire)
        app.action(views.KEEP)(self.on_keep)

    async def on_promote(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        where = pressed(body)
        async with failures_told_by(self.whispers.to(where)):
            try:
                await self.promote(promotion(body, action["value"]))
            except PromotionBlocked as error:
                facts = {"sentence": sentence_for(error), "model_id": action["value"]}
                await self.whispers.say(where, views.BLOCKED, facts)
        await ack()

    async def on_override(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.check(promotion(body, action["value"]))
            form = reason_form(
                OVERRIDE_FORM,
                action["value"],
                title="Promote all the same",
                question="Why may it write for everybody?",
                hint="The owner read ten of its drafts and would have posted eight.",
                shown_where="The voice's card and the audit log show this reason with your name.",
            )
            self.modals.open(body["trigger_id"], form)
        await ack()

    async def on_overridden(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        tell = errors_at(ack, REASON)
        if not is_reason(view):
            await tell(TOO_SHORT)
            return
        async with failures_told_by(tell):
            await self.promote(promotion(body, view["private_metadata"], reason_entered(view)))
            await ack()

    async def on_retire(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.retire(promotion(body, action["value"]))
        await ack()

    async def on_keep(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.keep(DuelId(int(action["value"])), body["team"]["id"], body["user"]["id"])
        await ack()


def promotion(body: dict[str, Any], model_id: str, reason: str = "") -> Promotion:
    return Promotion(body["team"]["id"], body["user"]["id"], VoiceModelId(int(model_id)), reason)
