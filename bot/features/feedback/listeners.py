"""Emoji on drafts, `fix:` replies with their edits and deletions, and the Fix this draft form."""

import re
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.dislikes import DISLIKES
from bot.features.feedback import views
from bot.features.feedback.deleting import RestoreDraft
from bot.features.feedback.form import Filled, KeepFilledForm, OpenFix
from bot.features.feedback.rewriting import (
    DropRewrite,
    KeepRewrite,
    ReviseRewrite,
    Said,
    ShowChange,
    WithdrawRewrite,
)
from bot.features.feedback.usecase import GiveReason, RecordReaction, fits_form
from bot.slack.failures import failures_told_by, sentence_for
from bot.slack.forms import field_value
from bot.slack.modals import Modals
from bot.slack.whispers import Whisper, Whispers, pressed
from pipeline.domain.drafting import Draft, DraftId, Reaction, RewriteId
from pipeline.errors import AppError
from pipeline.rewrites import is_fix


@dataclass(frozen=True, slots=True)
class FeedbackListeners:
    react: RecordReaction
    give_reason: GiveReason
    keep: KeepRewrite
    revise: ReviseRewrite
    drop: DropRewrite
    withdraw: WithdrawRewrite
    show_change: ShowChange
    restore_draft: RestoreDraft
    open_fix: OpenFix
    keep_form: KeepFilledForm
    modals: Modals
    whispers: Whispers

    def register_first(self, app: AsyncApp) -> None:
        app.event("reaction_added")(self.on_reaction)
        app.event("reaction_removed")(self.on_reaction)

    def register(self, app: AsyncApp) -> None:
        """Messages that are no fix are left to other features: Bolt runs only the first listener that matches."""
        app.event({"type": "message", "subtype": None}, matchers=[is_fix_event])(self.on_message)
        app.event({"type": "message", "subtype": "thread_broadcast"}, matchers=[is_fix_event])(self.on_message)
        app.event({"type": "message", "subtype": "message_changed"}, matchers=[is_fix_event])(self.on_changed)
        app.event({"type": "message", "subtype": "message_deleted"}, matchers=[is_fix_event])(self.on_deleted)
        app.action(views.SEE_DIFF)(self.on_see_diff)
        app.action(views.PUT_BACK)(self.on_put_back)
        app.action(re.compile("^" + re.escape(views.REASON)))(self.on_reason)
        app.action(views.DONT_USE)(self.on_dont_use)
        app.action(views.EDIT_HERE)(self.on_edit_here)
        app.shortcut(views.FIX_SHORTCUT)(self.on_shortcut)
        app.view(views.FIX_FORM)(self.on_filled)

    async def on_reaction(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        if event["item"]["type"] == "message":
            await self.react(reaction_of(event, body["team_id"]), delivery_id=body["event_id"])

    async def on_message(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        said = said_in(event, event, body)
        try:
            await self.keep(said)
        except AppError as error:  # anything else goes up, so that Slack delivers again
            where = Whisper(said.team_id, said.channel_id, said.user, said.delivery_id, said.thread_ts)
            await self.whispers.to(where)(sentence_for(error))

    async def on_changed(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        await self.revise(said_in(event["message"], event, body))

    async def on_deleted(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        await self.drop(said_in(event["previous_message"], event, body))

    async def on_reason(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        where = pressed(body)
        tell, reason = self.whispers.to(where), action["action_id"].removeprefix(views.REASON)
        async with failures_told_by(tell):
            draft_id, delivery = DraftId(int(action["value"])), f"reason:{where.delivery}:{where.user}"
            await self.give_reason(draft_id, reason, team_id=where.team_id, user=where.user, delivery_id=delivery)
            await tell(views.REASON_KEPT.format(label=DISLIKES[reason]))
        await ack()

    async def on_dont_use(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        where = pressed(body)
        async with failures_told_by(self.whispers.to(where)):
            await self.withdraw(RewriteId(int(action["value"])), team_id=where.team_id, user=where.user)
        await ack()

    async def on_see_diff(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        where = pressed(body)
        tell = self.whispers.to(where)
        async with failures_told_by(tell):
            await tell(await self.show_change(RewriteId(int(action["value"])), team_id=where.team_id))
        await ack()

    async def on_put_back(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        where = pressed(body)
        async with failures_told_by(self.whispers.to(where)):
            await self.restore_draft(DraftId(int(action["value"])), team_id=where.team_id, user=where.user)
        await ack()

    async def on_edit_here(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        where = pressed(body)
        async with failures_told_by(self.whispers.to(where)):
            draft = await self.open_fix.of(DraftId(int(action["value"])), where.team_id, where.user)
            await self.show_form(draft, body["trigger_id"], where)
        await ack()

    async def on_shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        message = body["message"]
        where = Whisper(
            team_id=body["team"]["id"],
            channel_id=body["channel"]["id"],
            user=body["user"]["id"],
            delivery=body["trigger_id"],
            thread_ts=message.get("thread_ts"),
        )
        async with failures_told_by(self.whispers.to(where)):
            draft = await self.open_fix.at(where.team_id, where.channel_id, message["ts"], where.user)
            await self.show_form(draft, body["trigger_id"], where)
        await ack()

    async def show_form(self, draft: Draft, trigger_id: str, where: Whisper) -> None:
        if fits_form(draft):
            self.modals.open(trigger_id, views.fix_form(draft))
        else:
            await self.whispers.to(where)(views.TOO_LONG)

    async def on_filled(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async def tell(sentence: str) -> None:
            await ack(response_action="errors", errors={views.FIX_TEXT: sentence[:150]})

        async with failures_told_by(tell):
            await self.keep_form(filled(body, view))
            await ack()


async def is_fix_event(event: dict[str, Any]) -> bool:
    """A person's message in a thread that is, or was, a better version."""
    before = event.get("previous_message", {})
    message = event.get("message") or before or event
    from_person = bool(message.get("user")) and not (message.get("bot_id") or before.get("bot_id"))
    texts = (message.get("text") or "", before.get("text") or "")
    return from_person and bool(message.get("thread_ts")) and any(map(is_fix, texts))


def said_in(message: dict[str, Any], event: dict[str, Any], body: dict[str, Any]) -> Said:
    return Said(
        team_id=body["team_id"],
        channel_id=event["channel"],
        thread_ts=message["thread_ts"],
        ts=message["ts"],
        user=message["user"],
        text=message.get("text") or "",
        delivery_id=body["event_id"],
    )


def reaction_of(event: dict[str, Any], team_id: str) -> Reaction:
    return Reaction(
        team_id=team_id,
        channel_id=event["item"]["channel"],
        ts=event["item"]["ts"],
        user=event["user"],
        name=event["reaction"],
        present=event["type"] == "reaction_added",
        event_ts=event["event_ts"],
    )


def filled(body: dict[str, Any], view: dict[str, Any]) -> Filled:
    return Filled(
        team_id=body["team"]["id"],
        draft_id=DraftId(int(view["private_metadata"])),
        user=body["user"]["id"],
        text=field_value(view, views.FIX_TEXT),
        form_id=view["id"],
    )
