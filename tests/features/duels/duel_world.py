"""A workspace with a trained voice, two writers of numbered texts, and people who vote."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from drafting_world import EDITOR, MEMBER, NOW, OWNER, TEAM, FakeProviders, People, Prices, World, open_world, system_of

from bot.features.duels.closing import CloseNow, CloseOnTime, CloseShort, Extend
from bot.features.duels.promoting import KeepOnTrial, Promote, Promotion, Retire
from bot.features.duels.usecase import DuelWish, Pairing, Side, StartDuel
from bot.features.duels.views import TEMPLATES
from bot.features.duels.voting import CastVote, Pressed, Spot
from bot.features.duels.writing import WriteDuelText
from bot.paid_texts import PaidTexts
from bot.slack.message import Message
from pipeline.domain.duels import Choice, Duel
from pipeline.domain.training import VoiceModel
from pipeline.domain.work import WorkItem
from pipeline.duels import contender_at
from pipeline.rounds import is_test_brief
from storage.liveness import FileLocks

BRIEFS = tuple(brief for brief in (f"subject number {n}" for n in range(40)) if not is_test_brief(brief))[:6]
VOTERS = (OWNER, EDITOR, MEMBER)
PLAIN = Pairing("founder", Side(1), Side(is_plain=True))
texts = itertools.count(1)


def prose(words: int = 40) -> str:
    """Never the same twice."""
    return f"Text {next(texts)} " + " ".join(f"word{n}" for n in range(words))


@dataclass
class DuelWorld:
    inner: World
    writing: WriteDuelText
    closing: CloseOnTime
    votes: CastVote
    prices: Prices = field(default_factory=Prices)
    facts: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    @property
    def start(self) -> StartDuel:
        return StartDuel(self.inner.database, self.prices, People(), self.inner.clock)

    def wish(self, **more: Any) -> DuelWish:
        wish = DuelWish(
            TEAM, EDITOR, PLAIN, BRIEFS, VOTERS, self.now + timedelta(days=2), 1_000_000, f"form-{next(texts)}"
        )
        return replace(wish, **more)

    async def work(self) -> None:
        """What is due, but for other features' work."""
        steps: Mapping[str, Any] = {"duel-text": self.writing, "duel-close": self.closing}
        while (item := await self.inner.claim()) is not None:
            await self.take(item, steps)

    async def take(self, item: WorkItem, steps: Mapping[str, Any]) -> None:
        await steps[item.kind](item)

    async def opened(self, **more: Any) -> Duel:
        """A duel that people may vote in."""
        self.inner.provider.answers = [*self.inner.provider.answers, *(prose() for _ in range(30))][-30:]
        duel = await self.start(self.wish(**more))
        assert duel is not None
        await self.work()
        return await self.duel()

    async def duel(self) -> Duel:
        """The newest."""
        async with self.inner.database.read() as tx:
            return (await tx.duels.of_voice(self.inner.voice.voice_id))[-1]

    async def vote(self, duel: Duel, number: int, voter: str, choice: Choice) -> None:
        """By pressing what means this."""
        pressed: Pressed = "bad" if choice == "bad" else "equal"
        if choice in ("one", "other"):
            pressed = "A" if contender_at(duel.duel_id, number, "A") == choice else "B"
        await self.votes(Spot(duel.duel_id, number), TEAM, voter, pressed)

    async def vote_all(self, duel: Duel, *, won: int, lost: int = 0, equal: int = 0, voters: Any = VOTERS) -> None:
        """So many votes of each kind, dealt out over briefs first."""
        said: list[Choice] = ["one"] * won
        said += ["other"] * lost
        said += ["equal"] * equal
        numbers = [bout.number for bout in duel.bouts]
        spots = [(number, voter) for voter in voters for number in numbers]
        for (number, voter), choice in zip(spots, said, strict=False):
            await self.vote(duel, number, voter, choice)

    async def pass_until_end(self, duel: Duel) -> None:
        self.inner.clock.now = duel.closes_at + timedelta(seconds=1)
        await self.work()

    async def said(self, template: str) -> list[dict[str, Any]]:
        """Facts of the newest state of each message of this kind, as posted so far."""
        for posting in await self.inner.post():
            self.facts[posting.saying.key] = (posting.saying.template, dict(posting.saying.facts))
        return [facts for name, facts in self.facts.values() if name == template]

    async def rendered(self, template: str) -> Message:
        """The last one of its kind."""
        return TEMPLATES[template]((await self.said(template))[-1])

    async def models(self) -> list[VoiceModel]:
        async with self.inner.database.read() as tx:
            return await tx.voice_models.of_voice(self.inner.voice.voice_id)

    async def month(self) -> tuple[int, int]:
        """(held, settled)"""
        async with self.inner.database.read() as tx:
            month = await tx.ledger.month(TEAM, f"{NOW:%Y-%m}")
        return month.held_microusd, month.settled_microusd

    def promotion(self, model: VoiceModel, *, user: str = OWNER, reason: str = "") -> Promotion:
        return Promotion(TEAM, user, model.voice_model_id, reason)

    @property
    def promote(self) -> Promote:
        return Promote(self.inner.database, self.inner.clock)

    @property
    def retire(self) -> Retire:
        return Retire(self.inner.database, self.inner.clock)

    @property
    def keep(self) -> KeepOnTrial:
        return KeepOnTrial(self.inner.database, self.inner.clock)

    @property
    def close_now(self) -> CloseNow:
        return CloseNow(self.inner.database, self.inner.clock)

    @property
    def close_short(self) -> CloseShort:
        return CloseShort(self.inner.database, self.inner.clock)

    @property
    def extend(self) -> Extend:
        return Extend(self.inner.database, self.inner.clock)

    @property
    def now(self) -> datetime:
        return self.inner.clock.now


async def open_duel_world(folder: Path) -> DuelWorld:
    inner = await open_world(folder)
    locks = FileLocks(folder / "locks")
    writing = WriteDuelText(
        inner.database,
        FakeProviders(inner.provider),
        inner.step.shots,
        PaidTexts(inner.database, locks, inner.clock, waking_s=100),
        inner.clock,
        system_of,
    )
    inner.provider.answers = []
    return DuelWorld(inner, writing, CloseOnTime(inner.database, inner.clock), CastVote(inner.database, inner.clock))
