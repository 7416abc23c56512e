"""Who plays and with what."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.demo.control import Control
from bot.demo.feed import Feed, Happening
from bot.demo.page import Page
from bot.demo.people import Member
from bot.demo.terminal import Terminal
from pipeline.rounds import is_test_brief

HANDLE: Final = "founder"
CLEANING: Final = "🧹 Cleaning"
# Feedback on a test brief scores and never trains, so the first of these that are none are asked for.
BRIEFS: Final = (
    "what I would tell someone on their first day",
    "the mistake that taught me the most this year",
    "why small repairs are worth the time",
    "a tool that I should have bought sooner",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """files: dropped one after the other; later: those that join in the second round; private: of the second voice,
    who writes for nobody else's eyes. author: as the export names them; None takes what the bot reads."""

    files: tuple[Path, ...]
    author: str | None
    briefs: tuple[str, str]
    later: tuple[Path, ...] = ()
    private: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, and what they look at. handle: of the voice they are busy with."""

    plan: Plan
    control: Control
    feed: Feed
    page: Page
    terminal: Terminal
    handle: str = HANDLE

    def member(self, user: str) -> Member:
        return Member(user, self.control, self.feed, self.page)

    @property
    def steward(self) -> Member:
        return self.member("steward")

    @property
    def owner(self) -> Member:
        return self.member("owner")

    @property
    def editor(self) -> Member:
        return self.member("editor")

    @property
    def approver(self) -> Member:
        return self.member("approver")

    @property
    def asker(self) -> Member:
        return self.member("member")

    async def said(self, what: str, words: str, *, after: int, thread: str = "", within_s: float = 30) -> Happening:
        """A message of the bot with these words, new or edited; in this thread, or in the channel itself."""

        def matches(one: Happening) -> bool:
            return one.is_post and one.thread == thread and words in one.text

        return await self.feed.first(what, matches, after=after, within_s=within_s)

    async def edited(self, what: str, message: Happening, *, after: int, gone: str = "", there: str = "") -> Happening:
        """The same message again, without one button or with another (the beginning of an action_id).

        A report that only says how far its cleaning is does not count.
        """

        def matches(one: Happening) -> bool:
            same = one.kind == "message_changed" and one.ts == message.ts and one.channel == message.channel
            same = same and not one.text.startswith(CLEANING)
            return same and not (gone and one.button(gone)) and not (there and not one.button(there))

        return await self.feed.first(what, matches, after=after, within_s=120)

    async def settled(self) -> None:
        """Until every event has reached the bot."""
        await self.control.look("settled", {"timeout": 30})


def briefs_for(briefs: tuple[str, ...] = BRIEFS) -> tuple[str, str]:
    first, second, *_ = [brief for brief in briefs if not is_test_brief(brief)]
    return first, second
