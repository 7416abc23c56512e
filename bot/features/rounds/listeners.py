"""/voice round, and its buttons: decide what is contested, open contradictions, take the feedback in."""

import re
from dataclasses import dataclass
from typing import Any, cast

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.rounds.deciding import AskOwner, DecideContested
from bot.features.rounds.taking import AskToTake
from bot.features.rounds.usecase import Asked, CountDislikes, LookAtContradictions, PreviewRound
from bot.features.rounds.views import DECIDE, DECIDED, OPEN_BOTH, TAKE, TAKING, asked, asked_owner, both_texts, disliked
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by
from bot.slack.grammar import Typed, parse_handle
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.drafting import DraftId
from pipeline.domain.feedback import Decided
from pipeline.domain.voices import VoiceId
from pipeline.errors import MissingArgument


@dataclass(frozen=True, slots=True)
class RoundListeners:
    preview: PreviewRound
    take: AskToTake
    ask_owner: AskOwner
    decide: DecideContested
    contradictions: LookAtContradictions
    dislikes: CountDislikes
    commands: Commands
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        app.action(TAKE)(self.on_take)
        app.action(DECIDE)(self.on_decide)
        app.action(re.compile("^" + re.escape(DECIDED)))(self.on_decided)
        app.action(OPEN_BOTH)(self.on_open_both)
        self.commands.add(Verb("round", "round <name>", "what the feedback will become next time", self.on_round))

    async def on_take(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            await self.take(VoiceId(int(action["value"])), body["team"]["id"], body["user"]["id"])
            await tell(TAKING)
        await ack()

    async def on_decide(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            asked_now = await self.ask_owner(VoiceId(int(action["value"])), body["team"]["id"], body["user"]["id"])
            await tell(asked_owner(*asked_now))
        await ack()

    async def on_decided(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            said = cast("Decided", action["action_id"].removeprefix(DECIDED))
            await self.decide(DraftId(int(action["value"])), body["team"]["id"], body["user"]["id"], said)
        await ack()

    async def on_open_both(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            await tell(both_texts(await self.contradictions(VoiceId(int(action["value"])), body["team"]["id"])))
        await ack()

    async def on_round(self, typed: Typed) -> Reply:
        if not typed.words:
            raise MissingArgument("/voice round founder")
        wanted = Asked(
            team_id=typed.team_id,
            channel_id=typed.channel_id,
            user=typed.user,
            delivery=typed.delivery,
            handle=parse_handle(typed.words[0]),
            thread_ts=typed.thread_ts,
        )
        answered = asked(await self.preview(wanted))
        return Reply(f"{answered}{disliked(await self.dislikes(typed.team_id, wanted.handle))}")
