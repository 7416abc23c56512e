"""A small client of the control API, for tests and scripts."""

import json
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import aiohttp

Json = dict[str, Any]


class ControlRefused(Exception):
    """The control API said no. error is its word for it, such as no_such_action."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(f"{body.get('error')}: {body.get('detail')}")
        self.status = status
        self.error = str(body.get("error"))
        self.detail = str(body.get("detail"))


class SandboxClient:
    """Every answer is the JSON object of the control API (README.md); a refusal raises ControlRefused.

    Members are named by id or name ("owner"), channels by id, "#content" or "dm".
    """

    def __init__(self, base_url: str, *, timeout_s: float = 60.0) -> None:
        self.base_url = base_url
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout_s))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._session.close()

    async def act(self, verb: str, **body: Any) -> Json:
        """POST /control/<verb>; fields that are None are left out."""
        given = {name: value for name, value in body.items() if value is not None}
        async with self._session.post(f"{self.base_url}/control/{verb}", json=given) as response:
            return await _checked(response)

    async def look(self, verb: str, **query: Any) -> Json:
        """GET /control/<verb>."""
        params = {name: _text(value) for name, value in query.items() if value is not None}
        async with self._session.get(f"{self.base_url}/control/{verb}", params=params) as response:
            return await _checked(response)

    async def wait(self, kind: str, *, after: int = 0, contains: str = "", timeout_s: float = 10, **facts: Any) -> Json:
        """The first happening of this kind after a number, with these facts. ControlRefused: timeout."""
        query = {"kind": kind, "after": after, "contains": contains, "timeout": timeout_s, **facts}
        happening: Json = (await self.look("wait", **query))["happening"]
        return happening

    async def connected(self, count: int = 1) -> None:
        await self.look("connected", count=count)

    async def settled(self, *, timeout_s: float = 10) -> None:
        await self.look("settled", timeout=timeout_s)

    async def command(self, user: str, text: str, *, channel: str = "#content") -> Json:
        """Type a whole line, such as "/voice new founder @owner"."""
        name, _, rest = text.partition(" ")
        return await self.act("command", user=user, channel=channel, command=name, text=rest)

    async def post(self, user: str, channel: str, text: str, *, thread_ts: str | None = None) -> Json:
        return await self.act("post", user=user, channel=channel, text=text, thread_ts=thread_ts)

    async def press(
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        *,
        value: Any = None,
        block_id: str | None = None,
    ) -> Json:
        return await self.act(
            "press",
            user=user,
            channel=channel,
            ts=ts,
            action_id=action_id,
            value=value,
            block_id=block_id,
        )

    async def press_in_view(self, user: str, view_id: str, action_id: str, **more: Any) -> Json:
        return await self.act("press", user=user, view_id=view_id, action_id=action_id, **more)

    async def submit(self, user: str, view_id: str, values: Json | None = None) -> Json:
        return await self.act("submit", user=user, view_id=view_id, values=values or {})

    async def shortcut(self, user: str, callback_id: str, channel: str, ts: str) -> Json:
        return await self.act("shortcut", user=user, callback_id=callback_id, channel=channel, ts=ts)

    async def react(self, user: str, channel: str, ts: str, name: str) -> Json:
        return await self.act("react", user=user, channel=channel, ts=ts, name=name)

    async def unreact(self, user: str, channel: str, ts: str, name: str) -> Json:
        return await self.act("unreact", user=user, channel=channel, ts=ts, name=name)

    async def drop_file(
        self,
        user: str,
        name: str,
        content: bytes,
        *,
        channel: str | None = None,
        thread_ts: str | None = None,
        text: str | None = None,
    ) -> Json:
        """Upload bytes; with a channel they are dropped there, else they wait for a modal's file_input."""
        query = {"user": user, "name": name, "channel": channel, "thread_ts": thread_ts, "text": text}
        params = {key: value for key, value in query.items() if value is not None}
        url = f"{self.base_url}/control/files"
        async with self._session.post(url, params=params, data=content) as response:
            return await _checked(response)

    async def file_content(self, file_id: str) -> bytes:
        async with self._session.get(f"{self.base_url}/control/files/{file_id}") as response:
            return await response.read()

    async def messages(self, channel: str, *, user: str | None = None, thread_ts: str | None = None) -> Sequence[Json]:
        answer = await self.look("messages", channel=channel, user=user, thread_ts=thread_ts)
        found: Sequence[Json] = answer["messages"]
        return found

    async def ephemerals(self, user: str) -> Sequence[Json]:
        found: Sequence[Json] = (await self.look("ephemerals", user=user))["messages"]
        return found

    async def views(self, user: str) -> Sequence[Json]:
        found: Sequence[Json] = (await self.look("views", user=user))["views"]
        return found

    async def home(self, user: str) -> Json | None:
        found: Json | None = (await self.look("views", user=user))["home"]
        return found

    async def calls(self, method: str = "", *, after: int = 0) -> Sequence[Json]:
        found: Sequence[Json] = (await self.look("calls", method=method, after=after))["calls"]
        return found

    async def deliveries(self, *, after: int = 0) -> Sequence[Json]:
        found: Sequence[Json] = (await self.look("deliveries", after=after))["deliveries"]
        return found

    async def fault(self, method: str, kind: str, **more: Any) -> Json:
        return await self.act("faults", method=method, kind=kind, **more)

    async def event_fault(self, event: str, kind: str, **more: Any) -> Json:
        return await self.act("faults", event=event, kind=kind, **more)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


async def _checked(response: aiohttp.ClientResponse) -> Json:
    body: Json = json.loads(await response.text())
    if not body.get("ok"):
        raise ControlRefused(response.status, body)
    return body
