"""Bolt's app, and the order in which its listeners are asked: in turn, from the first, until one takes what came."""

import logging
import re
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.assembly import Feature
from bot.drain import InFlight
from bot.settings import Settings

EVERY_EVENT = re.compile(".*")

log = logging.getLogger(__name__)


@runtime_checkable
class Urgent(Protocol):
    """A feature with listeners for what comes by the hundred."""

    def register_first(self, app: AsyncApp) -> None: ...


def slack_app(
    client: AsyncWebClient, settings: Settings, commands: Feature, features: Sequence[Feature]
) -> tuple[AsyncApp, InFlight]:
    app = AsyncApp(
        client=client,
        signing_secret=settings.slack.signing_secret.get_secret_value() or None,
        process_before_response=True,
        request_verification_enabled=settings.slack.mode == "http",
    )
    in_flight = InFlight()
    app.middleware(in_flight.count)
    listen(app, commands, features)
    return app, in_flight


def listen(app: AsyncApp, commands: Feature, features: Sequence[Feature]) -> None:
    """Commands and emoji before the rest: asking a hundred others first took longer than storing an emoji."""
    commands.register(app)
    for urgent in features:
        if isinstance(urgent, Urgent):
            urgent.register_first(app)
    for feature in features:
        feature.register(app)
    app.event(EVERY_EVENT)(noted)


async def noted(event: dict[str, Any]) -> None:
    """Events nobody listens to are acknowledged all the same: Slack repeats the others and then stops sending."""
    log.debug("event without a listener", extra={"event_type": event.get("type")})
