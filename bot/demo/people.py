"""Members of the workspace and what they do, each act shown on the page before it is done."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.demo.control import Control, Json
from bot.demo.failures import DemoFailed
from bot.demo.feed import Feed, Happening, Matches
from bot.demo.page import Page, pressed_label

CHANNEL: Final = "#content"
SLACK_COMMAND: Final = "/voice"


@dataclass(frozen=True, slots=True)
class Member:
    """user: the name in the sandbox, such as "owner"; user_id: as messages name them.

    What acts return as `after` is the number of the newest happening before the act.
    """

    user: str
    control: Control
    feed: Feed
    page: Page

    @property
    def user_id(self) -> str:
        return f"U0{self.user.upper()}"

    async def types(self, text: str) -> int:
        """A slash command in #content."""
        self.page.does(self.user, f"types {SLACK_COMMAND} {text}")
        body = {"user": self.user, "channel": CHANNEL, "command": SLACK_COMMAND, "text": text}
        return acked(await self.control.act("command", body), f"{SLACK_COMMAND} {text}")

    async def presses(self, message: Happening, action_id: str) -> int:
        """action_id: the whole of it, or how it begins."""
        button = message.button(action_id)
        if button is None:
            raise DemoFailed(f"There is no button {action_id} under “{message.text[:100]}”.")
        name = pressed_label(message, action_id)
        self.page.does(self.user, f"presses [{name}]")
        where = {"user": self.user, "channel": message.channel, "ts": message.ts}
        return acked(await self.control.act("press", {**where, "action_id": button["action_id"]}), f"[{name}]")

    async def submits(self, form: Happening, entries: Mapping[str, str | list[str]]) -> int:
        """entries: by block_id, which is the action_id too. Raises DemoFailed when the form is not accepted."""
        shown = ", ".join(f"{name}: {self.written(value)}" for name, value in entries.items())
        self.page.does(self.user, f"fills in and sends the form: {shown or 'as it is'}")
        values = {name: {name: value} for name, value in entries.items()}
        body = {"user": self.user, "view_id": form.facts["view_id"], "values": values}
        answer = await self.control.act("submit", body)
        if answer.get("errors"):
            raise DemoFailed(f"The form was not accepted: {answer['errors']}")
        return acked(answer, "the form")

    def written(self, value: str | list[str]) -> str:
        """As somebody reads it: people by their names."""
        return ", ".join(self.page.names.get(one, one) for one in ([value] if isinstance(value, str) else value))

    async def drops(self, path: Path, thread: Happening) -> int:
        query = {"user": self.user, "channel": thread.channel, "thread_ts": thread.ts, "name": path.name}
        content = await asyncio.to_thread(path.read_bytes)
        return int((await self.control.drop(content, query))["seq"])

    async def replies(self, thread: Happening, text: str) -> int:
        body = {"user": self.user, "channel": thread.channel, "thread_ts": thread.thread or thread.ts, "text": text}
        return int((await self.control.act("post", body))["seq"])

    async def reacts(self, message: Happening, name: str) -> int:
        return await self.emoji("react", message, name)

    async def unreacts(self, message: Happening, name: str) -> int:
        return await self.emoji("unreact", message, name)

    async def emoji(self, verb: str, message: Happening, name: str) -> int:
        body = {"user": self.user, "channel": message.channel, "ts": message.ts, "name": name}
        return int((await self.control.act(verb, body))["seq"])

    def told(self, happening: Happening) -> bool:
        """Whether it is something that only this member sees."""
        return happening.kind == "ephemeral" and happening.reader == self.user_id

    async def form(self, what: str, *, after: int, or_told: Matches | None = None) -> Happening:
        """The form that opens, or what the bot says in place of it."""

        def opens(one: Happening) -> bool:
            return one.kind == "view_opened" and one.facts.get("user") == self.user_id

        return await self.feed.first(what, lambda one: opens(one) or bool(or_told and or_told(one)), after=after)


def acked(answer: Json, what: str) -> int:
    """Raises DemoFailed when the bot did not answer Slack in time."""
    if answer.get("outcome") != "acked":
        raise DemoFailed(f"The bot did not answer {what}: {answer.get('outcome')} {answer.get('detail') or ''}".strip())
    return int(answer["seq"])
