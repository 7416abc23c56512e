"""Reads the emoji on a message as Slack has them now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.refusals import code_of, is_passing

GONE: Final = frozenset({"message_not_found", "thread_not_found"})


@dataclass(frozen=True, slots=True)
class SlackEmoji:
    """Satisfies bot.features.feedback.sweeping.EmojiThere."""

    client: AsyncWebClient

    async def on(self, channel_id: str, ts: str) -> Mapping[str, Sequence[str]] | Literal["gone", "closed"]:
        try:
            answer = await self.client.reactions_get(channel=channel_id, timestamp=ts, full=True)
        except SlackApiError as error:
            if is_passing(error):
                raise
            return "gone" if code_of(error) in GONE else "closed"
        return {one["name"]: one["users"] for one in answer["message"].get("reactions", [])}
