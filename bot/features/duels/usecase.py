"""Somebody has two versions write on the same briefs and names who votes; the money is held with the press."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import chain
from typing import Final

from bot.drafters import Colleagues, only_drafters
from bot.editors import editors_of
from bot.features.duels.sayings import say_duel
from bot.few_shot import FewShots, use_few_shot
from bot.held_money import over_budget
from bot.lookup import find_voice
from bot.offers import Prices, prices_in_force
from bot.readiness import only_writing
from bot.versions import dataset_of, find_version, name_of, plain_name
from pipeline.domain.duels import Contender, Duel, NewDuel, NewText
from pipeline.domain.paid import SENDS
from pipeline.domain.spending import Price
from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Voice
from pipeline.domain.work import AuditEntry
from pipeline.errors import (
    ClosesTooSoon,
    DuelTooDear,
    NoBriefs,
    NotAllowedToDraft,
    NoVoters,
    SameVersion,
)
from pipeline.ports import Clock, Database, People, Transaction
from pipeline.prompts import stable_hash
from pipeline.rounds import is_test_brief, normalised_brief
from pipeline.trials import send_microusd

BRIEFS: Final = 6  # twelve texts are a quarter of an hour of reading
MIN_BRIEFS: Final = 2
MOST_VOTERS: Final = 12
ANSWER_TOKENS: Final = 400  # 250 words: a minute's reading of each text
OPEN_FOR: Final = timedelta(days=2)
LEAST_OPEN: Final = timedelta(minutes=10)
CLOSES: Final = time(17)
SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Side:
    """A version as it was named. version: None takes the one in force. is_plain: the base with posts in its prompt."""

    version: int | None = None
    is_plain: bool = False


@dataclass(frozen=True, slots=True)
class Pairing:
    """What was typed: two versions of one voice."""

    handle: str
    one: Side
    other: Side


@dataclass(frozen=True, slots=True)
class DuelForm:
    """What the form opens with. names: of the two versions. most_microusd: what all texts can come to.

    held_out: keys of those briefs that are about texts which no version is trained on.
    """

    pairing: Pairing
    names: tuple[str, str]
    briefs: tuple[str, ...]
    voters: tuple[str, ...]
    closes_at: datetime
    most_microusd: int
    held_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DuelWish:
    """The submitted form."""

    team_id: str
    user: str
    pairing: Pairing
    briefs: tuple[str, ...]
    voters: tuple[str, ...]
    closes_at: datetime
    ceiling_microusd: int
    delivery: str
    is_automatic: bool = False
    held_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckDuel:
    """Before the form is opened. Raises UnknownVoice, NotAllowedToDraft, NoSuchVersion, SameVersion."""

    database: Database
    people: Colleagues

    async def __call__(self, team_id: str, user: str, pairing: Pairing) -> None:
        async with self.database.read() as tx:
            voice = await find_voice(tx, team_id, pairing.handle)
            await only_members(tx, self.people, voice, user)
            await named(tx, voice, pairing)


@dataclass(frozen=True, slots=True)
class FillDuelForm:
    """Reads stored texts, so the form stands open already. brief: one that was typed; it comes first."""

    database: Database
    shots: FewShots
    people: Colleagues
    clock: Clock

    async def __call__(self, team_id: str, user: str, pairing: Pairing, brief: str) -> DuelForm:
        now = self.clock()
        async with self.database.read() as tx:
            voice = await find_voice(tx, team_id, pairing.handle)
            await only_members(tx, self.people, voice, user)
            one, other = await named(tx, voice, pairing)
            dataset = await dataset_of(tx, one)
            asked = [draft.asked.brief for draft in reversed(await tx.drafts.of_voice(voice.voice_id))]
            editors = await editors_of(tx, voice)
            prices = await prices_in_force(tx, team_id, self.shots.prices)
        held_out = [one.prompt for one in await self.shots.held_out(dataset)]
        briefs = preset(([brief] if brief else []), [each for each in asked if is_test_brief(each)], held_out)
        voters = [each for each in dict.fromkeys([*editors, voice.owner]) if may_vote(self.people, team_id, each)]
        most = SENDS * BRIEFS * sum(most_of(prices, model, one) for model in (one, other))
        names = (name_of(voice, one), name_of(voice, other) if other else plain_name())
        unseen = {brief_key(each) for each in held_out}
        keys = tuple(key for each in briefs if (key := brief_key(each)) in unseen)
        return DuelForm(pairing, names, briefs, tuple(voters[:MOST_VOTERS]), closing_time(now), most, keys)


@dataclass(frozen=True, slots=True)
class StartDuel:
    """Holds the money and puts the texts into the queue; nothing is sent here. None: this form was sent before.

    Raises UnknownVoice, NotAllowedToDraft, NoSuchVersion, SameVersion, NoBriefs, NoVoters, ClosesTooSoon, NoPrice,
    DuelTooDear, OverBudget, VoiceNotReady, ConsentMissing, ConsentWithdrawn.
    """

    database: Database
    prices: Prices
    people: Colleagues
    clock: Clock

    async def __call__(self, wish: DuelWish) -> Duel | None:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await find_voice(tx, wish.team_id, wish.pairing.handle)
            await only_members(tx, self.people, voice, wish.user)
            await only_writing(tx, voice, now)
            if not await tx.deliveries.first_time(wish.delivery, now=now):
                return None
            one, other = await self.contenders(tx, voice, wish, now)
            new = await self.new(tx, voice, wish, one, other)
            duel = await tx.duels.start(new, now=now)
            if duel is None:
                raise await over_budget(tx, new, voice)
            await begin(tx, duel, voice, now=now)
            return duel

    async def contenders(
        self, tx: Transaction, voice: Voice, wish: DuelWish, now: datetime
    ) -> tuple[VoiceModel, VoiceModel]:
        """Plain prompting is made version 0 when nobody has done so."""
        one, other = await named(tx, voice, wish.pairing)
        if other is not None:
            return one, other
        dataset = await dataset_of(tx, one)
        plain = await use_few_shot(tx, voice, dataset, provider=one.provider, base=one.base, user=wish.user, now=now)
        return one, plain

    async def new(self, tx: Transaction, voice: Voice, wish: DuelWish, one: VoiceModel, other: VoiceModel) -> NewDuel:
        now = self.clock()
        briefs = preset(wish.briefs)
        if len(briefs) < MIN_BRIEFS:
            raise NoBriefs(MIN_BRIEFS)
        voters = tuple(each for each in dict.fromkeys(wish.voters) if may_vote(self.people, wish.team_id, each))
        if not voters:
            raise NoVoters
        if wish.closes_at < now + LEAST_OPEN:
            raise ClosesTooSoon(wish.closes_at)
        prices = await prices_in_force(tx, wish.team_id, self.prices)
        contenders: dict[Contender, VoiceModel] = {"one": one, "other": other}
        texts = tuple(
            NewText(number, contender, brief, most_of(prices, model, one), brief_key(brief) in wish.held_out)
            for number, brief in enumerate(briefs, start=1)
            for contender, model in contenders.items()
        )
        most = SENDS * sum(text.send_microusd for text in texts)
        if most > wish.ceiling_microusd:
            raise DuelTooDear(most, wish.ceiling_microusd)
        return NewDuel(
            team_id=wish.team_id,
            voice_id=voice.voice_id,
            one=one.voice_model_id,
            other=other.voice_model_id,
            channel_id=voice.channel_id,
            asked_by=wish.user,
            voters=voters,
            closes_at=wish.closes_at,
            month=f"{now:%Y-%m}",
            held_microusd=most,
            texts=texts,
            is_automatic=wish.is_automatic,
        )


async def named(tx: Transaction, voice: Voice, pairing: Pairing) -> tuple[VoiceModel, VoiceModel | None]:
    """The second is None for plain prompting that nobody has tried yet. Raises NoSuchVersion, SameVersion."""
    one = await side(tx, voice, pairing.one)
    other = await side(tx, voice, pairing.other)
    if one is None or (other is not None and one.voice_model_id == other.voice_model_id):
        raise SameVersion(voice.handle)
    return one, other


async def side(tx: Transaction, voice: Voice, wanted: Side) -> VoiceModel | None:
    if not wanted.is_plain:
        return await find_version(tx, voice, wanted.version)
    known = [model for model in await tx.voice_models.of_voice(voice.voice_id) if model.version == 0]
    return known[0] if known and known[0].state != "retired" else None


async def begin(tx: Transaction, duel: Duel, voice: Voice, *, now: datetime) -> None:
    """The card, the work, the audit."""
    await say_duel(tx, duel, voice)
    for text in duel.texts:
        await tx.work.enqueue("duel-text", text.text_id, duel.facts.team_id, run_at=now)
    await tx.work.enqueue("duel-close", duel.duel_id, duel.facts.team_id, run_at=duel.closes_at)
    after = {"briefs": duel.briefs, "voters": list(duel.facts.voters), "held_microusd": duel.facts.held_microusd}
    entry = AuditEntry(duel.facts.team_id, duel.facts.asked_by, "duel.asked", duel.key, after=after)
    await tx.audit.record(entry, now=now)


def preset(*sources: Iterable[str]) -> tuple[str, ...]:
    """The first briefs of these, each once."""
    found: dict[str, str] = {}
    for brief in chain.from_iterable(sources):
        if brief.strip():
            found.setdefault(normalised_brief(brief), brief.strip())
    return tuple(found.values())[:BRIEFS]


def brief_key(brief: str) -> str:
    """Short enough for a form to carry."""
    return f"{stable_hash('duel-brief', normalised_brief(brief)):016x}"


async def only_members(tx: Transaction, people: Colleagues, voice: Voice, user: str) -> None:
    """A duel is drafts too. Raises NotAllowedToDraft for guests and outsiders, NotADrafter, DraftersUnseen."""
    if people.is_guest(voice.team_id, user):
        raise NotAllowedToDraft(voice.handle, voice.channel_id, voice.owner, voice.steward)
    await only_drafters(tx, people, voice, user)


def may_vote(people: People, team_id: str, user: str) -> bool:
    return people.is_active(team_id, user) and not people.is_guest(team_id, user)


def closing_time(now: datetime) -> datetime:
    """17:00 UTC on the first working day that leaves two days."""
    day = (now + OPEN_FOR).date()
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    closes = datetime.combine(day, CLOSES, tzinfo=now.tzinfo)
    return closes if closes >= now + OPEN_FOR else closes + timedelta(days=1)


def most_of(prices: Prices, model: VoiceModel | None, trained: VoiceModel) -> int:
    """Of one text. model: None for plain prompting on the base of the trained one."""
    writes = model or trained
    price: Price = prices.find(writes.provider, writes.base)
    return send_microusd(price, has_posts=model is None or model.version == 0, answer_tokens=ANSWER_TOKENS)
