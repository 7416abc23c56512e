"""HTTP delivery: signed requests to the app's one address, as Slack sends them."""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import aiohttp

from sandbox.clock import Clock
from sandbox.parcels import Answer, Parcel


class SignedHttp:
    """Events as JSON; interactions and commands as forms. Implements Transport.

    url may be set later: the app often starts after the sandbox.
    """

    def __init__(self, url: str, signing_secret: str, clock: Clock) -> None:
        self.url = url
        self._secret = signing_secret
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    async def send(self, parcel: Parcel, *, timeout_s: float) -> Answer:
        body, content_type = _encoded(parcel)
        headers = {"Content-Type": content_type, **self.signature(body)}
        if parcel.retry_num:
            headers["X-Slack-Retry-Num"] = str(parcel.retry_num)
            headers["X-Slack-Retry-Reason"] = parcel.retry_reason
        try:
            async with self._open_session().post(
                self.url,
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout_s),
            ) as response:
                return await _answer(response)
        except TimeoutError:
            return Answer("timeout", detail="http_timeout")
        except aiohttp.ClientError:
            return Answer("unreachable", detail="connection_failed")

    def signature(self, body: str) -> dict[str, str]:
        """The two headers an app checks: HMAC-SHA256 over v0:time:body."""
        timestamp = str(int(self._clock.now()))
        digest = hmac.new(self._secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256)
        return {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={digest.hexdigest()}",
        }

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _encoded(parcel: Parcel) -> tuple[str, str]:
    form = "application/x-www-form-urlencoded"
    if parcel.kind == "events_api":
        return json.dumps(parcel.payload), "application/json"
    if parcel.kind == "interactive":
        return urlencode({"payload": json.dumps(parcel.payload)}), form
    return urlencode(parcel.payload), form


async def _answer(response: aiohttp.ClientResponse) -> Answer:
    text = await response.text()
    if response.status != 200:
        may_retry = response.headers.get("X-Slack-No-Retry") != "1"
        return Answer("failed", detail="http_error", may_retry=may_retry)
    body: Any = text or None
    if text and response.content_type == "application/json":
        body = json.loads(text)
    return Answer("acked", body)
