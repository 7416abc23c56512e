"""Plain prompting first: the owner and the editor say blind which text is real (US3)."""

import re
from functools import partial
from typing import Final

from bot.demo.cast import Cast
from bot.demo.failures import LoopStopped
from bot.demo.feed import Happening
from bot.demo.memory import Memory, known_share, memory_of, texts_in
from bot.demo.people import Member
from bot.demo.rehearsing import ASK, override

START: Final = "baseline.start"
GUESS: Final = "baseline.guess."
OVERRIDE: Final = "baseline.override"
PAIRS_S: Final = 120  # six drafts take two or three seconds on two cores
PAIR: Final = re.compile(r"Pair (\d+) of (\d+):")


async def compare(cast: Cast, cost_card: Happening, card: Happening) -> None:
    """From the cost card's button to the outcome; where that closes payment, the demo trains anyway and says why.

    Raises LoopStopped.
    """
    steward = cast.steward
    after = await steward.presses(cost_card, START)
    form = await steward.form("The form that asks who judges", after=after, or_told=steward.told)
    if form.kind == "ephemeral":
        raise LoopStopped(form.text)
    sent = await steward.submits(form, {"judges": [cast.editor.user_id]})
    closed, drafted = partial(is_outcome, card=card), partial(is_drafted, card=card)
    first = await cast.feed.first("Pairs to judge", drafted, after=sent, within_s=PAIRS_S)
    if PAIR.match(first.text):
        memory = memory_of(texts_in(cast.plan.files))
        await judge(cast, cast.owner, memory, sent)
        await judge(cast, cast.editor, memory, sent)
        first = await cast.feed.first("The outcome", closed, after=first.seq)
    if first.button(OVERRIDE):
        await override(cast, first, OVERRIDE, card)


def is_outcome(one: Happening, card: Happening) -> bool:
    """A message of the thread after which approval may be asked for, with or without a reason."""
    return one.is_post and one.thread == card.ts and bool(one.button(ASK) or one.button(OVERRIDE))


def is_drafted(one: Happening, card: Happening) -> bool:
    return is_outcome(one, card) or (one.is_post and PAIR.match(one.text) is not None)


async def judge(cast: Cast, judge: Member, memory: Memory, after: int) -> None:
    """Goes by what stands in the files, as people who know the posts would; on the first pair the editor is unsure."""
    number, pairs = 1, 1
    while number <= pairs:
        pair = await cast.feed.first("A pair", partial(is_pair, judge=judge, number=number), after=after)
        pairs = int((PAIR.match(pair.text) or [0, 0, 1])[2])
        if number == 1 and judge == cast.editor:
            await judge.presses(pair, f"{GUESS}unsure")
        await judge.presses(pair, GUESS + real_side(pair, memory))
        number += 1


def is_pair(one: Happening, judge: Member, number: int) -> bool:
    mine = one.is_post and one.channel == f"D0{judge.user.upper()}"
    return mine and one.text.startswith(f"Pair {number} of ")


def real_side(pair: Happening, memory: Memory) -> str:
    """The side with more word runs of the files."""
    a, b = (known_share(str(block["text"]["text"]), memory) for block in pair.blocks[1:3])
    return "unsure" if a == b else "A" if a > b else "B"
