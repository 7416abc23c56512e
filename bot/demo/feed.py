"""Everything that happens in the sandbox, read as it happens, and waiting for the next thing."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from bot.demo.control import Control, Json, Refused
from bot.demo.failures import DemoFailed

POLL_S: Final = 20  # how long one request waits for the next happening
LAST_SAID: Final = 4  # messages quoted when something does not come
QUOTED_CHARS: Final = 300
KINDS: Final = (
    "message,message_changed,message_deleted,ephemeral,ephemeral_changed,reaction_added,reaction_removed,"
    "view_opened,view_updated,notice"
)


@dataclass(frozen=True, slots=True)
class Happening:
    """facts: as sandbox/README.md lists them by kind."""

    seq: int
    kind: str
    facts: Json

    @property
    def channel(self) -> str:
        return str(self.facts.get("channel") or "")

    @property
    def ts(self) -> str:
        return str(self.facts.get("ts") or "")

    @property
    def thread(self) -> str:
        """The ts of the thread it stands in; empty for what stands in the channel."""
        thread_ts = str(self.facts.get("thread_ts") or "")
        return "" if thread_ts == self.ts else thread_ts

    @property
    def text(self) -> str:
        return str(self.facts.get("text") or "")

    @property
    def by_bot(self) -> bool:
        return bool(self.facts.get("by_bot"))

    @property
    def reader(self) -> str:
        """Who alone sees it; empty for what everybody sees."""
        return str(self.facts.get("to") or "")

    @property
    def blocks(self) -> list[Json]:
        found: list[Json] = self.message.get("blocks") or []
        return found

    @property
    def message(self) -> Json:
        found: Json = self.facts.get("message") or {}
        return found

    @property
    def is_post(self) -> bool:
        """Something the bot said to everybody in the channel, new or changed."""
        return self.by_bot and self.kind in ("message", "message_changed")

    def buttons(self) -> list[Json]:
        """Button elements, in the order they are shown."""
        held = [block.get("elements", []) if block["type"] == "actions" else accessory(block) for block in self.blocks]
        return [element for elements in held for element in elements if element.get("type") == "button"]

    def button(self, action_id: str) -> Json | None:
        """The first whose action_id is this or starts with it."""
        return next((one for one in self.buttons() if str(one["action_id"]).startswith(action_id)), None)


def accessory(block: Json) -> list[Json]:
    found: Json | None = block.get("accessory")
    return [found] if found else []


Matches = Callable[[Happening], bool]


@dataclass(slots=True)
class Feed:
    """heard: told of each happening once, in order."""

    control: Control
    heard: Callable[[Happening], None]
    seen: list[Happening] = field(default_factory=list)
    more: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> None:
        """Read until cancelled."""
        after = 0
        while True:
            found = await self.next(after)
            if found is not None:
                after = found.seq
                self.seen.append(found)
                self.heard(found)
                self.more.set()
                self.more = asyncio.Event()

    async def next(self, after: int) -> Happening | None:
        query = {"after": after, "kind": KINDS, "timeout": POLL_S}
        try:
            found = (await self.control.look("wait", query))["happening"]
        except Refused as refusal:
            if refusal.error != "timeout":
                raise
            return None
        facts: dict[str, Any] = {name: value for name, value in found.items() if name not in ("seq", "kind")}
        return Happening(found["seq"], found["kind"], facts)

    async def first(self, what: str, matches: Matches, *, after: int, within_s: float = 30) -> Happening:
        """The first that matches and is numbered above `after`. what: in words, for when it does not come.

        Raises DemoFailed.
        """
        try:
            async with asyncio.timeout(within_s):
                while True:
                    more = self.more
                    found = next((one for one in self.seen if one.seq > after and matches(one)), None)
                    if found is not None:
                        return found
                    await more.wait()
        except TimeoutError as error:
            raise DemoFailed(f"{what} did not come within {within_s:.0f} s. {self.last_said()}") from error

    def last_said(self) -> str:
        said = [one for one in self.seen if one.text][-LAST_SAID:]
        lines = [f"    {one.kind}: {one.text[:QUOTED_CHARS]}" for one in said]
        return "\n".join(["The last things that were said:", *lines]) if lines else "Nothing was said at all."
