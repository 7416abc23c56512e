"""A steward asks for money: what the form offers, and the request that comes of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.baseline_gate import closed_by_baseline
from bot.cards import round_thread
from bot.features.spending.sayings import say_request, say_settled
from bot.features.spending.usecase import decided
from bot.lookup import find_voice, only_steward
from bot.offers import Market, Offer, usual_ceiling
from bot.preflight_gate import ask_where_unknown, closed_by_preflight
from bot.readiness import Ready, current_dataset, only_enough_texts, only_with_consent, only_without_blockers
from bot.rehearsal_gate import closed_by_rehearsal
from pipeline.domain.spending import SpendRequest, SpendRequestId
from pipeline.domain.voices import Voice
from pipeline.domain.work import AuditEntry, Saying
from pipeline.errors import NoApprover, NoPrice, SpendError, UnresolvedBlocker
from pipeline.ports import Clock, Database, People, Transaction

ASKED: Final = "spending.asked"
METHOD: Final = "supervised"


@dataclass(frozen=True, slots=True)
class TrainForm:
    """What the form shows. offers: those that approval may be asked for now."""

    handle: str
    number: int
    texts: int
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class SpendWish:
    """The submitted form. epochs, ceiling_microusd: None takes what the estimate says."""

    team_id: str
    handle: str
    user: str
    provider: str
    base: str
    epochs: int | None
    ceiling_microusd: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Asked:
    request: SpendRequest


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """The same texts already wait for an answer."""

    request: SpendRequest


@dataclass(frozen=True, slots=True)
class CeilingTooLow:
    """Training may cost more than the ceiling."""

    high_microusd: int


@dataclass(frozen=True, slots=True)
class OpenTrainForm:
    """Everything that can be known before the form is filled in: better said now than after typing.

    Raises what AskForSpend raises, but for what depends on the base.
    """

    database: Database
    market: Market
    clock: Clock

    async def __call__(self, team_id: str, handle: str, user: str) -> TrainForm:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await find_voice(tx, team_id, handle)
            ready = await payable(tx, voice, user, now)
            facts = ready.dataset.facts
            market = await self.market.in_force(tx, team_id)
            offers = fitting(market.offers(facts, voice.sensitivity, now.date()).open, facts.open_blockers)
            chosen_from = [(offer.estimate.provider, offer.estimate.base) for offer in offers]
            await ask_where_unknown(tx, ready.round, chosen_from, now=now)
            closed = await closed_by_rehearsal(tx, voice, ready.round, ready.dataset, now=now)
            closed = closed or await closed_by_baseline(tx, voice, ready.round, ready.dataset)
        if closed is not None:  # raised only now: a rehearsal that was started must commit
            raise closed
        return TrainForm(voice.handle, ready.round.number, facts.kept, offers)


@dataclass(frozen=True, slots=True)
class AskForSpend:
    """Puts the request and its approval card there. spend_channel_id: empty says it in the voice's channel.

    Raises NotSteward, ConsentMissing, ConsentWithdrawn, UnresolvedBlocker, TooFewExamples, SensitivityNotAllowed,
    NoPrice, StalePrice, BaseGone, NoApprover, NotRehearsed, RehearsalRefused, TooFewToRehearse, TextsNotReady,
    NotCompared, ComparisonUnderWay, FewShotIsEnough, PreflightRefused.
    """

    database: Database
    market: Market
    people: People
    clock: Clock
    spend_channel_id: str

    async def __call__(self, wish: SpendWish) -> Asked | AskedBefore | CeilingTooLow:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await find_voice(tx, wish.team_id, wish.handle)
            ready = await payable(tx, voice, wish.user, now)
            outcome = await self.within(tx, wish, voice, ready, now)
        if isinstance(outcome, SpendError):  # raised only now: a rehearsal that was started must commit
            raise outcome
        return outcome

    async def within(
        self, tx: Transaction, wish: SpendWish, voice: Voice, ready: Ready, now: datetime
    ) -> Asked | AskedBefore | CeilingTooLow | SpendError:
        offer = await self.chosen(tx, wish, voice, ready, now)
        if wish.ceiling_microusd is not None and wish.ceiling_microusd < offer.estimate.training.high_microusd:
            return CeilingTooLow(offer.estimate.training.high_microusd)
        waiting = await tx.spend_requests.open_of_round(ready.round.round_id)
        same = [open_ for open_ in waiting if open_.dataset_hash == ready.dataset.facts.content_hash]
        if same:
            return AskedBefore(same[0])
        closed = await closed_by_rehearsal(tx, voice, ready.round, ready.dataset, now=now)
        closed = closed or await closed_by_baseline(tx, voice, ready.round, ready.dataset)
        closed = closed or await closed_by_preflight(tx, ready.round, wish.provider, wish.base)
        if closed is not None:
            return closed
        await self.close(tx, waiting, voice, ready, now)
        request = await tx.spend_requests.ask(new_request(wish, voice, ready, offer, now))
        await self.tell(tx, request, voice, ready, offer, wish.note)
        after = {"ceiling_microusd": request.ceiling_microusd, "dataset_hash": request.dataset_hash}
        entry = AuditEntry(wish.team_id, wish.user, "spend.asked", request.label, after=after)
        await tx.audit.record(entry, now=now)
        return Asked(request)

    async def chosen(self, tx: Transaction, wish: SpendWish, voice: Voice, ready: Ready, now: datetime) -> Offer:
        facts = ready.dataset.facts
        market = await self.market.in_force(tx, wish.team_id)
        offer = market.offer(facts, voice.sensitivity, wish.provider, wish.base, now.date(), epochs=wish.epochs)
        only_without_blockers(facts.open_blockers, is_own=offer.is_own)
        if not self.people.approvers(wish.team_id):
            raise NoApprover
        return offer

    async def close(
        self, tx: Transaction, requests: Iterable[SpendRequest], voice: Voice, ready: Ready, now: datetime
    ) -> None:
        """Requests for texts that have changed since; nobody could approve them any more."""
        for old in requests:
            await say_settled(tx, await decided(tx, old, "void", None, now, None), voice, ready.round)

    async def tell(
        self, tx: Transaction, request: SpendRequest, voice: Voice, ready: Ready, offer: Offer, note: str
    ) -> None:
        channel_id = self.spend_channel_id or voice.channel_id
        await say_request(tx, request, voice, ready, offer, note=note, channel_id=channel_id)
        asked = {
            "label": request.label,
            "user": request.requested_by,
            "ceiling_microusd": request.ceiling_microusd,
            "channel": channel_id,
            "approvers": list(self.people.approvers(request.team_id)),
        }
        key = f"spend:{request.spend_request_id}:asked"
        await tx.outbox.say(Saying(key, ASKED, asked, round_thread(ready.round)))


async def payable(tx: Transaction, voice: Voice, user: str, now: datetime) -> Ready:
    """What does not depend on the base.

    Raises NotSteward, ConsentMissing, ConsentWithdrawn, TextsNotReady, TooFewExamples.
    """
    only_steward(voice, user)
    await only_with_consent(tx, voice, now)
    ready = await current_dataset(tx, voice)
    only_enough_texts(ready.dataset.facts)
    return ready


def fitting(offers: tuple[Offer, ...], open_blockers: tuple[str, ...]) -> tuple[Offer, ...]:
    """Offers that the open blockers allow. Raises UnresolvedBlocker when that leaves none, NoPrice when none is."""
    fits, refusal = list[Offer](), None
    for offer in offers:
        try:
            only_without_blockers(open_blockers, is_own=offer.is_own)
            fits.append(offer)
        except UnresolvedBlocker as error:
            refusal = error
    if not fits:
        raise refusal or NoPrice("the providers this voice may use", "any base")
    return tuple(fits)


def new_request(wish: SpendWish, voice: Voice, ready: Ready, offer: Offer, now: datetime) -> SpendRequest:
    return SpendRequest(
        spend_request_id=SpendRequestId(0),
        team_id=wish.team_id,
        voice_id=voice.voice_id,
        round_id=ready.round.round_id,
        dataset_id=ready.dataset.dataset_id,
        dataset_hash=ready.dataset.facts.content_hash,
        provider=wish.provider,
        base=wish.base,
        method=METHOD,
        epochs=offer.estimate.epochs,
        ceiling_microusd=usual_ceiling(offer) if wish.ceiling_microusd is None else wish.ceiling_microusd,
        estimate_microusd=offer.estimate.training.expected_microusd,
        state="asked",
        requested_by=wish.user,
        requested_at=now,
    )
