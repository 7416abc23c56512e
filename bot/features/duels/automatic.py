"""After training: the new version meets the one in force, so that nobody has to think of it."""

from dataclasses import dataclass
from typing import Final

from bot.cards import voice_thread
from bot.features.duels.usecase import BRIEFS, MIN_BRIEFS, DuelWish, FillDuelForm, Pairing, Side, StartDuel
from bot.slack.failures import sentence_for
from pipeline.domain.training import VoiceModelId
from pipeline.domain.work import Saying, WorkItem
from pipeline.errors import AppError, NoBriefs
from pipeline.ports import Database, Transaction

NOT_STARTED: Final = "duels.not_started"
MOST_MICROUSD: Final = 500_000  # nobody presses for it, so it stays below half a dollar


@dataclass(frozen=True, slots=True)
class StartAutomatically:
    """Where there is an earlier trained version that is not retired. What stands in the way is said, and never tried
    again by itself."""

    database: Database
    fill: FillDuelForm
    start: StartDuel

    async def __call__(self, item: WorkItem) -> None:
        async with self.database.read() as tx:
            known = await self.pairing(tx, item)
        if known is not None:
            await self.begin(item, *known)
        async with self.database.begin() as tx:
            await tx.work.finish(item)

    async def pairing(self, tx: Transaction, item: WorkItem) -> tuple[str, Pairing] | None:
        """Who pays, and the two."""
        model = await tx.voice_models.by_id(VoiceModelId(int(item.subject)))
        others = [
            each
            for each in await tx.voice_models.of_voice(model.voice_id)
            if 0 < each.version < model.version and each.state != "retired"
        ]
        if not others or model.state == "retired":
            return None
        voice = await tx.voices.by_id(model.voice_id)
        rival = next((each for each in others if each.state == "promoted"), others[-1])
        return voice.steward, Pairing(voice.handle, Side(model.version), Side(rival.version))

    async def begin(self, item: WorkItem, steward: str, pairing: Pairing) -> None:
        try:
            form = await self.fill(item.team_id, steward, pairing, "")
            if len(form.briefs) < MIN_BRIEFS:
                raise NoBriefs(MIN_BRIEFS)
            wish = DuelWish(
                team_id=item.team_id,
                user=steward,
                pairing=pairing,
                briefs=form.briefs[:BRIEFS],
                voters=form.voters,
                closes_at=form.closes_at,
                ceiling_microusd=MOST_MICROUSD,
                delivery=f"auto-duel:{item.subject}",
                is_automatic=True,
            )
            await self.start(wish)
        except AppError as error:
            await self.say(item, pairing, sentence_for(error))

    async def say(self, item: WorkItem, pairing: Pairing, why: str) -> None:
        async with self.database.begin() as tx:
            voice = await tx.voices.by_handle(item.team_id, pairing.handle)
            assert voice is not None
            versions = [pairing.one.version, pairing.other.version]
            facts = {"handle": voice.handle, "versions": versions, "why": why}
            await tx.outbox.say(Saying(f"auto-duel:{item.subject}", NOT_STARTED, facts, voice_thread(voice)))
