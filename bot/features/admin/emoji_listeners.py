"""The entry of /voice admin for emoji, and its form."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.admin_menu import AdminItem, AdminMenu
from bot.features.admin.emoji import ChangeEmoji, LookAtEmoji
from bot.features.admin.emoji_forms import EMOJI_FORM, OPEN_EMOJI, block_of, emoji_form, wanted_emoji
from bot.slack.amounts import WrongEntry
from bot.slack.failures import failures_told_by
from bot.slack.forms import errors_at
from bot.slack.modals import Modals
from bot.slack.whispers import Whispers, pressed


@dataclass(frozen=True, slots=True)
class EmojiListeners:
    look: LookAtEmoji
    change: ChangeEmoji
    menu: AdminMenu
    modals: Modals
    whispers: Whispers

    def register(self, app: AsyncApp) -> None:
        self.menu.add(AdminItem("Emoji", OPEN_EMOJI, "which emoji on drafts mean what"))
        app.action(OPEN_EMOJI)(self.on_open)
        app.view(EMOJI_FORM)(self.on_sent)

    async def on_open(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        async with failures_told_by(self.whispers.to(pressed(body))):
            now = await self.look(body["team"]["id"], body["user"]["id"])
            self.modals.update(body["view"]["id"], emoji_form(now))
        await ack()

    async def on_sent(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        async with failures_told_by(errors_at(ack, block_of("use"))):
            try:
                await self.change(body["team"]["id"], body["user"]["id"], wanted_emoji(view))
            except WrongEntry as wrong:
                await ack(response_action="errors", errors={wrong.block_id: wrong.sentence})
                return
            await ack()
