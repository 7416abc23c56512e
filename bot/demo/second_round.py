"""What people said becomes the next round, with new texts beside it (US8)."""

from typing import Final

from bot.demo import money, rehearsing, texts, writing
from bot.demo.cast import Cast
from bot.demo.comparing import START, compare
from bot.demo.failures import LoopStopped
from bot.demo.feed import Happening

TAKE: Final = "rounds.take"
DECIDE: Final = "rounds.decide"
SOUNDS_RIGHT: Final = "rounds.decided.like"
TAKES_IN: Final = "takes in"
TRIED: Final = "it never saw"
NOTE: Final = "With what people said about the drafts, and the notes."
TRIED_S: Final = 60


async def preview(cast: Cast, card: Happening) -> Happening:
    """What the feedback would become, were it locked now."""
    after = await cast.steward.types(f"round {cast.handle}")

    def is_preview(one: Happening) -> bool:
        in_thread = one.is_post and one.thread == card.ts
        return in_thread and ("if locked now" in one.text or one.text.startswith("Nothing new"))

    return await cast.feed.first("The preview of the next round", is_preview, after=after)


async def decide(cast: Cast, seen: Happening) -> None:
    """The owner says what becomes of the draft that people disagree about."""
    after = await cast.steward.presses(seen, DECIDE)

    def is_asked(one: Happening) -> bool:
        return one.is_post and one.channel == f"D0{cast.owner.user.upper()}" and one.button(SOUNDS_RIGHT) is not None

    question = await cast.feed.first("The question to the owner", is_asked, after=after)
    answered = await cast.owner.presses(question, SOUNDS_RIGHT)
    await cast.edited("The answered question", question, after=answered)


async def take(cast: Cast, seen: Happening, first: Happening) -> Happening:
    """The feedback is taken in and new texts are dropped beside it: the round's card.

    first: the report of the first round. Raises LoopStopped when there is nothing to take in.
    """
    if not seen.button(TAKE):
        raise LoopStopped(seen.text)
    after = await cast.steward.presses(seen, TAKE)
    card = await cast.said("The card of the second round", f"{cast.handle} · round 2", after=after)
    await cast.said("What the round takes in", TAKES_IN, after=after, thread=card.ts)

    def is_report(one: Happening) -> bool:
        in_thread = one.is_post and one.thread == card.ts and texts.is_report(one)
        return in_thread and texts.items_read(one) > texts.items_read(first)  # what was carried over comes first

    report = await cast.feed.first("The report of the second round", is_report, after=after, within_s=texts.READ_S)
    if cast.plan.later:
        report = await texts.drop_files(cast, card, cast.plan.later)
    await texts.accept_all(cast, report)
    return card


async def pay(cast: Cast, card: Happening) -> int:
    """Rehearsed, priced and approved as the first time; plain prompting is asked about only if nothing beat it."""
    await rehearsing.rehearse(cast, card)
    cost_card = await money.ask_what_it_costs(cast, card)
    if cost_card.button(START):
        await compare(cast, cost_card, card)
    return await money.approve(cast, await money.ask_for_approval(cast, NOTE), card)


async def train(cast: Cast, card: Happening, approved: int) -> None:
    """Until it has been tried on requests that nobody trained on."""
    await writing.wait_for_model(cast, card, approved)
    await cast.said("How the new version came out", TRIED, after=approved, thread=card.ts, within_s=TRIED_S)
