"""A voice is made, and its owner agrees (US1)."""

from collections.abc import Mapping
from typing import Final

from bot.demo.cast import Cast
from bot.demo.feed import Happening

AGREE: Final = "consent.agree"


async def make_voice(cast: Cast, more: Mapping[str, str] | None = None) -> int:
    """more: entries of the form beside those every voice gets. Returns where to look for the request to the owner."""
    steward = cast.steward
    after = await steward.types(f"new {cast.handle} @owner")
    form = await steward.form("The New voice form", after=after)
    entries = {"works_if": "published with less than 15 % edits", "why": "tone prompts drift", **(more or {})}
    sent = await steward.submits(form, entries)
    await cast.said("The card of the voice", f"{cast.handle}: ", after=sent)
    return sent


async def agree(cast: Cast, asked: int) -> int:
    """Returns where to look for what follows."""

    def is_request(one: Happening) -> bool:
        return one.is_post and one.button(AGREE) is not None

    request = await cast.feed.first("The consent request in the owner's direct messages", is_request, after=asked)
    after = await cast.owner.presses(request, AGREE)

    def is_told(one: Happening) -> bool:
        return one.is_post and bool(one.thread) and "agreed. Scope" in one.text

    await cast.feed.first("The line that says that the owner agreed", is_told, after=after)
    return after
