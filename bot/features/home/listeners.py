"""Somebody opens the app's home tab."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.features.home.usecase import LookAtHome
from bot.features.home.views import home
from bot.slack.modals import Modals


@dataclass(frozen=True, slots=True)
class HomeListeners:
    look: LookAtHome
    modals: Modals
    command: str

    def register(self, app: AsyncApp) -> None:
        app.event("app_home_opened")(self.on_opened)

    async def on_opened(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            self.modals.publish(event["user"], home(await self.look(body["team_id"], event["user"]), self.command))
