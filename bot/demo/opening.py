"""A voice is made, and its owner agrees (US1)."""

from typing import Final

from bot.demo.cast import HANDLE, Cast
from bot.demo.feed import Happening

AGREE: Final = "consent.agree"


async def make_voice(cast: Cast) -> int:
    """Returns where to look for the request to the owner."""
    steward = cast.steward
    after = await steward.types(f"new {HANDLE} @owner")
    form = await steward.form("The New voice form", after=after)
    entries = {"works_if": "published with less than 15 % edits", "why": "tone prompts drift"}
    sent = await steward.submits(form, entries)
    await cast.said("The card of the voice", f"{HANDLE}: ", after=sent)
    return sent


async def agree(cast: Cast, asked: int) -> None:
    def is_request(one: Happening) -> bool:
        return one.is_post and one.button(AGREE) is not None

    request = await cast.feed.first("The consent request in the owner's direct messages", is_request, after=asked)
    after = await cast.owner.presses(request, AGREE)

    def is_told(one: Happening) -> bool:
        return one.is_post and bool(one.thread) and "agreed. Scope" in one.text

    await cast.feed.first("The line that says that the owner agreed", is_told, after=after)
