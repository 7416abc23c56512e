"""A second voice whose writing is private: added past Slack, trained where only this machine sees it (US2, US5)."""

from dataclasses import replace
from typing import Final

from bot.demo import comparing, money, opening, rehearsing, texts, writing
from bot.demo.cast import Cast
from bot.demo.feed import Happening

HANDLE: Final = "letters"
NOTE: Final = "Private letters: on our own server, or not at all."


async def second_voice(cast: Cast) -> None:
    """From its consent to a draft. Raises LoopStopped."""
    mine = replace(cast, handle=HANDLE, plan=replace(cast.plan, files=cast.plan.private))
    agreed = await opening.agree(mine, await opening.make_voice(mine, {"sensitivity": "private"}))
    card, report = await add(mine, agreed)
    await texts.accept_all(mine, await texts.choose_author(mine, report))
    await rehearsing.rehearse(mine, card)
    await money.ask_what_it_costs(mine, card)
    await train_anyway(mine, card)
    approved = await money.approve(mine, await money.ask_for_approval(mine, NOTE), card)
    await writing.wait_for_model(mine, card, approved)
    await writing.ask_for_draft(mine, mine.plan.briefs[0])


async def add(cast: Cast, after: int) -> tuple[Happening, Happening]:
    """The round's card, and the report of what was read."""
    await cast.terminal.adds(cast.handle, cast.plan.files)
    card = await cast.said("The card of the private dataset", f"{cast.handle} · round 1", after=after)

    def is_read(one: Happening) -> bool:
        return one.is_post and one.thread == card.ts and texts.is_report(one)

    return card, await cast.feed.first("The report", is_read, after=after, within_s=texts.READ_S)


async def train_anyway(cast: Cast, card: Happening) -> None:
    """Nobody judges private letters blind in Slack: the steward says why plain prompting is not tried first."""
    after = await cast.steward.types(f"train {cast.handle}")

    def is_offer(one: Happening) -> bool:
        return one.is_post and one.thread == card.ts and one.button(comparing.OVERRIDE) is not None

    offer = await cast.feed.first("The offer to compare with plain prompting", is_offer, after=after)
    await rehearsing.override(cast, offer, comparing.OVERRIDE, card)
