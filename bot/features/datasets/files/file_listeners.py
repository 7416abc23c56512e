"""The buttons on a file's message and the forms behind them; and the buttons that keep the most read."""

import re
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.datasets.files import file_forms, file_views
from bot.features.datasets.files.columns import ChooseColumns, ColumnsOf
from bot.features.datasets.files.speakers import ChooseSpeakers, SpeakersOf, UndoReading
from bot.features.datasets.report import best_read_views
from bot.features.datasets.report.best_read import KeepBestRead
from bot.slack.failures import failures_told_by
from bot.slack.forms import errors_at
from bot.slack.modals import Modals
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.voices import RoundId, SourceId

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileListeners:
    columns_of: ColumnsOf
    choose_columns: ChooseColumns
    speakers_of: SpeakersOf
    choose_speakers: ChooseSpeakers
    undo_reading: UndoReading
    keep_best: KeepBestRead
    whispers: Whispers
    modals: Modals

    def register(self, app: AsyncApp) -> None:
        app.action(starting(file_views.COLUMNS))(self.on_columns)
        app.view(file_forms.COLUMNS_FORM)(self.on_columns_chosen)
        app.action(starting(file_views.SPEAKER))(self.on_speaker)
        app.action(file_views.OTHER_SPEAKER)(self.on_other_speaker)
        app.view(file_forms.SPEAKERS_FORM)(self.on_speakers_chosen)
        app.action(file_views.UNDO_READING)(self.on_undo)
        app.action(starting(best_read_views.KEEP_BEST))(self.on_keep_best)
        app.action(best_read_views.OTHER_BEST)(self.on_other_best)
        app.view(best_read_views.BEST_FORM)(self.on_best_entered)

    async def on_columns(self, ack: AsyncAck, body: Json, action: Json) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            source_id, place = SourceId(int(action["value"])), place_in(action)
            table = await self.columns_of(source_id, body["user"]["id"], place)
            self.modals.open(body["trigger_id"], file_forms.columns_form(source_id, place, table))
        await ack()

    async def on_columns_chosen(self, ack: AsyncAck, body: Json, view: Json) -> None:
        tell = errors_at(ack, file_forms.TEXT)
        async with failures_told_by(tell):
            source_id, place = (int(part) for part in view["private_metadata"].split(":"))
            table = await self.columns_of(SourceId(source_id), body["user"]["id"], place)
            columns = file_forms.columns_entered(view, table)
            if columns is None:
                await tell(file_forms.TEXT_NEEDED)
                return
            await self.choose_columns(SourceId(source_id), body["user"]["id"], columns)
            await ack()

    async def on_speaker(self, ack: AsyncAck, body: Json, action: Json) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.choose_speakers(SourceId(int(action["value"])), body["user"]["id"], [place_in(action)])
        await ack()

    async def on_other_speaker(self, ack: AsyncAck, body: Json, action: Json) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            source = await self.speakers_of(SourceId(int(action["value"])), body["user"]["id"])
            form = file_forms.speakers_form(source.source_id, source.facts, source.reading.speakers or ())
            self.modals.open(body["trigger_id"], form)
        await ack()

    async def on_speakers_chosen(self, ack: AsyncAck, body: Json, view: Json) -> None:
        async with failures_told_by(errors_at(ack, file_forms.SPEAKERS)):
            source_id = SourceId(int(view["private_metadata"]))
            await self.choose_speakers(source_id, body["user"]["id"], file_forms.speakers_entered(view))
            await ack()

    async def on_undo(self, ack: AsyncAck, body: Json, action: Json) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.undo_reading(SourceId(int(action["value"])), body["user"]["id"])
        await ack()

    async def on_keep_best(self, ack: AsyncAck, body: Json, action: Json) -> None:
        share = action["action_id"].removeprefix(best_read_views.KEEP_BEST)
        percent = None if share == best_read_views.ALL else int(share)
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.keep_best(RoundId(int(action["value"])), body["user"]["id"], percent)
        await ack()

    async def on_other_best(self, ack: AsyncAck, body: Json, action: Json) -> None:
        self.modals.open(body["trigger_id"], best_read_views.best_form(RoundId(int(action["value"]))))
        await ack()

    async def on_best_entered(self, ack: AsyncAck, body: Json, view: Json) -> None:
        tell = errors_at(ack, best_read_views.PERCENT)
        async with failures_told_by(tell):
            percent = best_read_views.percent_entered(view)
            if percent is None:
                await tell(best_read_views.PERCENT_NEEDED)
                return
            await self.keep_best(RoundId(int(view["private_metadata"])), body["user"]["id"], percent)
            await ack()


def starting(prefix: str) -> re.Pattern[str]:
    return re.compile("^" + re.escape(prefix))


def place_in(action: Json) -> int:
    return int(action["action_id"].rsplit(".", 1)[-1])
