"""The forms of the dataset thread: which texts belong to the voice, one by one, and small files."""

import re
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.datasets import views
from bot.features.datasets.files import source_views, upload_forms
from bot.features.datasets.filters import filter_forms
from bot.features.datasets.filters.filtering import CountFilters
from bot.features.datasets.listeners import dropped
from bot.features.datasets.report import report_views, walk_forms
from bot.features.datasets.report.choosing import ChangeFilters, ChooseFix
from bot.features.datasets.report.walking import Place, Stop, Walk
from bot.features.datasets.usecase import DropFiles
from bot.slack.failures import failures_told_by
from bot.slack.forms import errors_at
from bot.slack.modals import Modals
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.voices import RoundId

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FormListeners:
    count: CountFilters
    change_filters: ChangeFilters
    walk: Walk
    choose: ChooseFix
    drop: DropFiles
    whispers: Whispers
    modals: Modals

    def register(self, app: AsyncApp) -> None:
        app.action(source_views.CHANGE_FILTERS)(self.on_change_filters)
        for name in filter_forms.INPUTS:
            app.action(name)(self.on_filter_chosen)
        app.view(filter_forms.FILTERS_FORM)(self.on_filters)
        app.action(report_views.ONE_BY_ONE)(self.on_walk)
        app.action(re.compile("^" + re.escape(walk_forms.WALK_CHOOSE)))(self.on_walk_choose)
        app.action(re.compile("^" + re.escape(walk_forms.WALK_GO)))(self.on_walk_go)
        app.action(views.UPLOAD_HERE)(self.on_upload_here)
        app.view(upload_forms.UPLOAD_FORM)(self.on_upload)

    async def on_change_filters(self, ack: AsyncAck, body: Json, action: Json) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            choices = await self.count(RoundId(int(action["value"])))
            self.modals.open(body["trigger_id"], filter_forms.filters_form(choices))
        await ack()

    async def on_filter_chosen(self, ack: AsyncAck, body: Json) -> None:
        """The form as it stands, counted anew; nothing is stored before Apply."""
        view = body["view"]
        entered = filter_forms.filters_entered(view)
        choices = await self.count(RoundId(int(view["private_metadata"])), entered)
        self.modals.update(view["id"], filter_forms.filters_form(choices))
        await ack()

    async def on_filters(self, ack: AsyncAck, body: Json, view: Json) -> None:
        async with failures_told_by(errors_at(ack, filter_forms.KINDS)):
            entered = filter_forms.filters_entered(view)
            await self.change_filters(RoundId(int(view["private_metadata"])), body["user"]["id"], entered)
            await ack()

    async def on_walk(self, ack: AsyncAck, body: Json, action: Json) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            stop = await self.walk.begin(RoundId(int(action["value"])))
            self.modals.open(body["trigger_id"], walk_forms.walk_form(stop))
        await ack()

    async def on_walk_choose(self, ack: AsyncAck, body: Json, action: Json) -> None:
        view, choice = body["view"], action["action_id"].removeprefix(walk_forms.WALK_CHOOSE)
        place = Place.load(view["private_metadata"])
        refused: list[str] = []

        async def tell(sentence: str) -> None:
            refused.append(sentence)

        async with failures_told_by(tell):
            await self.choose(place.round_id, body["user"]["id"], [action["value"]], choice)
        stop = await self.walk.stop(place if refused else place.moved(1))
        self.show(view, stop, refused)
        await ack()

    async def on_walk_go(self, ack: AsyncAck, body: Json, action: Json) -> None:
        steps = int(action["action_id"].removeprefix(walk_forms.WALK_GO))
        self.show(body["view"], await self.walk.stop(Place.load(body["view"]["private_metadata"]).moved(steps)), [])
        await ack()

    def show(self, view: Json, stop: Stop, refused: list[str]) -> None:
        self.modals.update(view["id"], walk_forms.walk_form(stop, refused=refused[0] if refused else None))

    async def on_upload_here(self, ack: AsyncAck, body: Json, action: Json) -> None:
        self.modals.open(body["trigger_id"], upload_forms.upload_form(RoundId(int(action["value"]))))
        await ack()

    async def on_upload(self, ack: AsyncAck, body: Json, view: Json) -> None:
        tell = errors_at(ack, upload_forms.FILES)
        files = upload_forms.files_entered(view)
        if upload_forms.is_too_big(files):
            await tell(upload_forms.TOO_BIG)
            return
        async with failures_told_by(tell):
            round_id, user = RoundId(int(view["private_metadata"])), body["user"]["id"]
            await self.drop(round_id, user, f"{view['id']}:{view['hash']}", [dropped(file) for file in files])
            await ack()
