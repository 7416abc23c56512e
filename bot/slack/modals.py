"""Opens modals and home tabs without holding up the ack: a trigger lives three seconds and Slack may be slow."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import MarkdownTextObject, SectionBlock
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.failures import sentence_for
from bot.slack.refusals import code_of
from pipeline.errors import AppError, NotInChannel

log = logging.getLogger(__name__)

Fill = Callable[[], Awaitable[View]]


@dataclass(frozen=True, slots=True)
class Modals:
    """A modal holds nothing that could be lost: if opening fails, the person runs the command again."""

    client: AsyncWebClient
    opening: set[asyncio.Task[None]] = field(default_factory=set)
    newest: dict[str, View] = field(default_factory=dict)
    updating: set[str] = field(default_factory=set)

    def open(
        self,
        trigger_id: str,
        view: View,
        *,
        only_in: str | None = None,
        respond: AsyncRespond | None = None,
        fill: Fill | None = None,
    ) -> None:
        """only_in: a channel the bot must be a member of; respond: how to say that it is not.

        fill: what the modal shows once that is known, instead of `view`.
        """
        self._start(self._open(trigger_id, view, only_in, respond, fill))

    def update(self, view_id: str, view: View) -> None:
        """Show something else in an open modal. One update at a time; what was overtaken meanwhile is not shown."""
        self.newest[view_id] = view
        if view_id not in self.updating:
            self.updating.add(view_id)
            self._start(self._update(view_id))

    def publish(self, user: str, view: View) -> None:
        """Show this person their home tab."""
        self._start(self.published(user, view))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self.opening.add(task)
        task.add_done_callback(self.opening.discard)

    async def published(self, user: str, view: View) -> None:
        try:
            await self.client.views_publish(user_id=user, view=view)
        except SlackApiError as error:
            log.warning("home not published", extra={"slack_error": code_of(error)})
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("home not published", extra={"slack_error": type(error).__name__})

    async def _update(self, view_id: str) -> None:
        try:
            while (view := self.newest.pop(view_id, None)) is not None:
                await self.client.views_update(view_id=view_id, view=view)
        except SlackApiError as error:
            log.warning("modal not updated", extra={"slack_error": code_of(error)})
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("modal not updated", extra={"slack_error": type(error).__name__})
        finally:
            self.newest.pop(view_id, None)
            self.updating.discard(view_id)

    async def _open(
        self, trigger_id: str, view: View, only_in: str | None, respond: AsyncRespond | None, fill: Fill | None
    ) -> None:
        try:
            if only_in is not None and respond is not None and not await self.is_member(only_in):
                await respond(text=sentence_for(NotInChannel()), response_type="ephemeral")
                return
            answer = await self.client.views_open(trigger_id=trigger_id, view=view)
            if fill is not None:
                await self.client.views_update(view_id=answer["view"]["id"], view=await filled(fill, view))
        except SlackApiError as error:
            log.warning("modal not opened", extra={"slack_error": code_of(error)})
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("modal not opened", extra={"slack_error": type(error).__name__})

    async def is_member(self, channel_id: str) -> bool:
        try:
            answer = await self.client.conversations_info(channel=channel_id)
        except SlackApiError:
            return False
        return bool(answer["channel"].get("is_member") or answer["channel"].get("is_im"))

    async def close(self) -> None:
        await asyncio.gather(*self.opening, return_exceptions=True)


async def filled(fill: Fill, view: View) -> View:
    """An expected failure stands in the modal as its sentence."""
    try:
        return await fill()
    except AppError as error:
        told = SectionBlock(text=MarkdownTextObject(text=sentence_for(error)))
        return View(**{**view.to_dict(), "blocks": [told.to_dict()]})
