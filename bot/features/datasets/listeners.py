"""/voice data, files dropped in the dataset thread, and the buttons of the cleaning report."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.datasets import forms, views
from bot.features.datasets.usecase import (
    ChangeFilters,
    ChooseFix,
    DropFiles,
    DroppedInThread,
    FiltersInForce,
    OpenDataset,
    OpenFixes,
    ShowFinding,
    UndoFix,
)
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by
from bot.slack.forms import field_value, in_form
from bot.slack.grammar import Typed, parse_handle
from bot.slack.modals import Modals
from bot.slack.whispers import Whisper, Whispers, pressed
from pipeline.domain.documents import Filters
from pipeline.domain.voices import Round, RoundId
from pipeline.errors import MissingArgument

FLAGS = ("author", "since", "until", "kind", "status", "exclude-title")


@dataclass(frozen=True, slots=True)
class DatasetListeners:
    open_dataset: OpenDataset
    drop: DropFiles
    pull: Callable[[RoundId, str, str, str], Awaitable[str]]  # round, user, delivery, address; the site's name
    link_for: Callable[[Round, str], str | None]
    choose: ChooseFix
    undo: UndoFix
    change_filters: ChangeFilters
    filters_in_force: FiltersInForce
    open_fixes: OpenFixes
    show: ShowFinding
    commands: Commands
    whispers: Whispers
    modals: Modals

    def register(self, app: AsyncApp) -> None:
        says = "open the dataset thread and drop files there"
        self.commands.add(Verb("data", "data <name> [https://…]", says, self.on_data, FLAGS))
        app.action(views.ADD_SAMPLES)(self.on_add_samples)
        app.event({"type": "message", "subtype": "file_share"})(self.on_files)
        app.action(re.compile("^" + re.escape(views.FIX)))(self.on_fix)
        app.action(re.compile("^" + re.escape(views.UNDO)))(self.on_undo)
        app.action(re.compile("^" + re.escape(views.SHOW)))(self.on_show)
        app.action(views.ACCEPT_ALL)(self.on_accept_all)
        app.action(views.CHANGE_FILTERS)(self.on_change_filters)
        app.view(forms.FILTERS_FORM)(self.on_filters)

    async def on_data(self, typed: Typed) -> Reply:
        if not typed.words:
            raise MissingArgument("/voice data founder")
        filters = filters_typed(typed.flags) if typed.flags else None
        voice, round_ = await self.open_dataset(typed.team_id, typed.user, parse_handle(typed.words[0]), filters)
        if len(typed.words) > 1:
            name = await self.pull(round_.round_id, typed.user, typed.delivery, typed.words[1])
            return Reply(views.pulling(name, voice.handle, round_.number, round_.channel_id))
        link = self.link_for(round_, typed.user)
        return Reply(views.opened(voice.handle, round_.number, round_.channel_id, link))

    async def on_add_samples(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            voice, round_ = await self.open_dataset(body["team"]["id"], body["user"]["id"], action["value"], None)
            link = self.link_for(round_, body["user"]["id"])
            await tell(views.opened(voice.handle, round_.number, round_.channel_id, link))
        await ack()

    async def on_files(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        thread_ts = event.get("thread_ts")
        if thread_ts is None or event.get("user") is None:
            return
        whisper = Whisper(body["team_id"], event["channel"], event["user"], body["event_id"], thread_ts)
        async with failures_told_by(self.whispers.to(whisper)):
            files = [dropped(file) for file in event.get("files", [])]
            await self.drop(body["team_id"], event["channel"], thread_ts, event["user"], body["event_id"], files)

    async def on_fix(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        rule: Any
        choice: Any
        rule, _, choice = action["action_id"].removeprefix(views.FIX).partition(".")
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.choose(RoundId(int(action["value"])), body["user"]["id"], [rule], choice or "fix")
        await ack()

    async def on_accept_all(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            round_id = RoundId(int(action["value"]))
            await self.choose(round_id, body["user"]["id"], await self.open_fixes(round_id), "fix")
        await ack()

    async def on_undo(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        rule: Any = action["action_id"].removeprefix(views.UNDO)
        async with failures_told_by(self.whispers.to(pressed(body))):
            await self.undo(RoundId(int(action["value"])), body["user"]["id"], rule)
        await ack()

    async def on_show(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            rule = action["action_id"].removeprefix(views.SHOW)
            await tell(views.shown(await self.show(RoundId(int(action["value"])), rule)))
        await ack()

    async def on_change_filters(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            round_id = RoundId(int(action["value"]))
            self.modals.open(body["trigger_id"], forms.filters_form(round_id, await self.filters_in_force(round_id)))
        await ack()

    async def on_filters(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async def tell(sentence: str) -> None:
            await ack(response_action="errors", errors={"author": in_form(sentence)})

        wrong = {name: forms.NOT_A_DAY for name in ("since", "until") if not is_day(field_value(view, name))}
        if wrong:
            await ack(response_action="errors", errors=wrong)
            return
        async with failures_told_by(tell):
            round_id = RoundId(int(view["private_metadata"]))
            await self.change_filters(round_id, body["user"]["id"], filters_entered(view))
            await ack()


def dropped(file: dict[str, Any]) -> DroppedInThread:
    return DroppedInThread(file["id"], str(file.get("name") or file["id"]), int(file.get("size") or 0))


def is_day(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def filters_typed(flags: dict[str, str]) -> Filters:
    """Raises MissingArgument for a day that is none."""
    if not (is_day(flags.get("since", "")) and is_day(flags.get("until", ""))):
        raise MissingArgument("/voice data founder since=2021-04-01 until=2024-12-31")
    return filters_of(flags | {"kinds": flags.get("kind", ""), "statuses": flags.get("status", "")})


def filters_entered(view: dict[str, Any]) -> Filters:
    names = ("author", "since", "until", "kinds", "statuses", "exclude_titles")
    return filters_of({name: field_value(view, name) for name in names})


def filters_of(entered: dict[str, str]) -> Filters:
    titles = listed(entered.get("exclude_titles") or entered.get("exclude-title", ""))
    return Filters(
        author=entered.get("author", "").strip() or None,
        since=date.fromisoformat(entered["since"]) if entered.get("since") else None,
        until=date.fromisoformat(entered["until"]) if entered.get("until") else None,
        statuses=listed(entered.get("statuses", "")) or Filters().statuses,
        kinds=listed(entered.get("kinds", "")) or Filters().kinds,
        exclude_titles=tuple(re.escape(title) for title in titles),
    )


def listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
