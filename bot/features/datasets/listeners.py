"""/voice data, files dropped in the dataset thread, and the buttons of the cleaning report."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.datasets import views
from bot.features.datasets.files import source_views
from bot.features.datasets.files.refusal_listeners import Refusals, wanted
from bot.features.datasets.filters.filter_forms import split_list
from bot.features.datasets.report import report_views
from bot.features.datasets.report.choosing import ChooseFix, UndoFix, UndoKeep
from bot.features.datasets.report.looking import LookAtLeftOut, OpenFixes, ShowFinding
from bot.features.datasets.usecase import OPENED, DropFiles, DroppedInThread, OpenDataset
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by
from bot.slack.grammar import Typed, parse_handle
from bot.slack.whispers import Whisper, Whispers, pressed
from pipeline.domain.documents import Filters
from pipeline.domain.voices import RoundId
from pipeline.errors import MissingArgument
from pipeline.reasons import reason_words

Json = dict[str, Any]
FLAGS = ("author", "since", "until", "kind", "status", "exclude-title")


@dataclass(frozen=True, slots=True)
class DatasetListeners:
    open_dataset: OpenDataset
    drop: DropFiles
    pull: Callable[[RoundId, str, str, str], Awaitable[str]]  # round, user, delivery, address; the site's name
    choose: ChooseFix
    undo: UndoFix
    undo_keep: UndoKeep
    open_fixes: OpenFixes
    show: ShowFinding
    left_out: LookAtLeftOut
    commands: Commands
    whispers: Whispers
    refusals: Refusals

    def register(self, app: AsyncApp) -> None:
        says = "open the dataset thread and drop files there"
        self.commands.add(Verb("data", "data <name> [https://…]", says, self.on_data, FLAGS))
        app.action(views.ADD_SAMPLES)(self.on_add_samples)
        app.event({"type": "message", "subtype": "file_share"})(self.on_files)
        app.action(report_views.ACCEPT_ALL)(self.on_accept_all)
        app.action(report_views.BEFORE_AFTER)(self.on_before_after)
        for prefix, listener in (
            (report_views.FIX, self.on_fix),
            (report_views.KEEP, self.on_keep),
            (report_views.UNDO, self.on_undo),
            (report_views.UNKEEP, self.on_undo_keep),
            (report_views.SHOW, self.on_show),
            (report_views.LEFT_OUT, self.on_left_out),
        ):
            app.action(re.compile("^" + re.escape(prefix)))(listener)

    async def on_data(self, typed: Typed) -> Reply:
        if not typed.words:
            raise MissingArgument("/voice data founder")
        filters = filters_typed(typed.flags) if typed.flags else None
        opened = await self.open_dataset(typed.team_id, typed.user, parse_handle(typed.words[0]), filters)
        if len(typed.words) > 1:
            name = await self.pull(opened.round_id, typed.user, typed.delivery, typed.words[1])
            return Reply(views.pulling(name, opened))
        return Reply(views.opened_text(opened), views.opened_blocks(opened))

    async def on_add_samples(self, ack: AsyncAck, body: Json, action: Json) -> None:
        whisper = pressed(body)
        async with failures_told_by(self.whispers.to(whisper)):
            opened = await self.open_dataset(whisper.team_id, whisper.user, action["value"], None)
            await self.whispers.say(whisper, OPENED, asdict(opened))
        await ack()

    async def on_files(self, event: Json, body: Json) -> None:
        thread_ts = event.get("thread_ts")
        if thread_ts is None or event.get("user") is None:
            return
        round_id = await self.drop.round_of(body["team_id"], event["channel"], thread_ts)
        if round_id is None:
            return
        whisper = Whisper(body["team_id"], event["channel"], event["user"], body["event_id"], thread_ts)
        files = [dropped(file) for file in event.get("files", [])]
        names = ", ".join(f"`{file.name}`" for file in files)
        async with self.refusals.told(whisper, round_id, f"add {names}"):
            await self.drop(round_id, whisper.user, body["event_id"], files)

    async def on_fix(self, ack: AsyncAck, body: Json, action: Json) -> None:
        rule: Any
        choice: Any
        rule, _, choice = action["action_id"].removeprefix(report_views.FIX).partition(".")
        round_id = RoundId(int(action["value"]))
        async with self.refusals.told(pressed(body), round_id, wanted(action)):
            await self.choose(round_id, body["user"]["id"], [rule], choice or "fix")
        await ack()

    async def on_keep(self, ack: AsyncAck, body: Json, action: Json) -> None:
        rule: Any = action["action_id"].removeprefix(report_views.KEEP)
        round_id = RoundId(int(action["value"]))
        async with self.refusals.told(pressed(body), round_id, wanted(action)):
            await self.choose(round_id, body["user"]["id"], [rule], "keep")
        await ack()

    async def on_accept_all(self, ack: AsyncAck, body: Json, action: Json) -> None:
        round_id = RoundId(int(action["value"]))
        async with self.refusals.told(pressed(body), round_id, wanted(action)):
            await self.choose(round_id, body["user"]["id"], await self.open_fixes(round_id), "fix")
        await ack()

    async def on_undo(self, ack: AsyncAck, body: Json, action: Json) -> None:
        rule: Any = action["action_id"].removeprefix(report_views.UNDO)
        round_id = RoundId(int(action["value"]))
        async with self.refusals.told(pressed(body), round_id, wanted(action)):
            await self.undo(round_id, body["user"]["id"], rule)
        await ack()

    async def on_undo_keep(self, ack: AsyncAck, body: Json, action: Json) -> None:
        rule: Any = action["action_id"].removeprefix(report_views.UNKEEP)
        round_id = RoundId(int(action["value"]))
        async with self.refusals.told(pressed(body), round_id, wanted(action)):
            await self.undo_keep(round_id, body["user"]["id"], rule)
        await ack()

    async def on_show(self, ack: AsyncAck, body: Json, action: Json) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            rule = action["action_id"].removeprefix(report_views.SHOW)
            await tell(report_views.shown(await self.show(RoundId(int(action["value"])), rule)))
        await ack()

    async def on_before_after(self, ack: AsyncAck, body: Json, action: Json) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            await tell(report_views.before_and_after(await self.show.findings.of(RoundId(int(action["value"])))))
        await ack()

    async def on_left_out(self, ack: AsyncAck, body: Json, action: Json) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            reason: Any = action["selected_option"]["value"]
            round_id = RoundId(int(action["action_id"].removeprefix(report_views.LEFT_OUT)))
            entries = await self.left_out(round_id, reason)
            await tell(source_views.left_out_entries(reason_words(reason), entries))
        await ack()


def dropped(file: Json) -> DroppedInThread:
    return DroppedInThread(file["id"], str(file.get("name") or file["id"]), int(file.get("size") or 0))


def is_day(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def filters_typed(flags: dict[str, str]) -> Filters:
    """Raises MissingArgument for a day that is none."""
    since, until = flags.get("since", ""), flags.get("until", "")
    if not (is_day(since) and is_day(until)):
        raise MissingArgument("/voice data founder since=2021-04-01 until=2024-12-31")
    authors = split_list(flags.get("author", ""))
    return Filters(
        author=authors[0] if authors else None,
        also_by=authors[1:],
        since=date.fromisoformat(since) if since else None,
        until=date.fromisoformat(until) if until else None,
        statuses=split_list(flags.get("status", "")) or Filters().statuses,
        kinds=split_list(flags.get("kind", "")) or Filters().kinds,
        exclude_titles=tuple(re.escape(title) for title in split_list(flags.get("exclude-title", ""))),
    )
