"""What tests of the sandbox share: how an app is connected."""

from collections.abc import Awaitable, Callable

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

Connect = Callable[[AsyncApp], Awaitable[AsyncSocketModeHandler]]
