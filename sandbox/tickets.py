"""Things that work for a while: trigger ids (3 seconds, once) and response_urls (30 minutes, 5 times)."""

import secrets
from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.errors import SlackError
from sandbox.workspace import Message

TRIGGER_LIFE_S = 3.0
RESPONSE_URL_LIFE_S = 1800.0
RESPONSE_URL_USES = 5


@dataclass(slots=True)
class Trigger:
    """view_id: the view whose button or submission made it, for views.push."""

    user_id: str
    made_at: float
    view_id: str | None = None
    used: bool = False


class Triggers:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: dict[str, Trigger] = {}

    def new(self, user_id: str, view_id: str | None = None) -> str:
        trigger_id = f"{len(self._made) + 1}.{int(self._clock.now())}.{secrets.token_hex(16)}"
        self._made[trigger_id] = Trigger(user_id, self._clock.now(), view_id)
        return trigger_id

    def check(self, trigger_id: str) -> Trigger:
        """Raise what Slack answers when the trigger cannot open a view; does not use it up."""
        trigger = self._made.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock.now() - trigger.made_at > TRIGGER_LIFE_S:
            raise SlackError("expired_trigger_id")
        return trigger


@dataclass(slots=True)
class ResponseUrl:
    """source: the message whose button was pressed; None after a slash command."""

    channel_id: str
    user_id: str
    made_at: float
    source: Message | None = None
    uses: int = 0


class ResponseUrls:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: dict[str, ResponseUrl] = {}

    def new(self, channel_id: str, user_id: str, source: Message | None = None) -> str:
        """The path of a new response_url; the caller puts the server's address before it."""
        token = secrets.token_hex(12)
        self._made[token] = ResponseUrl(channel_id, user_id, self._clock.now(), source)
        return f"/response/{token}"

    def use(self, token: str) -> ResponseUrl:
        """Count one use. SlackError: no_such_url, expired_url, used_url."""
        made = self._made.get(token)
        if made is None:
            raise SlackError("no_such_url")
        if self._clock.now() - made.made_at > RESPONSE_URL_LIFE_S:
            raise SlackError("expired_url")
        if made.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url")
        made.uses += 1
        return made
