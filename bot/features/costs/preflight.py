"""The worker asks each provider whether it would train, and the cost card says what it answered."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bot.features.costs.usecase import CostQuestion, card_key, say_cost
from bot.offers import Market
from bot.preflight_gate import about
from bot.readiness import Ready, current_dataset
from pipeline.domain.preflights import Preflight, ProviderStanding
from pipeline.domain.voices import Round, RoundId, Voice
from pipeline.domain.work import AuditEntry, WorkItem
from pipeline.errors import NoPrice, ProviderBusy, ProviderError, ProviderUnavailable, TextsNotReady
from pipeline.ports import Clock, Database, Eligibility, Transaction
from pipeline.preflight import checks, is_fresh

ANSWERED: Final = "preflight.answered"
BOT: Final = "understudy"
MAX_ATTEMPTS: Final = 5
RETRY_S: Final = 30


@dataclass(frozen=True, slots=True)
class RunPreflight:
    """Asks about every base that the round's voice may be trained on and whose answer is missing or old.

    Asking costs nothing and changes nothing, so a repetition after a crash may ask again.
    """

    database: Database
    market: Market
    eligibility: Eligibility
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        async with self.database.read() as tx:
            round_ = await tx.rounds.by_id(RoundId(int(item.subject)))
            voice = await tx.voices.by_id(round_.voice_id)
            market = await self.market.in_force(tx, item.team_id)
            known = await tx.preflights.of_team(item.team_id)
        answered, silent = list[Preflight](), False
        for provider, base in market.on_offer(voice.sensitivity):
            if is_fresh(about(known, provider, base), self.clock()):
                continue
            try:
                answered.append(await self.asked(market, item.team_id, provider, base))
            except (ProviderBusy, ProviderUnavailable):
                silent = True
            except ProviderError:  # it refuses to answer at all: nobody knows, and that is said
                answered.append(self.judged(market, item.team_id, provider, base, ProviderStanding()))
        await self.record(item, round_, voice, answered, again=silent and item.attempts < MAX_ATTEMPTS)

    async def asked(self, market: Market, team_id: str, provider: str, base: str) -> Preflight:
        """Raises ProviderError."""
        standing = await self.eligibility.standing(provider, base)
        return self.judged(market, team_id, provider, base, standing)

    def judged(self, market: Market, team_id: str, provider: str, base: str, standing: ProviderStanding) -> Preflight:
        """What its answer means by what we know ourselves."""
        now = self.clock()
        try:
            shutdown_on = market.prices.find(provider, base).shutdown_on
        except NoPrice:
            shutdown_on = None
        closes_on = market.bases.closes_on(provider)
        found = checks(standing, closes_on=closes_on, shutdown_on=shutdown_on, today=now.date())
        return Preflight(team_id, provider, base, found, now, standing.train_tokens_per_s)

    async def record(
        self, item: WorkItem, round_: Round, voice: Voice, answered: list[Preflight], *, again: bool
    ) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            await tx.work.keep(item)
            for preflight in answered:
                await tx.preflights.record(preflight)
                after: dict[str, Any] = {check.name: check.outcome for check in preflight.checks}
                subject = f"{preflight.provider}/{preflight.base}"
                await tx.audit.record(AuditEntry(item.team_id, BOT, ANSWERED, subject, after=after), now=now)
            await self.say(tx, round_, voice)
            if again:
                await tx.work.again(item, run_at=now + timedelta(seconds=RETRY_S))
            else:
                await tx.work.finish(item)

    async def say(self, tx: Transaction, round_: Round, voice: Voice) -> None:
        """The round's card, edited where one stands; the texts may have changed meanwhile."""
        try:
            ready = await current_dataset(tx, voice)
        except TextsNotReady:
            return
        if ready.round.round_id == round_.round_id:
            await self.say_card(tx, voice, ready)

    async def say_card(self, tx: Transaction, voice: Voice, ready: Ready) -> None:
        said = await tx.outbox.facts(voice.team_id, card_key(ready.round))
        question = CostQuestion(voice.team_id, voice.handle, *((said["like"], said["drafts"]) if said else ()))
        try:
            await say_cost(tx, self.market, voice, ready, question, self.clock())
        except NoPrice:
            return  # nothing to show: whoever asks is told so
