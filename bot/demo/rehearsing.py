"""The texts are tried out, free, before anybody pays (US3)."""

from typing import Final

from bot.demo.cast import Cast
from bot.demo.failures import LoopStopped
from bot.demo.feed import Happening

ASK: Final = "spending.ask"
OVERRIDE: Final = "rehearsal.override"
GIVEN_UP: Final = "reference `rehearsal-"
UNDER_WAY: Final = "The rehearsal comes"
REHEARSED_S: Final = 120  # five seconds of writing, and what 1,200 posts take to be learned
WHY: Final = "A demo on our own server: the run costs next to nothing."


async def rehearse(cast: Cast, card: Happening) -> None:
    """A rehearsal that closes payment is overridden with the demo's own reason. Raises LoopStopped."""
    after = await cast.steward.types(f"rehearse {cast.handle}")

    def ended(one: Happening) -> bool:
        in_thread = one.is_post and one.thread == card.ts
        is_report = in_thread and (one.button(ASK) or one.button(OVERRIDE) or GIVEN_UP in one.text)
        return bool(is_report) or (cast.steward.told(one) and UNDER_WAY not in one.text)

    report = await cast.feed.first("The rehearsal report", ended, after=after, within_s=REHEARSED_S)
    if report.button(OVERRIDE):
        await override(cast, report, OVERRIDE, card)
    elif not report.button(ASK):
        raise LoopStopped(report.text)


async def override(cast: Cast, report: Happening, action: str, card: Happening) -> None:
    """action: the button that asks why. Until the thread says who overrode it."""
    after = await cast.steward.presses(report, action)
    form = await cast.steward.form("The form that asks why", after=after)
    sent = await cast.steward.submits(form, {"reason": WHY})

    def is_open(one: Happening) -> bool:
        return one.is_post and one.thread == card.ts and one.button(ASK) is not None

    await cast.feed.first("The message that says who overrode it", is_open, after=sent)
