"""A file dropped as a reply to a draft, and the deletion of its message."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.features.feedback.dropping import DropDropped, DroppedFile, FindDraft, KeepDropped
from bot.features.feedback.rewriting import Said


@dataclass(frozen=True, slots=True)
class VersionFileListeners:
    find: FindDraft
    keep: KeepDropped
    drop: DropDropped

    def register(self, app: AsyncApp) -> None:
        """Before the datasets' listener for files: Bolt runs the first whose matchers agree."""
        app.event({"type": "message", "subtype": "file_share"}, matchers=[self.is_on_draft])(self.on_file)
        app.event({"type": "message", "subtype": "message_deleted"}, matchers=[had_file])(self.on_deleted)

    async def is_on_draft(self, event: dict[str, Any], body: dict[str, Any]) -> bool:
        thread_ts, user = event.get("thread_ts"), event.get("user")
        if not thread_ts or not user or event.get("bot_id") or not event.get("files"):
            return False
        return await self.find(body["team_id"], event["channel"], thread_ts, event["ts"])

    async def on_file(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        file_id = str(event["files"][0]["id"])
        where = (body["team_id"], event["channel"], event["thread_ts"], event["ts"])
        await self.keep(DroppedFile(*where, user=event["user"], slack_file_id=file_id))

    async def on_deleted(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        before = event["previous_message"]
        where = (body["team_id"], event["channel"], before["thread_ts"], before["ts"])
        await self.drop(Said(*where, user=before["user"], text="", delivery_id=body["event_id"]))


async def had_file(event: dict[str, Any]) -> bool:
    before = event.get("previous_message") or {}
    return bool(before.get("files") and before.get("thread_ts") and before.get("user") and not before.get("bot_id"))
