"""/voice duel, its form, the votes, and what is pressed at the end."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.views import View

from bot.features.duels import forms, views
from bot.features.duels.closing import CloseNow, CloseShort, Extend
from bot.features.duels.looking import FindBout, LostBriefs, RepeatDuel
from bot.features.duels.usecase import CheckDuel, FillDuelForm, Pairing, StartDuel
from bot.features.duels.voting import CastVote, Pressed, Spot
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by
from bot.slack.forms import errors_at
from bot.slack.grammar import Typed
from bot.slack.modals import Modals
from bot.slack.whispers import Whisper, Whispers, pressed
from pipeline.domain.duels import DuelId
from pipeline.errors import MissingArgument


@dataclass(frozen=True, slots=True)
class DuelListeners:
    check: CheckDuel
    fill: FillDuelForm
    start: StartDuel
    vote: CastVote
    close_now: CloseNow
    close_short: CloseShort
    extend: Extend
    repeat: RepeatDuel
    lost: LostBriefs
    bout: FindBout
    commands: Commands
    modals: Modals
    whispers: Whispers

    def register_first(self, app: AsyncApp) -> None:
        """Before feedback's: of the listeners for an emoji, Bolt runs the first whose matchers agree."""
        app.event("reaction_added", matchers=[self.is_on_bout])(self.on_emoji)

    def register(self, app: AsyncApp) -> None:
        usage, says = "duel <name>@v2 vs plain", "two versions, judged blind and in secret"
        self.commands.add(Verb("duel", usage, says, self.on_duel))
        app.view(forms.FORM)(self.on_started)
        app.action(re.compile("^" + re.escape(views.VOTE)))(self.on_vote)
        app.action(views.CLOSE_NOW)(self.on_close_now)
        app.action(views.CLOSE_SHORT)(self.on_close_short)
        app.action(views.EXTEND)(self.on_extend)
        app.action(views.MORE)(self.on_more)
        app.action(views.LOST_BRIEFS)(self.on_lost)

    async def on_duel(self, typed: Typed) -> Reply:
        if typed.trigger_id is None:
            raise MissingArgument(forms.USAGE)
        pairing, brief = forms.typed_pairing(typed.words)
        await self.check(typed.team_id, typed.user, pairing)
        fill = partial(self.filled, typed.team_id, typed.user, pairing, brief)
        return Reply(modal=forms.loading(pairing), fill=fill)

    async def filled(self, team_id: str, user: str, pairing: Pairing, brief: str) -> View:
        return forms.duel_form(await self.fill(team_id, user, pairing, brief))

    async def on_started(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, forms.CEILING)):
            await self.start(forms.wish_entered(body["team"]["id"], body["user"]["id"], view))
            await ack()

    async def on_vote(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            said = cast("Pressed", action["action_id"].removeprefix(views.VOTE))
            done = await self.vote(spot(action), body["team"]["id"], body["user"]["id"], said)
            await tell(views.voted(done))
        await ack()

    async def on_close_now(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.close_now(DuelId(int(action["value"])), body["team"]["id"], body["user"]["id"])
        await ack()

    async def on_close_short(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.close_short(DuelId(int(action["value"])), body["team"]["id"], body["user"]["id"])
        await ack()

    async def on_extend(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.extend(DuelId(int(action["value"])), body["team"]["id"], body["user"]["id"])
        await ack()

    async def on_more(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        team_id, user = body["team"]["id"], body["user"]["id"]
        async with failures_told_by(self.whispers.to(pressed(body))):
            pairing = await self.repeat(DuelId(int(action["value"])), team_id, user)
            fill = partial(self.filled, team_id, user, pairing, "")
            self.modals.open(body["trigger_id"], forms.loading(pairing), fill=fill)
        await ack()

    async def on_lost(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            await tell(views.lost_briefs(await self.lost(DuelId(int(action["value"])), body["team"]["id"])))
        await ack()

    async def is_on_bout(self, event: dict[str, Any], body: dict[str, Any]) -> bool:
        item = event["item"]
        return item["type"] == "message" and await self.bout(body["team_id"], item["channel"], item["ts"])

    async def on_emoji(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        item = event["item"]
        where = Whisper(body["team_id"], item["channel"], event["user"], f"duel-emoji:{item['ts']}")
        await self.whispers.to(where)(views.NO_EMOJI)


def spot(action: dict[str, Any]) -> Spot:
    duel_id, number = action["value"].split(":")
    return Spot(DuelId(int(duel_id)), int(number))
