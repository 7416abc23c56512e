"""A steward asks for money: what the form offers, and the request that comes of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.baseline_gate import closed_by_baseline
from bot.cards import round_thread
from bot.courses import OTHER_WAYS, Closed, Material, Methods, Way, material_of
from bot.deciders import WhoDecides, who_decides
from bot.features.spending.binding import fits
from bot.features.spending.closing import US, close
from bot.features.spending.sayings import month_of, say_request
from bot.features.spending.signing import approve, budgets_passed
from bot.features.spending.waiting import LOOK_AGAIN, say_nobody_there
from bot.lookup import find_voice, only_steward
from bot.offers import Market, Offer, usual_ceiling
from bot.preflight_gate import ask_where_unknown, closed_by_preflight
from bot.readiness import Ready, current_dataset, only_enough_texts, only_with_consent, only_without_blockers
from bot.rehearsal_gate import closed_by_rehearsal
from pipeline.domain.approvals import BY_RULE, Signature
from pipeline.domain.spending import SpendRequest, SpendRequestId
from pipeline.domain.voices import Voice
from pipeline.domain.work import AuditEntry, Saying
from pipeline.errors import NoPrice, SpendError, UnresolvedBlocker
from pipeline.ports import Clock, Database, Deciders, Transaction

ASKED: Final = "spending.asked"


@dataclass(frozen=True, slots=True)
class TrainForm:
    """What the form shows. offers: those that approval may be asked for now, from examples on the base.

    ways: the others that are open for some of these. pairs: how many better-than pairs the round has; closed: why no
    offer takes them, of the first offer. takes_pairs: whether "auto" does, for some. version: the promoted one, or 0.
    """

    handle: str
    number: int
    texts: int
    offers: tuple[Offer, ...]
    ways: tuple[Way, ...] = ()
    pairs: int = 0
    closed: Closed | None = None
    takes_pairs: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class SpendWish:
    """The submitted form. epochs, ceiling_microusd: None takes what the estimate says. way: "auto" takes pairs where
    there are enough and the base can learn from them."""

    team_id: str
    handle: str
    user: str
    provider: str
    base: str
    epochs: int | None
    ceiling_microusd: int | None
    note: str
    way: Way = "auto"


@dataclass(frozen=True, slots=True)
class Asked:
    """It waits for an answer, or a rule said yes at once."""

    request: SpendRequest


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """The same texts already wait for an answer."""

    request: SpendRequest


@dataclass(frozen=True, slots=True)
class CeilingTooLow:
    """Training, and trying what came of it, may cost more than the ceiling."""

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
            material = await material_of(tx, ready.round)
        if closed is not None:  # raised only now: a rehearsal that was started must commit
            raise closed
        return with_ways(TrainForm(voice.handle, ready.round.number, facts.kept, offers), material, market.bases)


@dataclass(frozen=True, slots=True)
class AskForSpend:
    """Puts the request and its approval cards there; when no approver can be reached it waits, and admins are told.

    Raises NotSteward, ConsentMissing, ConsentWithdrawn, UnresolvedBlocker, TooFewExamples, SensitivityNotAllowed,
    NoPrice, StalePrice, BaseGone, WayClosed, NotRehearsed, RehearsalRefused, TooFewToRehearse, TextsNotReady,
    NotCompared, ComparisonUnderWay, FewShotIsEnough, PreflightPending, PreflightRefused.
    """

    database: Database
    market: Market
    people: Deciders
    clock: Clock

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
        offer = await self.chosen(tx, wish, voice, ready, now)  # what it learns from is read in this transaction
        if wish.ceiling_microusd is not None and wish.ceiling_microusd < offer.paid_microusd:
            return CeilingTooLow(offer.paid_microusd)
        waiting = await tx.spend_requests.open_of_round(ready.round.round_id)
        same = [open_ for open_ in waiting if await fits(tx, open_, ready.round)]
        if same:
            return AskedBefore(same[0])
        closed = await closed_by_rehearsal(tx, voice, ready.round, ready.dataset, now=now)
        closed = closed or await closed_by_baseline(tx, voice, ready.round, ready.dataset)
        closed = closed or await closed_by_preflight(tx, ready.round, wish.provider, wish.base, now=now)
        if closed is not None:
            return closed
        who = await who_decides(tx, self.people, wish.team_id, now.date())
        for old in waiting:  # for what has changed since; nobody could approve it any more
            await close(tx, old, "void", who, now)
        is_answerable = bool(who.besides(wish.user))
        request = await tx.spend_requests.ask(new_request(wish, voice, ready, offer, now, is_answerable=is_answerable))
        after = {"ceiling_microusd": request.ceiling_microusd, "dataset_hash": request.dataset_hash}
        after |= {"method": request.method, "pairs_hash": request.pairs_hash, "parent_version": request.parent_version}
        entry = AuditEntry(wish.team_id, wish.user, "spend.asked", request.label, after=after)
        await tx.audit.record(entry, now=now)
        request = await say_request(tx, request, voice, ready, offer, note=wish.note, who=who)
        if not await self.approved_by_rule(tx, request, who, now):
            await self.tell(tx, request, voice, ready, who, now)
        return Asked(request)

    async def approved_by_rule(self, tx: Transaction, request: SpendRequest, who: WhoDecides, now: datetime) -> bool:
        """Small amounts need nobody, when an admin said so: only within all budgets, and so many times a day."""
        rules = who.rules
        if not rules.needs_nobody(request.ceiling_microusd):
            return False
        if not await tx.signatures.count_by_rule(request.team_id, now.date(), most=rules.auto_per_day):
            return False
        if await budgets_passed(tx, request, month_of(now)):
            await tx.signatures.uncount(request.team_id, now.date())
            return False
        signature = Signature(BY_RULE, BY_RULE, now, "rule")
        await tx.signatures.sign(request.spend_request_id, signature)
        after = {"below_microusd": rules.auto_below_microusd, "ceiling_microusd": request.ceiling_microusd}
        await tx.audit.record(AuditEntry(request.team_id, US, "spend.by_rule", request.label, after=after), now=now)
        await approve(tx, request, US, who, now)
        return True

    async def chosen(self, tx: Transaction, wish: SpendWish, voice: Voice, ready: Ready, now: datetime) -> Offer:
        facts = ready.dataset.facts
        market = await self.market.in_force(tx, wish.team_id)
        on = (wish.provider, wish.base)
        market.offer(facts, voice.sensitivity, *on, now.date(), epochs=wish.epochs)  # whether it is on offer at all
        course = (await material_of(tx, ready.round)).course(wish.way, market.bases, *on)
        offer = market.offer(facts, voice.sensitivity, *on, now.date(), epochs=wish.epochs, course=course)
        only_without_blockers(facts.open_blockers, is_own=offer.is_own)
        return offer

    async def tell(
        self, tx: Transaction, request: SpendRequest, voice: Voice, ready: Ready, who: WhoDecides, now: datetime
    ) -> None:
        """Who can answer; or that nobody can. And have the worker watch over it."""
        asked = {
            "label": request.label,
            "user": request.requested_by,
            "ceiling_microusd": request.ceiling_microusd,
            "channel": who.rules.channel_id or voice.channel_id,
            "approvers": list(who.besides(request.requested_by)),
        }
        key = f"spend:{request.spend_request_id}:asked"
        await tx.outbox.say(Saying(key, ASKED, asked, round_thread(ready.round)))
        if not asked["approvers"]:
            await say_nobody_there(tx, request, voice, who, self.people.admins(request.team_id))
        await tx.work.enqueue("approval", request.spend_request_id, request.team_id, run_at=now + LOOK_AGAIN)


async def payable(tx: Transaction, voice: Voice, user: str, now: datetime) -> Ready:
    """What does not depend on the base.

    Raises NotSteward, ConsentMissing, ConsentWithdrawn, TextsNotReady, TooFewExamples.
    """
    only_steward(voice, user)
    await only_with_consent(tx, voice, now)
    ready = await current_dataset(tx, voice)
    only_enough_texts(ready.dataset.facts)
    return ready


def with_ways(form: TrainForm, material: Material, methods: Methods) -> TrainForm:
    """The form with what can be learned from beside examples, and gone on from beside the base."""
    on = [(offer.estimate.provider, offer.estimate.base) for offer in form.offers]
    closed = {way: [material.closed(way, methods, *each) for each in on] for way in OTHER_WAYS}
    ways = tuple(way for way in OTHER_WAYS if None in closed[way])
    return replace(
        form,
        ways=ways,
        pairs=material.pairs.count,
        closed=None if "pairs" in ways else closed["pairs"][0],
        takes_pairs=any(material.best(methods, *each) == "pairs" for each in on),
        version=material.promoted.version if material.promoted else 0,
    )


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


def new_request(
    wish: SpendWish, voice: Voice, ready: Ready, offer: Offer, now: datetime, *, is_answerable: bool
) -> SpendRequest:
    return SpendRequest(
        spend_request_id=SpendRequestId(0),
        team_id=wish.team_id,
        voice_id=voice.voice_id,
        round_id=ready.round.round_id,
        dataset_id=ready.dataset.dataset_id,
        dataset_hash=ready.dataset.facts.content_hash,
        provider=wish.provider,
        base=wish.base,
        method=offer.course.method,
        epochs=offer.estimate.epochs,
        ceiling_microusd=usual_ceiling(offer) if wish.ceiling_microusd is None else wish.ceiling_microusd,
        estimate_microusd=offer.estimate.training.expected_microusd,
        state="asked",
        requested_by=wish.user,
        requested_at=now,
        answerable_since=now if is_answerable else None,
        pairs_hash=offer.course.pairs.sha256 if offer.course.pairs else "",
        parent_version=offer.course.parent_version,
    )
