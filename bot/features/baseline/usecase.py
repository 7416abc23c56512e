"""The steward has few-shot drafts made and names who judges them; the money is held with the press."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.baseline_gate import renew_offer
from bot.features.baseline.sayings import say_standing
from bot.few_shot import COMPARED_TOKENS, comparing_microusd
from bot.held_money import over_budget
from bot.lookup import find_voice, only_steward
from bot.offers import Market, Offer
from bot.readiness import Ready, current_dataset, only_enough_texts, only_with_consent, only_without_blockers
from pipeline.domain.baselines import NewBaseline
from pipeline.domain.paid import SENDS
from pipeline.domain.voices import Voice
from pipeline.domain.work import AuditEntry
from pipeline.errors import AlreadyCompared, CannotBeEditor, NoJudge, NoPrice, UnresolvedBlocker
from pipeline.few_shot import PAIRS
from pipeline.ports import Clock, Database, People, Transaction
from pipeline.trials import send_microusd


@dataclass(frozen=True, slots=True)
class Choice:
    """One base that may write the drafts. comparing_microusd: about, for all of them."""

    offer: Offer
    comparing_microusd: int


@dataclass(frozen=True, slots=True)
class StartForm:
    """owner: None when nobody in the workspace. judges: editors who looked at these texts before."""

    handle: str
    owner: str | None
    judges: tuple[str, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """The submitted form. judges: beside the owner."""

    team_id: str
    user: str
    handle: str
    provider: str
    base: str
    judges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenStartForm:
    """Raises what StartComparison raises, but for what depends on the entries."""

    database: Database
    market: Market
    people: People
    clock: Clock

    async def __call__(self, team_id: str, handle: str, user: str) -> StartForm:
        now = self.clock()
        async with self.database.read() as tx:
            voice, ready = await comparable(tx, team_id, handle, user, now)
            market = await self.market.in_force(tx, team_id)
            editors = [one.facts.editor for one in await tx.signoffs.of_round(ready.round.round_id)]
        known = [one for one in dict.fromkeys(editors) if one != voice.owner and may_judge(self.people, team_id, one)]
        owner = voice.owner if may_judge(self.people, team_id, voice.owner) else None
        return StartForm(voice.handle, owner, tuple(known), replace(self, market=market).choices(voice, ready, now))

    def choices(self, voice: Voice, ready: Ready, now: datetime) -> tuple[Choice, ...]:
        facts, refusal = ready.dataset.facts, None
        only_enough_texts(facts)  # what is too little to train on needs no comparison
        fits: list[Choice] = []
        for offer in self.market.offers(facts, facts.sensitivity(voice), now.date()).open:
            try:
                only_without_blockers(facts.open_blockers, is_own=offer.is_own)
            except UnresolvedBlocker as error:
                refusal = error
                continue
            price = self.market.prices.find(offer.estimate.provider, offer.estimate.base)
            fits.append(Choice(offer, comparing_microusd(facts, price)))
        if not fits:
            raise refusal or NoPrice("the providers this voice may use", "any base")
        return tuple(fits)


@dataclass(frozen=True, slots=True)
class StartComparison:
    """Holds the money and puts the drafts into the queue; nothing is sent here.

    Raises UnknownVoice, NotSteward, ConsentMissing, ConsentWithdrawn, TextsNotReady, TooFewExamples, AlreadyCompared,
    UnresolvedBlocker, SensitivityNotAllowed, NoPrice, StalePrice, BaseTooSmall, CannotBeEditor, NoJudge, OverBudget.
    """

    database: Database
    market: Market
    people: People
    clock: Clock

    async def __call__(self, wish: Wish) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            voice, ready = await comparable(tx, wish.team_id, wish.handle, wish.user, now)
            market = await self.market.in_force(tx, wish.team_id)
            new = replace(self, market=market).new(wish, voice, ready, now)
            baseline = await tx.baselines.start(new, now=now)
            if baseline is None:
                raise await over_budget(tx, new, voice)
            await tx.work.enqueue("baseline", baseline.baseline_id, wish.team_id, run_at=now)
            await say_standing(tx, baseline, voice, ready.round)
            await renew_offer(tx, voice, ready.round, ready.dataset)
            after = {"judges": list(new.judges), "base": new.base, "held_microusd": new.held_microusd}
            entry = AuditEntry(wish.team_id, wish.user, "baseline.asked", ready.round.card_key, after=after)
            await tx.audit.record(entry, now=now)

    def new(self, wish: Wish, voice: Voice, ready: Ready, now: datetime) -> NewBaseline:
        facts = ready.dataset.facts
        only_enough_texts(facts)
        today, sensitivity = now.date(), facts.sensitivity(voice)
        offer = self.market.offer(facts, sensitivity, wish.provider, wish.base, today, epochs=None)
        only_without_blockers(facts.open_blockers, is_own=offer.is_own)
        price = self.market.prices.find(wish.provider, wish.base)
        most = send_microusd(price, has_posts=True, answer_tokens=COMPARED_TOKENS)
        return NewBaseline(
            team_id=wish.team_id,
            voice_id=voice.voice_id,
            round_id=ready.round.round_id,
            dataset_id=ready.dataset.dataset_id,
            dataset_hash=facts.content_hash,
            provider=wish.provider,
            base=wish.base,
            asked_by=wish.user,
            judges=self.judges(wish, voice),
            month=f"{now:%Y-%m}",
            held_microusd=PAIRS * SENDS * most,
            send_microusd=most,
        )

    def judges(self, wish: Wish, voice: Voice) -> tuple[str, ...]:
        """The owner first. Raises CannotBeEditor, NoJudge."""
        for one in wish.judges:
            if not may_judge(self.people, wish.team_id, one):
                raise CannotBeEditor(one)
        owner = [voice.owner] if may_judge(self.people, wish.team_id, voice.owner) else []
        judges = tuple(dict.fromkeys([*owner, *wish.judges]))
        if not judges:
            raise NoJudge
        return judges


async def comparable(tx: Transaction, team_id: str, handle: str, user: str, now: datetime) -> tuple[Voice, Ready]:
    """Raises UnknownVoice, NotSteward, ConsentMissing, ConsentWithdrawn, TextsNotReady, AlreadyCompared."""
    voice = await find_voice(tx, team_id, handle)
    only_steward(voice, user)
    await only_with_consent(tx, voice, now)
    ready = await current_dataset(tx, voice)
    known = await tx.baselines.newest(ready.dataset)
    if known is not None and known.state != "failed":
        raise AlreadyCompared
    return voice, ready


def may_judge(people: People, team_id: str, user: str) -> bool:
    return people.is_active(team_id, user) and not people.is_guest(team_id, user)
