"""Socket Mode: hands out WebSocket addresses, sends envelopes, waits for their acknowledgement."""

import asyncio
import itertools
import json
import secrets
from typing import Any, Literal

from aiohttp import WSMsgType, web

from sandbox.feed import Feed
from sandbox.parcels import Answer, Parcel

MAX_CONNECTIONS = 10
Reason = Literal["warning", "refresh_requested", "link_disabled"]


class SocketMode:
    """Each envelope goes to one of the open connections, in turn. Implements Transport."""

    def __init__(self, feed: Feed, app_id: str) -> None:
        self._feed = feed
        self._app_id = app_id
        self._tickets: set[str] = set()
        self._connections: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._turn = itertools.count()

    @property
    def connections(self) -> int:
        return len(self._connections)

    def new_url(self, base_url: str) -> str:
        """A WebSocket address that works once, as apps.connections.open gives it."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return f"{base_url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={self._app_id}"

    async def accept(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or len(self._connections) >= MAX_CONNECTIONS:
            return web.Response(status=409, text="too many connections or unknown ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self._hello(socket)
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._take_ack(frame.data)
        finally:
            self._forget(socket)
        return socket

    async def _hello(self, socket: web.WebSocketResponse) -> None:
        self._connections.append(socket)
        greeting = {
            "type": "hello",
            "num_connections": self.connections,
            "debug_info": {
                "host": "applink-sandbox",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": self._app_id},
        }
        await socket.send_str(json.dumps(greeting))
        self._feed.add("socket", state="connected", connections=self.connections)

    def _forget(self, socket: web.WebSocketResponse) -> None:
        if socket in self._connections:
            self._connections.remove(socket)
            self._feed.add("socket", state="disconnected", connections=self.connections)

    def _take_ack(self, frame: str) -> None:
        try:
            ack = json.loads(frame)
        except ValueError:
            return
        waiting = self._waiting.get(ack.get("envelope_id", ""))
        if waiting and not waiting.done():
            waiting.set_result(ack.get("payload") or None)
        else:
            self._feed.add("late_ack", envelope_id=ack.get("envelope_id"))

    async def send(self, parcel: Parcel, *, timeout_s: float) -> Answer:
        if not self._connections:
            return Answer("unreachable", detail="no open Socket Mode connection")
        socket = self._connections[next(self._turn) % len(self._connections)]
        envelope_id = secrets.token_hex(16)
        waiting = self._waiting[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            await socket.send_str(json.dumps(_envelope(envelope_id, parcel)))
            return Answer("acked", await asyncio.wait_for(waiting, timeout_s))
        except TimeoutError:
            return Answer("timeout", detail="timeout")
        except ConnectionError:
            return Answer("unreachable", detail="the connection was gone")
        finally:
            del self._waiting[envelope_id]

    async def disconnect(self, reason: Reason, *, abrupt: bool = False) -> int:
        """Drop every connection, with Slack's `disconnect` frame or without; a warning only announces it."""
        dropped = list(self._connections)
        frame = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}}
        for socket in dropped:
            if not abrupt:
                await socket.send_str(json.dumps(frame))
            if abrupt or reason != "warning":
                self._forget(socket)
                await socket.close()
        return len(dropped)

    async def close(self) -> None:
        for socket in list(self._connections):
            self._forget(socket)
            await socket.close()


def _envelope(envelope_id: str, parcel: Parcel) -> dict[str, Any]:
    envelope: dict[str, Any] = {
        "envelope_id": envelope_id,
        "payload": parcel.payload,
        "type": parcel.kind,
        "accepts_response_payload": parcel.kind != "events_api",
    }
    if parcel.kind == "events_api":
        envelope |= {"retry_attempt": parcel.retry_num, "retry_reason": parcel.retry_reason}
    return envelope
