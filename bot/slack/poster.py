"""Says in Slack what the outbox holds: once, in order, edited rather than doubled."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackObjectFormationError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.message import Templates
from pipeline.domain.work import Posting
from pipeline.errors import LeaseLost
from pipeline.ports import Clock, Postings

log = logging.getLogger(__name__)

LEASE_S = 60.0
SETTLE = timedelta(seconds=5)  # a post whose answer was lost is looked for only after Slack had time to show it
MAX_ATTEMPTS = 12
METADATA_EVENT = "understudy_message"
# Slack's words for "try later"; every other error is a definite no that a repeat would not change.
PASSING_ERRORS = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)


@dataclass(frozen=True, slots=True)
class Poster:
    """One loop per process; several processes may run, the claim keeps them apart."""

    client: AsyncWebClient
    postings: Postings
    templates: Templates
    clock: Clock
    owner: str

    async def post_due(self) -> int:
        """Say everything that is due; returns how many were said."""
        said = 0
        while (posting := await self.postings.claim(self.owner, now=self.clock(), lease_s=LEASE_S)) is not None:
            try:
                said += await self.post(posting)
            except LeaseLost:
                log.warning("posting taken over", extra={"outbox_id": posting.outbox_id})
        return said

    async def post(self, posting: Posting) -> bool:
        try:
            message = self.templates[posting.saying.template](posting.saying.facts)
            payload = message.payload()
        except (KeyError, SlackObjectFormationError) as error:
            log.exception("unsayable", extra={"template": posting.saying.template})
            await self.postings.give_up(posting, error=type(error).__name__)
            return False
        try:
            return await self.deliver(posting, payload)
        except SlackApiError as error:
            await self.after_refusal(posting, error)
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError) as error:
            await self.later(posting, type(error).__name__, clear_intent=False)
        return False

    async def deliver(self, posting: Posting, payload: dict[str, Any]) -> bool:
        """True when the message now stands in Slack."""
        channel_id = posting.channel_id or await self.direct_channel(posting)
        ts = posting.ts
        if ts is None and posting.intent_at is not None and posting.saying.only_for is None:
            if self.clock() < posting.intent_at + SETTLE:
                await self.postings.postpone(posting, run_at=posting.intent_at + SETTLE, clear_intent=False)
                return False
            ts = await self.standing(posting, channel_id)
        if ts is not None:
            await self.client.chat_update(channel=channel_id, ts=ts, **payload)
        else:
            await self.postings.about_to_post(posting, now=self.clock())
            ts = await self.send(posting, channel_id, payload)
        await self.seed(posting, channel_id, ts)
        await self.postings.posted(posting, channel_id=channel_id, ts=ts, now=self.clock())
        return True

    async def send(self, posting: Posting, channel_id: str, payload: dict[str, Any]) -> str:
        saying = posting.saying
        if saying.only_for is not None:
            sent = await self.client.chat_postEphemeral(
                channel=channel_id, user=saying.only_for, thread_ts=posting.thread_ts, **payload
            )
            return str(sent["message_ts"])
        sent = await self.client.chat_postMessage(
            channel=channel_id,
            thread_ts=posting.thread_ts,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": METADATA_EVENT, "event_payload": {"key": saying.key}},
            **payload,
        )
        return str(sent["ts"])

    async def direct_channel(self, posting: Posting) -> str:
        opened = await self.client.conversations_open(users=posting.saying.place.user_id or "")
        return str(opened["channel"]["id"])

    async def standing(self, posting: Posting, channel_id: str) -> str | None:
        """The ts of a message with our key, posted by an earlier try whose answer was lost."""
        oldest = str((posting.intent_at or self.clock()).timestamp() - 5)
        try:
            if posting.thread_ts is not None:
                page = await self.client.conversations_replies(
                    channel=channel_id, ts=posting.thread_ts, oldest=oldest, include_all_metadata=True, limit=200
                )
            else:
                page = await self.client.conversations_history(
                    channel=channel_id, oldest=oldest, include_all_metadata=True, limit=200
                )
        except SlackApiError as error:
            # Without leave to look, saying it twice is better than never.
            log.warning("cannot look for a message", extra={"slack_error": error.response.get("error")})
            return None
        messages: list[dict[str, Any]] = page["messages"]
        for message in messages:
            if message.get("metadata", {}).get("event_payload", {}).get("key") == posting.saying.key:
                return str(message["ts"])
        return None

    async def seed(self, posting: Posting, channel_id: str, ts: str) -> None:
        for name in posting.saying.seeds:
            try:
                await self.client.reactions_add(channel=channel_id, timestamp=ts, name=name)
            except SlackApiError as error:
                if error.response.get("error") != "already_reacted":
                    raise

    async def after_refusal(self, posting: Posting, error: SlackApiError) -> None:
        status, code = error.response.status_code, str(error.response.get("error", ""))
        if status == 429 or code in ("ratelimited", "rate_limited"):
            wait_s = float(error.response.headers.get("Retry-After", 1))
            await self.postings.postpone(posting, run_at=self.clock() + timedelta(seconds=wait_s), clear_intent=True)
        elif status >= 500 or code in PASSING_ERRORS:
            await self.later(posting, code or str(status), clear_intent=False)
        else:
            log.error("slack refused", extra={"slack_error": code, "template": posting.saying.template})
            await self.postings.give_up(posting, error=code)

    async def later(self, posting: Posting, why: str, *, clear_intent: bool) -> None:
        log.warning("posting postponed", extra={"why": why, "template": posting.saying.template})
        if posting.attempts >= MAX_ATTEMPTS:
            await self.postings.give_up(posting, error=why)
            return
        await self.postings.postpone(posting, run_at=self.backed_off(posting), clear_intent=clear_intent)

    def backed_off(self, posting: Posting) -> datetime:
        return self.clock() + timedelta(seconds=min(60, 2**posting.attempts))
