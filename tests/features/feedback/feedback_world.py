"""A workspace whose drafts get emoji and better versions, driven through the real listeners by Slack's events."""

import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drafting_world import CHANNEL, EDITOR, TEAM, CrashingDatabase, People, World, open_world
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.features.feedback.deleting import RestoreDraft
from bot.features.feedback.form import KeepFilledForm, OpenFix
from bot.features.feedback.listeners import FeedbackListeners
from bot.features.feedback.rewriting import DropRewrite, KeepRewrite, ReviseRewrite, ShowChange, WithdrawRewrite
from bot.features.feedback.usecase import GiveReason, RecordReaction
from bot.features.feedback.views import TEMPLATES
from bot.slack.message import Message
from bot.slack.whispers import TEMPLATES as WHISPERS
from bot.slack.whispers import Whispers
from pipeline.domain.drafting import Draft, Reaction, Rewrite
from pipeline.domain.work import Posting
from storage.reaction_writer import GroupCommitReactions

BOT = "UBOT"
numbers = itertools.count(1)


@dataclass
class OpenedModals:
    """Stands in for bot.slack.modals.Modals."""

    opened: list[dict[str, Any]] = field(default_factory=list)

    def open(self, trigger_id: str, view: Any, **more: Any) -> None:  # noqa: ARG002  # the shape of Modals.open
        self.opened.append(view.to_dict())


@dataclass
class FeedbackWorld:
    inner: World
    database: CrashingDatabase
    app: AsyncApp
    writer: GroupCommitReactions
    modals: OpenedModals
    answer: Any = None

    async def close(self) -> None:
        await self.writer.close()
        await self.inner.engine.dispose()

    async def event(self, event: dict[str, Any], event_id: str | None = None) -> int:
        """Deliver one event through Bolt; returns the HTTP status Slack would see (404: nobody listens)."""
        return await self.dispatch(
            {
                "type": "event_callback",
                "team_id": TEAM,
                "api_app_id": "A1",
                "event_id": event_id or f"Ev{next(numbers)}",
                "event": event,
            }
        )

    async def dispatch(self, body: dict[str, Any]) -> int:
        answer = await self.app.async_dispatch(AsyncBoltRequest(body=json.dumps(body), mode="socket_mode"))
        self.answer = answer.body
        return int(answer.status)

    async def emoji(
        self,
        ts: str,
        name: str,
        *,
        user: str = EDITOR,
        present: bool = True,
        at: float = 1,
        event_id: str | None = None,
    ) -> int:
        event = {
            "type": "reaction_added" if present else "reaction_removed",
            "user": user,
            "reaction": name,
            "item": {"type": "message", "channel": CHANNEL, "ts": ts},
            "event_ts": f"{1_764_200_000 + at:.6f}",
        }
        return await self.event(event, event_id)

    async def say(self, draft: Draft, text: str, ts: str, *, user: str = EDITOR, event_id: str | None = None) -> int:
        thread = draft.asked.thread_ts or await self.inner.ts_of(draft.card_key)
        return await self.event(message(text, ts, thread, user=user), event_id)

    async def edit(self, draft: Draft, before: str, after: str, ts: str, event_id: str | None = None) -> int:
        thread = draft.asked.thread_ts or await self.inner.ts_of(draft.card_key)
        event = {
            "type": "message",
            "subtype": "message_changed",
            "channel": CHANNEL,
            "ts": "1764299999.000100",
            "message": message(after, ts, thread),
            "previous_message": message(before, ts, thread),
        }
        return await self.event(event, event_id)

    async def delete(self, draft: Draft, text: str, ts: str) -> int:
        thread = draft.asked.thread_ts or await self.inner.ts_of(draft.card_key)
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "channel": CHANNEL,
            "ts": "1764299999.000200",
            "deleted_ts": ts,
            "previous_message": message(text, ts, thread),
        }
        return await self.event(event)

    async def press(self, action_id: str, value: object, *, user: str = EDITOR, action_ts: str = "1.1") -> int:
        return await self.dispatch(
            {
                "type": "block_actions",
                "team": {"id": TEAM},
                "user": {"id": user},
                "channel": {"id": CHANNEL},
                "trigger_id": "tr-1",
                "container": {
                    "channel_id": CHANNEL,
                    "message_ts": "1764300000.000100",
                    "thread_ts": "1764000000.000100",
                },
                "actions": [
                    {
                        "type": "button",
                        "action_id": action_id,
                        "block_id": "b",
                        "value": str(value),
                        "action_ts": action_ts,
                    }
                ],
            }
        )

    async def shortcut(self, ts: str, *, user: str = EDITOR) -> int:
        return await self.dispatch(
            {
                "type": "message_action",
                "callback_id": "feedback.fix_draft",
                "trigger_id": f"tr-{next(numbers)}",
                "team": {"id": TEAM},
                "user": {"id": user},
                "channel": {"id": CHANNEL},
                "message_ts": ts,
                "message": {"ts": ts, "thread_ts": "1764000000.000100"},
            }
        )

    async def submit(self, draft: Draft, text: str, *, form_id: str = "V1", user: str = EDITOR) -> int:
        return await self.dispatch(
            {
                "type": "view_submission",
                "team": {"id": TEAM},
                "user": {"id": user},
                "view": {
                    "id": form_id,
                    "type": "modal",
                    "callback_id": "feedback.fix_form",
                    "private_metadata": str(draft.draft_id),
                    "state": {"values": {"text": {"text": {"type": "plain_text_input", "value": text}}}},
                },
            }
        )

    async def reactions(self, draft: Draft) -> list[Reaction]:
        async with self.inner.database.read() as tx:
            return await tx.reactions.on_message(TEAM, CHANNEL, await self.inner.ts_of(draft.text_key))

    async def rewrites(self) -> list[Rewrite]:
        async with self.inner.database.read() as tx:
            return await tx.rewrites.of_voice(self.inner.voice.voice_id)


def message(text: str, ts: str, thread_ts: str | None, *, user: str = EDITOR) -> dict[str, Any]:
    thread = {"thread_ts": thread_ts} if thread_ts else {}
    return {"type": "message", "channel": CHANNEL, "user": user, "text": text, "ts": ts} | thread


def rendered(posting: Posting) -> Message:
    return (TEMPLATES | WHISPERS)[posting.saying.template](posting.saying.facts)


async def authorize(**_: Any) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token="xoxb-test", bot_id="BBOT", bot_user_id=BOT)


async def open_feedback_world(folder: Path) -> FeedbackWorld:
    inner = await open_world(folder)
    db, clock, people = CrashingDatabase(inner.database), inner.clock, People()
    writer = GroupCommitReactions(inner.engine, clock)
    await writer.start()
    modals: Any = OpenedModals()
    keep = KeepRewrite(db, people, clock)
    app = AsyncApp(
        client=AsyncWebClient(base_url="http://127.0.0.1:9/"), authorize=authorize, process_before_response=True
    )
    listeners = FeedbackListeners(
        react=RecordReaction(writer, db, people, clock, BOT),
        give_reason=GiveReason(db, clock),
        keep=keep,
        revise=ReviseRewrite(db, clock, keep),
        drop=DropRewrite(db, clock),
        withdraw=WithdrawRewrite(db, clock),
        show_change=ShowChange(db),
        restore_draft=RestoreDraft(db, clock),
        open_fix=OpenFix(db, people),
        keep_form=KeepFilledForm(db, people, clock),
        modals=modals,
        whispers=Whispers(db),
    )
    listeners.register_first(app)
    listeners.register(app)
    return FeedbackWorld(inner, db, app, writer, modals)
