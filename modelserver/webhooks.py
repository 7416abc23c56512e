"""Tells another server when a job has ended: signed as OpenAI signs, and sent again until it is taken.

The form is that of standard-webhooks: headers webhook-id, webhook-timestamp, webhook-signature.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import time
from dataclasses import dataclass
from typing import Final

import aiohttp

from modelserver.records import Delivery, Job, new_id
from modelserver.store import Store

log = logging.getLogger(__name__)

TIMEOUT_S: Final = 10
LONGEST_WAIT_S: Final = 3600.0
GIVEN_UP_AFTER_S: Final = 3 * 24 * 3600  # as OpenAI does it
SECRET_PREFIX: Final = "whsec_"


@dataclass(frozen=True)
class Hook:
    """Where to tell, and the secret that both sides know: `whsec_` and base64, or any other text as it is.

    first_wait_s: until the second attempt; it doubles with each further one.
    """

    url: str
    secret: str
    first_wait_s: float = 5.0


class Webhooks:
    """What is to be told is kept in the transaction of the fact, so a stop loses none; the id stays the same."""

    def __init__(self, store: Store, hook: Hook | None) -> None:
        self._store, self._hook = store, hook
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def ended(self, job: Job) -> None:
        """Keep the message about a job; only inside a transaction."""
        if self._hook is None:
            return
        event = {
            "id": new_id("evt_"),
            "object": "event",
            "created_at": int(time.time()),
            "type": f"fine_tuning.job.{job.status}",
            "data": {"id": job.id},
        }
        body = json.dumps(event)
        self._store.add(Delivery(id=new_id("wh_"), body=body, created_at=int(time.time()), due_at=time.time()))
        self._news.set()

    def start(self) -> None:
        if self._hook is not None:
            self._task = asyncio.create_task(self._run(self._hook), name="webhooks")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, hook: Hook) -> None:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            while True:
                self._news.clear()
                for delivery in self._store.all(Delivery):
                    if delivery.due_at <= time.time():
                        await self._deliver(http, hook, delivery)
                await self._wait()

    async def _wait(self) -> None:
        """Until something new is to be told or something old is due again."""
        due = min((delivery.due_at for delivery in self._store.all(Delivery)), default=None)
        try:
            async with asyncio.timeout(None if due is None else max(0.0, due - time.time())):
                await self._news.wait()
        except TimeoutError:
            return

    async def _deliver(self, http: aiohttp.ClientSession, hook: Hook, delivery: Delivery) -> None:
        if await _taken(http, hook, delivery):
            self._store.remove(Delivery, delivery.id)
        elif time.time() - delivery.created_at > GIVEN_UP_AFTER_S:
            log.error("webhook given up", extra={"webhook_id": delivery.id})
            self._store.remove(Delivery, delivery.id)
        else:
            wait_s = min(LONGEST_WAIT_S, hook.first_wait_s * 2**delivery.attempts)
            later = {"attempts": delivery.attempts + 1, "due_at": time.time() + wait_s}
            self._store.replace(delivery.model_copy(update=later))


async def _taken(http: aiohttp.ClientSession, hook: Hook, delivery: Delivery) -> bool:
    body = delivery.body.encode()
    try:
        answer = await http.post(
            hook.url, data=body, headers=signed(delivery.id, body, hook.secret), allow_redirects=False
        )
    except (aiohttp.ClientError, TimeoutError) as err:
        log.warning("webhook not delivered", extra={"webhook_id": delivery.id, "reason": type(err).__name__})
        return False
    answer.release()
    return 200 <= answer.status < 300


def signed(webhook_id: str, body: bytes, secret: str) -> dict[str, str]:
    """The headers of one attempt, with the time of now."""
    timestamp = str(int(time.time()))
    key = base64.b64decode(secret[len(SECRET_PREFIX) :]) if secret.startswith(SECRET_PREFIX) else secret.encode()
    digest = hmac.new(key, f"{webhook_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
