"""The whole loop, act by act, with how long each took."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from bot.demo import checking, comparing, duelling, money, opening, private, rehearsing, second_round, texts, writing
from bot.demo.cast import Cast
from bot.demo.feed import Happening
from bot.demo.memory import SURE_OF_NEW, Ear, memory_of, texts_in

STEPS: Final = (
    "a voice, and the person it belongs to",
    "the texts",
    "cleaning, every step with undo",
    "an editor looks at ten of them",
    "a rehearsal, free, before anybody pays",
    "what it would cost",
    "plain prompting first, judged blind",
    "who says yes",
    "training",
    "two drafts",
    "what people say about it",
    "is it better than plain prompting? judged blind",
    "the next round: what people said, and new texts",
    "the second run: rehearsed, priced, approved",
    "the second version, tried on what it never saw",
    "does it sound more like the owner than the first? judged blind",
    "all versions side by side",
    "a second voice, private: past Slack, and trained where nobody else sees it",
)


@dataclass(slots=True)
class Play:
    """seconds: by step, in order."""

    cast: Cast
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def last(self) -> int:
        return len(STEPS) if self.cast.plan.private else len(STEPS) - 1

    @asynccontextmanager
    async def step(self, number: int) -> AsyncIterator[None]:
        title, began = STEPS[number - 1], monotonic()
        self.cast.page.step(number, self.last, title)
        try:
            yield
        finally:
            self.seconds[title] = round(monotonic() - began, 1)
            self.cast.page.took(self.seconds[title])

    async def run(self) -> None:
        """Raises DemoFailed, LoopStopped."""
        card, report = await self.first_version()
        written = await self.feedback()
        await self.against_plain()
        await self.second_version(card, report, written)
        async with self.step(17):
            await duelling.look_at_board(self.cast)
        if self.cast.plan.private:
            async with self.step(18):
                await private.second_voice(self.cast)
        await self.cast.settled()

    async def first_version(self) -> tuple[Happening, Happening]:
        """The card of the round and its clean report."""
        cast = self.cast
        async with self.step(1):
            await opening.agree(cast, await opening.make_voice(cast))
        async with self.step(2):
            card = await texts.open_dataset(cast)
            report = await texts.choose_author(cast, await texts.drop_files(cast, card, cast.plan.files))
        async with self.step(3):
            report = await texts.clean(cast, report)
        async with self.step(4):
            await checking.check(cast, report)
        async with self.step(5):
            await rehearsing.rehearse(cast, card)
        async with self.step(6):
            cost_card = await money.ask_what_it_costs(cast, card)
        async with self.step(7):
            await comparing.compare(cast, cost_card, card)
        async with self.step(8):
            approved = await money.approve(cast, await money.ask_for_approval(cast), card)
        async with self.step(9):
            await writing.wait_for_model(cast, card, approved)
        return card, report

    async def feedback(self) -> str:
        """What the editor put into a draft."""
        async with self.step(10):
            draft = await writing.ask_for_draft(self.cast, self.cast.plan.briefs[0])
            other = await writing.ask_for_draft(self.cast, self.cast.plan.briefs[1])
        async with self.step(11):
            await writing.judge(self.cast, draft)
            await writing.disagree(self.cast, other)
            return await writing.rewrite(self.cast, draft)

    async def against_plain(self) -> None:
        cast = self.cast
        async with self.step(12):
            if (duel := await duelling.challenge(cast)) is not None:
                ear = Ear(memory_of(texts_in(cast.plan.files)))
                result = await duelling.vote(cast, duel, [cast.owner, cast.editor, cast.asker], ear)
                await duelling.promote(cast, result)

    async def second_version(self, card: Happening, report: Happening, written: str) -> None:
        """card, report: of the first round. written: by the editor."""
        cast = self.cast
        async with self.step(13):
            seen = await second_round.preview(cast, card)
            if seen.button(second_round.DECIDE):
                await second_round.decide(cast, seen)
                seen = await second_round.preview(cast, card)
            card = await second_round.take(cast, seen, report)
        async with self.step(14):
            approved = await second_round.pay(cast, card)
        async with self.step(15):
            await second_round.train(cast, card, approved)
        async with self.step(16):
            if (duel := await duelling.opened_duel(cast, approved)) is not None:
                known = memory_of(texts_in(cast.plan.files))
                new = memory_of([*texts_in(cast.plan.later), written]) - known
                result = await duelling.vote(cast, duel, [cast.owner, cast.editor], Ear(new, SURE_OF_NEW))
                await duelling.promote(cast, result)
