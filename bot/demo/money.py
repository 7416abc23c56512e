"""What it would cost, the request for it, and the yes of somebody else (US3, US4)."""

from typing import Final

from bot.demo.cast import Cast
from bot.demo.failures import LoopStopped
from bot.demo.feed import Happening

APPROVE: Final = "spending.approve"
ASKING: Final = "⏳"
BASE: Final = "private/understudy-ngram"
NOTE: Final = "A first try on our own server."


async def ask_what_it_costs(cast: Cast, card: Happening) -> Happening:
    """The cost card. Raises LoopStopped when the bot says why there is no answer."""
    after = await cast.steward.types(f"cost {cast.handle}")

    def answered(one: Happening) -> bool:
        is_card = one.is_post and one.thread == card.ts and f"{cast.handle}, round" in one.text
        is_card = is_card and ASKING not in str(one.blocks)  # the provider has answered: the card changes no more
        return is_card or (cast.steward.told(one) and "Cost card" not in one.text)

    answer = await cast.feed.first("The cost card", answered, after=after)
    stop_if_told(answer)
    return answer


async def ask_for_approval(cast: Cast, note: str = NOTE) -> Happening:
    """The approval card. Raises LoopStopped when the bot says why it does not ask, such as too few texts."""
    after = await cast.steward.types(f"train {cast.handle}")
    form = await cast.steward.form("The form that asks for approval", after=after, or_told=cast.steward.told)
    stop_if_told(form)
    sent = await cast.steward.submits(form, {"base": BASE, "note": note})

    def is_card(one: Happening) -> bool:
        return one.is_post and one.button(APPROVE) is not None

    return await cast.feed.first("The approval card", is_card, after=sent)


async def approve(cast: Cast, request: Happening, card: Happening) -> int:
    """First by whoever asked, which is refused. Returns where to look for what follows."""
    tried = await cast.steward.presses(request, APPROVE)
    await cast.feed.first("The refusal of the requester's own press", cast.steward.told, after=tried)
    after = await cast.approver.presses(request, APPROVE)
    await cast.edited("The settled approval card", request, after=after, gone=APPROVE)
    await cast.said("The line that says who approved", "approved up to", after=after, thread=card.ts)
    return after


def stop_if_told(happening: Happening) -> None:
    if happening.kind == "ephemeral":
        raise LoopStopped(happening.text)
