"""Two versions meet, people vote blind, and the better one is promoted (US7)."""

import re
from functools import partial
from typing import Final

from bot.demo.cast import Cast
from bot.demo.feed import Happening
from bot.demo.memory import Ear
from bot.demo.people import Member

QUESTION: Final = "Which sounds more like"
NOT_STARTED: Final = "couldn't start the duel"
STOPPED: Final = "The duel stopped"
VOTE: Final = "duels.vote."
CLOSE: Final = "duels.close_now"
PROMOTE: Final = "duels.promote"
OVERRIDE: Final = "duels.override"
BOUT: Final = re.compile(r"Brief (\d+) of (\d+): ")
BRIEF: Final = "brief-"
LEAST_BRIEFS: Final = 2
WRITTEN_S: Final = 90  # twelve texts take six seconds on two cores
BOARD: Final = "Board of"
WHY: Final = "A demo: its drafts read as well, and it has learned from what people said."


async def challenge(cast: Cast) -> Happening | None:
    """A duel that the steward asks for: v1 against plain prompting. None where there is too little to write about."""
    steward = cast.steward
    after = await steward.types(f"duel {cast.handle}@v1 vs plain")
    opened = await steward.form("The form of the duel", after=after)

    def is_filled(one: Happening) -> bool:
        return one.kind == "view_updated" and one.facts["view_id"] == opened.facts["view_id"]

    form = await cast.feed.first("The briefs of the duel", is_filled, after=after)
    blocks = form.facts["view"]["blocks"]
    known = [one for one in blocks if str(one["block_id"]).startswith(BRIEF) and one["element"].get("initial_value")]
    if len(known) < LEAST_BRIEFS:
        return None
    voters = [cast.owner.user_id, cast.editor.user_id, cast.asker.user_id]
    return await opened_duel(cast, await steward.submits(form, {"voters": voters}))


async def opened_duel(cast: Cast, after: int) -> Happening | None:
    """Its card once people may vote; None where the bot said why there is none."""

    def is_open(one: Happening) -> bool:
        is_card = one.is_post and not one.thread and QUESTION in one.text and "Votes are secret" in one.text
        return is_card or (one.is_post and (NOT_STARTED in one.text or STOPPED in one.text))

    card = await cast.feed.first("The card of the duel", is_open, after=after, within_s=WRITTEN_S)
    return card if QUESTION in card.text else None


async def vote(cast: Cast, card: Happening, voters: list[Member], ear: Ear) -> Happening:
    """Everybody on every brief, then the end; the result."""
    number, bouts = 1, 1
    while number <= bouts:
        bout = await cast.feed.first("Two texts", partial(is_bout, card=card, number=number), after=0)
        bouts = int((BOUT.match(bout.text) or [0, 0, 1])[2])
        for voter in voters:
            await voter.presses(bout, VOTE + ear.prefers(*sides(bout)))
        number += 1

    def is_complete(one: Happening) -> bool:
        return one.is_post and one.ts == card.ts and one.button(CLOSE) is not None

    complete = await cast.feed.first("The duel with all votes", is_complete, after=card.seq)
    after = await cast.steward.presses(complete, CLOSE)

    def is_result(one: Happening) -> bool:
        return one.is_post and one.thread == card.ts and one.text.startswith("🥊")

    return await cast.feed.first("The result of the duel", is_result, after=after)


def is_bout(one: Happening, card: Happening, number: int) -> bool:
    return one.is_post and one.thread == card.ts and one.text.startswith(f"Brief {number} of ")


def sides(bout: Happening) -> tuple[str, str]:
    a, b = (str(block["text"]["text"]).partition("\n")[2] for block in bout.blocks[1:3])
    return a, b


async def promote(cast: Cast, result: Happening) -> None:
    """What won is promoted; what nobody called a winner for a reason; what lost isn't."""
    owner = cast.owner
    if result.button(PROMOTE):
        after = await owner.presses(result, PROMOTE)
    elif result.button(OVERRIDE):
        after = await owner.presses(result, OVERRIDE)
        form = await owner.form("The form that asks why", after=after)
        after = await owner.submits(form, {"reason": WHY})
    else:
        return

    def is_promoted(one: Happening) -> bool:
        return one.is_post and one.text.startswith("🏅")

    await cast.feed.first("The line that says which version writes now", is_promoted, after=after)


async def look_at_board(cast: Cast) -> None:
    after = await cast.steward.types(f"board {cast.handle}")

    def is_board(one: Happening) -> bool:
        return (one.is_post or cast.steward.told(one)) and BOARD in one.text

    await cast.feed.first("The board of all versions", is_board, after=after)
