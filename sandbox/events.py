"""Events: who gets them, their envelope, Slack's retries, and the switches that disturb them."""

import asyncio
import secrets
from typing import Any

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.feed import Feed
from sandbox.manifest import Manifest
from sandbox.parcels import Answer, Parcel, Transport
from sandbox.settings import SandboxSettings
from sandbox.tasks import Tasks
from sandbox.workspace import Channel, Workspace

RETRY_AFTER_S = (0.0, 60.0, 300.0)  # Slack's Events API page: at once, after 1 minute, after 5 minutes
_MESSAGE_SUFFIX = {"channel": "channels", "group": "groups", "im": "im"}


class Events:
    def __init__(
        self,
        settings: SandboxSettings,
        manifest: Manifest,
        workspace: Workspace,
        clock: Clock,
        feed: Feed,
        transport: Transport,
        faults: Faults,
    ) -> None:
        self._settings = settings
        self._manifest = manifest
        self._workspace = workspace
        self._clock = clock
        self._feed = feed
        self._transport = transport
        self._faults = faults
        self._held: list[tuple[str, dict[str, Any]]] = []
        self.tasks = Tasks()

    def emit(self, event: dict[str, Any], channel: Channel | None = None) -> None:
        """Deliver one event, or log why Slack would not. Returns at once."""
        subscription = _subscription(event, channel)
        refusal = self._refusal(subscription, channel)
        if refusal:
            self._feed.add("delivery", event=subscription, outcome="not sent", detail=refusal, attempt=0)
            return
        payload = self._envelope(event)
        fault = self._faults.for_event(subscription)
        kind = fault.kind if fault else ""
        if fault and kind == "drop":
            self._feed.add("delivery", event=subscription, outcome="dropped", detail="switch", attempt=0)
        elif fault and kind == "delay":
            self.tasks.start(self._deliver_later(subscription, payload, fault.seconds))
        elif fault and kind == "reorder":
            self._held.append((subscription, payload))
            self.tasks.start(self._release_later(fault.seconds))
        else:
            self.tasks.start(self._deliver_before_held(subscription, payload, twice=kind == "duplicate"))

    def _refusal(self, subscription: str, channel: Channel | None) -> str | None:
        if not self._workspace.installed:
            return "the app is not installed"
        if channel and not self._workspace.bot_is_in(channel):
            return f"the bot is not a member of {channel.channel_id}"
        return self._manifest.event_refusal(subscription)

    def _envelope(self, event: dict[str, Any]) -> dict[str, Any]:
        workspace = self._workspace
        return {
            "token": "sandbox-verification-token",
            "team_id": workspace.team_id,
            "context_team_id": workspace.team_id,
            "context_enterprise_id": None,
            "api_app_id": workspace.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(self._clock.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": workspace.team_id,
                    "user_id": workspace.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{secrets.token_hex(8)}",
        }

    async def _deliver_before_held(self, subscription: str, payload: dict[str, Any], *, twice: bool) -> None:
        await self._deliver(subscription, payload)
        if twice:
            await self._deliver(subscription, payload)
        await self._release_held()

    async def _deliver_later(self, subscription: str, payload: dict[str, Any], seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._deliver(subscription, payload)

    async def _release_later(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._release_held()

    async def _release_held(self) -> None:
        held, self._held = self._held, []
        for subscription, payload in held:
            await self._deliver(subscription, payload)

    async def _deliver(self, subscription: str, payload: dict[str, Any]) -> None:
        """Try once and, as Slack does, three times more; give up after that."""
        reason = ""
        for attempt, wait_s in enumerate((None, *RETRY_AFTER_S)):
            if wait_s is not None:
                await asyncio.sleep(wait_s * self._settings.retry_scale)
            parcel = Parcel("events_api", payload, attempt, reason)
            answer = await self._transport.send(parcel, timeout_s=self._settings.ack_timeout_s)
            self._log(subscription, parcel, answer)
            if answer.outcome == "acked" or not answer.may_retry:
                return
            reason = answer.detail if answer.detail.startswith(("http_", "connection_")) else "timeout"

    def _log(self, subscription: str, parcel: Parcel, answer: Answer) -> None:
        self._feed.add(
            "delivery",
            event=subscription,
            event_id=parcel.payload["event_id"],
            attempt=parcel.retry_num,
            outcome=answer.outcome,
            detail=answer.detail,
            payload=parcel.payload,
        )


def _subscription(event: dict[str, Any], channel: Channel | None) -> str:
    kind = str(event["type"])
    return f"message.{_MESSAGE_SUFFIX[channel.kind]}" if kind == "message" and channel else kind
