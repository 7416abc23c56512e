"""/voice rehearse, the button that does the same, and the two buttons of the report."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.rehearsal import forms, views
from bot.features.rehearsal.overriding import CheckOverride, OverrideRehearsal
from bot.features.rehearsal.usecase import Asked, AskToRehearse, LookAtTrial
from bot.overriding import Override
from bot.slack.commands import Commands, Reply, Verb
from bot.slack.failures import failures_told_by
from bot.slack.forms import errors_at
from bot.slack.grammar import Typed, parse_handle
from bot.slack.modals import Modals
from bot.slack.reasons import REASON, TOO_SHORT, is_reason, override_entered
from bot.slack.whispers import Whispers, pressed
from pipeline.domain.voices import DatasetId


@dataclass(frozen=True, slots=True)
class RehearsalListeners:
    ask: AskToRehearse
    look: LookAtTrial
    check_override: CheckOverride
    override: OverrideRehearsal
    commands: Commands
    whispers: Whispers
    modals: Modals

    def register(self, app: AsyncApp) -> None:
        says = "try the texts out, free, on our own machine"
        self.commands.add(Verb("rehearse", "rehearse <name>", says, self.on_rehearse))
        app.action(views.RUN)(self.on_run)
        app.action(views.PHRASES)(self.on_phrases)
        app.action(views.SAMPLES)(self.on_samples)
        app.action(views.OVERRIDE)(self.on_override)
        app.view(forms.OVERRIDE_FORM)(self.on_overridden)

    async def on_rehearse(self, typed: Typed) -> Reply:
        handle = parse_handle(typed.words[0]) if typed.words else None
        asked = Asked(typed.team_id, typed.channel_id, typed.user, handle, typed.thread_ts)
        return Reply(views.answered(await self.ask(asked)))

    async def on_run(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        whisper = pressed(body)
        tell = self.whispers.to(whisper)
        async with failures_told_by(tell):
            asked = Asked(whisper.team_id, whisper.channel_id, whisper.user, action["value"])
            await tell(views.answered(await self.ask(asked)))
        await ack()

    async def on_phrases(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            await tell(views.all_phrases(await self.look(action["value"])))
        await ack()

    async def on_samples(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        tell = self.whispers.to(pressed(body))
        async with failures_told_by(tell):
            await tell(views.all_samples(await self.look(action["value"])))
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
            await self.override(override_entered(body["team"]["id"], body["user"]["id"], view))
            await ack()
