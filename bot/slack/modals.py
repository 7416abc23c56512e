"""Opens modals without holding up the ack: a trigger lives three seconds and Slack may be slow."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Modals:
    """A modal holds nothing that could be lost: if opening fails, the person runs the command again."""

    client: AsyncWebClient
    opening: set[asyncio.Task[None]] = field(default_factory=set)

    def open(self, trigger_id: str, view: View) -> None:
        task = asyncio.create_task(self._open(trigger_id, view))
        self.opening.add(task)
        task.add_done_callback(self.opening.discard)

    async def _open(self, trigger_id: str, view: View) -> None:
        try:
            await self.client.views_open(trigger_id=trigger_id, view=view)
        except SlackApiError as error:
            log.warning("modal not opened", extra={"slack_error": error.response.get("error")})

    async def close(self) -> None:
        await asyncio.gather(*self.opening, return_exceptions=True)


def field_value(view: dict[str, Any], block_id: str) -> str:
    """What was entered in the one element of an input block: text, a user id, or a select's value; "" when empty."""
    elements: dict[str, Any] = view["state"]["values"].get(block_id, {})
    for element in elements.values():
        chosen = element.get("selected_option") or {}
        entered = element.get("value") or element.get("selected_user") or chosen.get("value")
        return str(entered or "")
    return ""
