"""Looks for bases that will be turned off, and tells a voice's owner and steward, once each, at 60 and at 14 days."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.offers import Prices, prices_in_force
from bot.owners import told_for_owner
from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Voice
from pipeline.domain.work import Place, Saying
from pipeline.errors import NoPrice
from pipeline.ports import Clock, Database, Deciders, Transaction

ENDS: Final = "radar.ends"
FIRST_DAYS: Final = 60  # long enough to train, compare and be approved elsewhere
LAST_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class End:
    """A base that versions of a voice were made from, and the day on which it stops answering."""

    provider: str
    base: str
    on: date
    versions: tuple[int, ...]

    def notice(self, today: date) -> int | None:
        """Which of the two notices is due: 60, 14 or none."""
        left = (self.on - today).days
        if left < 0 or left > FIRST_DAYS:
            return None
        return LAST_DAYS if left <= LAST_DAYS else FIRST_DAYS


@dataclass(frozen=True, slots=True)
class WarnOfEnds:
    """Called by the clock. The key of the message says it once per person, base, day and notice."""

    database: Database
    prices: Prices
    people: Deciders
    clock: Clock

    async def __call__(self) -> None:
        async with self.database.read() as tx:
            teams = await tx.voices.teams()
            voices = [voice for team in teams for voice in await tx.voices.of_team(team)]
            ends = [(voice, end) for voice in voices if voice.state != "closed" for end in await self.ends(tx, voice)]
        today = self.clock().date()
        for voice, end in ends:
            notice = end.notice(today)
            if notice is not None:
                await self.tell(voice, end, notice)

    async def ends(self, tx: Transaction, voice: Voice) -> list[End]:
        prices = await prices_in_force(tx, voice.team_id, self.prices)
        by_base = defaultdict[tuple[str, str], list[int]](list)
        for model in standing(await tx.voice_models.of_voice(voice.voice_id)):
            by_base[model.provider, model.base].append(model.version)
        found = []
        for (provider, base), versions in by_base.items():
            try:
                on = prices.find(provider, base).shutdown_on
            except NoPrice:
                continue
            if on is not None:
                found.append(End(provider, base, on, tuple(versions)))
        return found

    async def tell(self, voice: Voice, end: End, notice: int) -> None:
        facts = {
            "handle": voice.handle,
            "provider": end.provider,
            "base": end.base,
            "on": end.on.isoformat(),
            "versions": list(end.versions),
        }
        async with self.database.begin() as tx:
            for user in dict.fromkeys([*told_for_owner(self.people, voice), voice.steward]):
                key = f"radar:{voice.voice_id}:{end.provider}:{end.base}:{end.on.isoformat()}:{notice}:{user}"
                if await tx.outbox.facts(voice.team_id, key) is None:
                    await tx.outbox.say(Saying(key, ENDS, facts, Place(voice.team_id, user_id=user)))


def standing(models: Sequence[VoiceModel]) -> list[VoiceModel]:
    return [model for model in models if model.state != "retired"]
