"""The buttons of a file's message, and files that are deleted in Slack."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.datasets.files import source_views
from bot.features.datasets.files.refusal_listeners import Refusals, wanted
from bot.features.datasets.files.sources import ConfirmLetters, LookInside, LoseFile, PutFileBack, ReadAgain, TakeOut
from bot.features.datasets.report.choosing import IncludeAuthor
from bot.slack.failures import failures_told_by
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.voices import RoundId, SourceId

Json = dict[str, Any]
Change = Callable[[SourceId, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SourceListeners:
    take_out: TakeOut
    put_back: PutFileBack
    read_again: ReadAgain
    confirm: ConfirmLetters
    lose: LoseFile
    look: LookInside
    include: IncludeAuthor
    whispers: Whispers
    refusals: Refusals

    def register(self, app: AsyncApp) -> None:
        app.event("file_deleted")(self.on_deleted)
        app.action(source_views.TAKE_OUT)(self.changing(self.take_out))
        app.action(source_views.DROP_IT)(self.changing(self.take_out))
        app.action(source_views.PUT_BACK)(self.changing(self.put_back))
        app.action(source_views.READ_AGAIN)(self.changing(self.read_again))
        app.action(source_views.LOOKS_RIGHT)(self.changing(self.confirm))
        app.action(source_views.SHOW_KEPT)(self.on_show_kept)
        app.action(source_views.SHOW_UNREAD)(self.on_show_unread)
        app.action(source_views.INCLUDE_AUTHOR)(self.on_include)

    def changing(self, change: Change) -> Callable[..., Awaitable[None]]:
        async def on_press(ack: AsyncAck, body: Json, action: Json) -> None:
            source_id = SourceId(int(action["value"]))
            round_id = await self.look.round_of(source_id)
            async with self.refusals.told(pressed(body), round_id, wanted(action)):
                await change(source_id, body["user"]["id"])
            await ack()

        return on_press

    async def on_deleted(self, event: Json, body: Json) -> None:
        await self.lose(body["team_id"], event["file_id"], body["event_id"])

    async def on_show_kept(self, ack: AsyncAck, body: Json, action: Json) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            await tell(source_views.kept_entries(await self.look.kept(SourceId(int(action["value"])))))
        await ack()

    async def on_show_unread(self, ack: AsyncAck, body: Json, action: Json) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            await tell(source_views.unread_items(await self.look.unread(SourceId(int(action["value"])))))
        await ack()

    async def on_include(self, ack: AsyncAck, body: Json, action: Json) -> None:
        round_id, author = json.loads(action["value"])
        async with self.refusals.told(pressed(body), RoundId(round_id), wanted(action)):
            await self.include(RoundId(round_id), body["user"]["id"], author)
        await ack()
