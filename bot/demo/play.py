"""The whole loop, act by act, with how long each took."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from bot.demo import comparing, money, opening, rehearsing, texts, writing
from bot.demo.cast import Cast

STEPS: Final = (
    "a voice, and the person it belongs to",
    "the texts",
    "cleaning, every step with undo",
    "a rehearsal, free, before anybody pays",
    "what it would cost",
    "plain prompting first, judged blind",
    "who says yes",
    "training",
    "a draft",
    "what people say about it",
    "the next round",
)


@dataclass(slots=True)
class Play:
    """seconds: by step, in order."""

    cast: Cast
    seconds: dict[str, float] = field(default_factory=dict)

    @asynccontextmanager
    async def step(self, number: int) -> AsyncIterator[None]:
        title, began = STEPS[number - 1], monotonic()
        self.cast.page.step(number, len(STEPS), title)
        try:
            yield
        finally:
            self.seconds[title] = round(monotonic() - began, 1)
            self.cast.page.took(self.seconds[title])

    async def run(self) -> None:
        """Raises DemoFailed, LoopStopped."""
        cast = self.cast
        async with self.step(1):
            await opening.agree(cast, await opening.make_voice(cast))
        async with self.step(2):
            card = await texts.open_dataset(cast)
            report = await texts.choose_author(cast, await texts.drop_files(cast, card))
        async with self.step(3):
            await texts.clean(cast, report)
        async with self.step(4):
            await rehearsing.rehearse(cast, card)
        async with self.step(5):
            cost_card = await money.ask_what_it_costs(cast, card)
        async with self.step(6):
            await comparing.compare(cast, cost_card, card)
        async with self.step(7):
            approved = await money.approve(cast, await money.ask_for_approval(cast), card)
        async with self.step(8):
            await writing.wait_for_model(cast, card, approved)
        async with self.step(9):
            draft = await writing.ask_for_draft(cast)
        async with self.step(10):
            await writing.judge(cast, draft)
            await writing.rewrite(cast, draft)
        async with self.step(11):
            await writing.preview_next_round(cast, card)
            await cast.settled()
