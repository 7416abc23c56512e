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
from bot.slack.refusals import code_of, is_passing, is_too_fast
from pipeline.domain.work import Posting
from pipeline.errors import LeaseLost
from pipeline.failpoints import failpoint
from pipeline.ports import Clock, LivenessLocks, Postings

log = logging.getLogger(__name__)

LEASE_S = 60.0
SETTLE = timedelta(seconds=5)  # a post whose answer was lost is looked for only after Slack had time to show it
LOOK_BACK = timedelta(minutes=5)  # our clock and Slack's may differ; the key tells our message from others
MAX_ATTEMPTS = 1500  # with the longest wait about a day: Slack being away for an afternoon loses nothing
LONGEST_WAIT_S = 60  # attempts count all claims, also of processes that died
LOCKS = 64  # lock files stay for ever, so messages share them; who finds one held waits for SETTLE
METADATA_EVENT = "understudy_message"
POST = "chat.postMessage"
# A view that Slack finds too long or malformed is said in plain words rather than not at all.
UNSHOWABLE = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})


@dataclass(frozen=True, slots=True)
class Poster:
    """One loop per process; several processes may run, the claim keeps them apart.

    A claim is a timer. What keeps apart a process that was frozen and the one that took over is a lock that is held
    from before the claim is looked at once more until what Slack did is recorded.
    """

    client: AsyncWebClient
    postings: Postings
    templates: Templates
    clock: Clock
    owner: str
    locks: LivenessLocks

    @property
    def once(self) -> AsyncWebClient:
        """For what must not be sent twice: the SDK's default repeats a request whose connection broke after it."""
        return AsyncWebClient(self.client.token, self.client.base_url, self.client.timeout, retry_handlers=[])

    async def post_due(self) -> int:
        """Say everything that is due; returns how many were said."""
        said = 0
        while (posting := await self.postings.claim(self.owner, now=self.clock(), lease_s=LEASE_S)) is not None:
            failpoint("post.claimed")
            try:
                said += await self.post(posting)
            except LeaseLost:
                log.warning("posting taken over", extra={"outbox_id": posting.outbox_id})
        return said

    async def post(self, posting: Posting) -> bool:
        try:
            message = self.templates[posting.saying.template](posting.saying.facts)
            payload = message.payload()
        except (LookupError, TypeError, ValueError, SlackObjectFormationError) as error:
            log.exception("unsayable", extra={"template": posting.saying.template})
            await self.postings.give_up(posting, error=type(error).__name__)
            return False
        async with self.locks.hold(f"post:{posting.outbox_id % LOCKS}") as is_ours:
            if is_ours:
                return await self.try_to_deliver(posting, payload)
        await self.postings.postpone(posting, run_at=self.clock() + SETTLE, clear_intent=False)
        return False

    async def try_to_deliver(self, posting: Posting, payload: dict[str, Any]) -> bool:
        try:
            return await self.deliver(posting, payload)
        except SlackApiError as error:
            if code_of(error) in UNSHOWABLE and "blocks" in payload:
                log.exception("shown without blocks", extra={"template": posting.saying.template})
                return await self.try_to_deliver(posting, {"text": payload["text"]})
            await self.after_refusal(posting, error)
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError) as error:
            await self.later(posting, type(error).__name__)
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
        # Also before an edit: one that was frozen since its claim would put old facts over newer ones.
        await self.postings.about_to_post(posting, now=self.clock())
        if ts is not None:
            await self.client.chat_update(channel=channel_id, ts=ts, **payload)
        else:
            failpoint("post.before_remote")
            ts = await self.send(posting, channel_id, payload)
        failpoint("post.after_remote")
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
        sent = await self.once.chat_postMessage(
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
        since = ((posting.intent_at or self.clock()) - LOOK_BACK).timestamp()
        where: dict[str, Any] = {
            "channel": channel_id,
            "oldest": str(since),
            "include_all_metadata": True,
            "limit": 200,
        }
        try:
            pages = await (
                self.client.conversations_replies(ts=posting.thread_ts, **where)
                if posting.thread_ts is not None
                else self.client.conversations_history(**where)
            )
            async for page in pages:
                for message in page["messages"]:
                    if message.get("metadata", {}).get("event_payload", {}).get("key") == posting.saying.key:
                        return str(message["ts"])
        except SlackApiError as error:
            if is_passing(error):
                raise
            # Without leave to look, saying it twice is better than never.
            log.warning("cannot look for a message", extra={"slack_error": code_of(error)})
        return None

    async def seed(self, posting: Posting, channel_id: str, ts: str) -> None:
        for name in posting.saying.seeds:
            try:
                await self.client.reactions_add(channel=channel_id, timestamp=ts, name=name)
            except SlackApiError as error:
                if is_passing(error):
                    raise
                log.info("not seeded", extra={"slack_error": code_of(error)})

    async def after_refusal(self, posting: Posting, error: SlackApiError) -> None:
        code = code_of(error)
        if is_too_fast(error):
            wait_s = float(error.response.headers.get("Retry-After", 1))
            # A post that was refused is not there; refused seeds or a refused look say nothing about the post.
            was_the_post = error.response.api_url.endswith(POST)
            run_at = self.clock() + timedelta(seconds=wait_s)
            await self.postings.postpone(posting, run_at=run_at, clear_intent=was_the_post)
        elif is_passing(error):
            await self.later(posting, code or str(error.response.status_code))
        else:
            log.error("slack refused", extra={"slack_error": code, "template": posting.saying.template})
            await self.postings.give_up(posting, error=code)

    async def later(self, posting: Posting, why: str) -> None:
        log.warning("posting postponed", extra={"why": why, "template": posting.saying.template})
        if posting.attempts >= MAX_ATTEMPTS:
            await self.postings.give_up(posting, error=why)
            return
        await self.postings.postpone(posting, run_at=self.backed_off(posting), clear_intent=False)

    def backed_off(self, posting: Posting) -> datetime:
        return self.clock() + timedelta(seconds=min(LONGEST_WAIT_S, 2 ** min(posting.attempts - 1, 10)))
