"""Decides whether somebody may have a draft in a voice, and stores the wish; the worker writes it (writing.py)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from bot.draft_places import address_of, card_place, newest_in_thread
from bot.drafters import Colleagues, only_drafters
from bot.features.drafting.progress import DRAFT_CARD
from bot.lookup import find_voice
from bot.readiness import only_with_consent
from bot.versions import in_force
from pipeline.briefs import doubt_of, orders_in
from pipeline.domain.drafting import Draft, DraftId, NewDraft
from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Voice
from pipeline.domain.work import AuditEntry, Saying
from pipeline.errors import (
    AlreadyAnswered,
    BriefMissing,
    DraftLimit,
    NotADraft,
    NotAllowedToDraft,
    OffPurpose,
    OrdersInBrief,
    VagueBrief,
    VoiceNotReady,
    VoiceNotTrained,
    VoicePaused,
)
from pipeline.ports import Clock, Database, Transaction

DRAFT_TEXT: Final = "drafting.text"
DRAFT_FAILED: Final = "drafting.failed"

DEFAULT_WORDS: Final = 600
DEFAULT_TEMPERATURE: Final = 0.7
WORDS: Final = range(50, 2001)
LOWEST_TEMPERATURE: Final = 0.1
CALMER_BY: Final = 0.3
SHORTER_BY: Final = 0.6
JUST_NOW: Final = timedelta(minutes=1)  # Slack's clock may be ahead of ours

Change = Literal["another", "calmer", "shorter", "continue"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed. version: None takes the newest. count: how many drafts. delivery: unique per thing typed.

    private: only who asks sees it. anyway: they were asked back about the brief, and mean it.
    """

    team_id: str
    channel_id: str
    user: str
    delivery: str
    handle: str
    brief: str
    version: int | None = None
    words: int = DEFAULT_WORDS
    temperature: float = DEFAULT_TEMPERATURE
    count: int = 1
    thread_ts: str | None = None
    private: bool = False
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody wants something else than what stands there. delivery: unique per press."""

    team_id: str
    user: str
    thread_ts: str
    delivery: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """before: how many drafts are written first."""

    handle: str
    before: int


@dataclass(frozen=True, slots=True)
class Limits:
    """a_day: drafts of one member between two midnights UTC; 0: as many as they like. The voice's own people have none.

    workspace_url: what links into the workspace begin with.
    """

    a_day: int = 0
    workspace_url: str = ""

    async def check(self, tx: Transaction, voice: Voice, user: str, *, more: int, now: datetime) -> None:
        """more: how many are asked for. Raises DraftLimit."""
        if not self.a_day or user in (voice.owner, voice.steward):
            return
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if await tx.drafts.count_of(voice.team_id, user, since=midnight) + more > self.a_day:
            raise DraftLimit(self.a_day, midnight + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class AskForDraft:
    """Stores the wish and says its card, once per delivery.

    Raises UnknownVoice, NotAllowedToDraft, NotADrafter, DraftersUnseen, VoiceNotReady, VoiceNotTrained,
    ConsentMissing, ConsentWithdrawn, BriefMissing, DraftLimit; and, where anyway is not set, BriefDoubtful and
    AlreadyAnswered.
    """

    database: Database
    people: Colleagues
    clock: Clock
    limits: Limits = Limits()

    async def __call__(self, wish: Wish) -> Accepted:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await find_voice(tx, wish.team_id, wish.handle)
            await check_may_draft(tx, self.people, voice, wish.user, wish.channel_id, now=now)
            model = await find_model(tx, voice, wish.version)
            if not wish.brief.strip():
                raise BriefMissing(voice.handle)
            if not await tx.deliveries.first_time(wish.delivery, now=now):
                return Accepted(voice.handle, before=0)
            await self.limits.check(tx, voice, wish.user, more=wish.count, now=now)
            asked = new_draft(wish, voice, model)
            if not wish.anyway:
                check_brief(voice, wish.brief)
                await self.check_unanswered(tx, asked, wish.count)
            drafts = [await tx.drafts.ask(asked, now=now) for _ in range(wish.count)]
            for draft in drafts:
                await start(tx, draft, voice, model, first=drafts[0], now=now)
            before = await tx.work.waiting_before("draft", drafts[0].draft_id)
        return Accepted(voice.handle, before)

    async def check_unanswered(self, tx: Transaction, asked: NewDraft, count: int) -> None:
        """Raises AlreadyAnswered: who asks for several wants them different."""
        known = await tx.drafts.answering(asked) if count == 1 else None
        if known is not None:
            address = await address_of(tx, known, self.limits.workspace_url)
            raise AlreadyAnswered(known.label, known.asked.requested_by, known.created_at, address)


@dataclass(frozen=True, slots=True)
class Redraft:
    """[Another], [Calmer], [Shorter], [Continue]: a new draft beside the old one, by the same model.

    Raises NotADraft, DraftLimit and what AskForDraft raises.
    """

    database: Database
    people: Colleagues
    clock: Clock
    limits: Limits = Limits()

    async def __call__(self, draft_id: DraftId, change: Change, press: Press) -> Accepted:
        async with self.database.begin() as tx:
            return await self.instead_of(tx, await tx.drafts.by_id(draft_id), change, press)

    async def of_thread(self, channel_id: str, change: Change, press: Press) -> Accepted:
        """Of the newest draft in the thread."""
        until = f"{(self.clock() + JUST_NOW).timestamp():.6f}"
        async with self.database.begin() as tx:
            old = await newest_in_thread(tx, press.team_id, channel_id, press.thread_ts, before_ts=until)
            if old is None:
                raise NotADraft
            return await self.instead_of(tx, old, change, press)

    async def instead_of(self, tx: Transaction, old: Draft, change: Change, press: Press) -> Accepted:
        now, asked = self.clock(), old.asked
        if asked.team_id != press.team_id or (change == "continue" and old.written is None):
            raise NotADraft
        voice = await tx.voices.by_id(asked.voice_id)
        await check_may_draft(tx, self.people, voice, press.user, asked.channel_id, now=now)
        model = await tx.voice_models.by_id(asked.voice_model_id)
        check_model(voice, model)
        if not await tx.deliveries.first_time(press.delivery, now=now):
            return Accepted(voice.handle, before=0)
        await self.limits.check(tx, voice, press.user, more=1, now=now)
        wish = replace(changed(old, change), requested_by=press.user, thread_ts=press.thread_ts)
        draft = await tx.drafts.ask(wish, now=now)
        await start(tx, draft, voice, model, first=draft, now=now, change=change)
        return Accepted(voice.handle, await tx.work.waiting_before("draft", draft.draft_id))


async def check_may_draft(
    tx: Transaction, people: Colleagues, voice: Voice, user: str, channel_id: str, *, now: datetime
) -> None:
    """A direct message with the bot (D…) counts as the voice's channel; guests never draft, whoever was named."""
    in_reach = channel_id == voice.channel_id or channel_id.startswith("D")
    if not in_reach or people.is_guest(voice.team_id, user):
        raise NotAllowedToDraft(voice.handle, voice.channel_id, voice.owner, voice.steward)
    await only_drafters(tx, people, voice, user)
    await check_voice_writes(tx, voice, now=now)


async def check_voice_writes(tx: Transaction, voice: Voice, *, now: datetime) -> None:
    """Asked again right before a draft is shown. Raises VoiceNotReady, VoicePaused, ConsentError subclasses."""
    if voice.state == "paused" and voice.state_by is not None and voice.state_at is not None:
        raise VoicePaused(voice.handle, voice.state_by, voice.state_at)
    if voice.state != "active":
        raise VoiceNotReady(voice.handle, voice.state)
    await only_with_consent(tx, voice, now)


def check_brief(voice: Voice, brief: str) -> None:
    """Raises VagueBrief, OffPurpose, OrdersInBrief."""
    match doubt_of(brief, voice.purpose):
        case "orders":
            raise OrdersInBrief(voice.handle, orders_in(brief) or brief)
        case "off_purpose":
            raise OffPurpose(voice.handle, brief, voice.purpose)
        case "vague":
            raise VagueBrief(voice.handle, brief)


async def find_model(tx: Transaction, voice: Voice, version: int | None) -> VoiceModel:
    """The version asked for, or the one in force. Raises VoiceNotReady."""
    models = await tx.voice_models.of_voice(voice.voice_id)
    if version is None:
        if not models:
            raise await not_trained(tx, voice)
        force = in_force(models)
        if force is None:
            raise VoiceNotReady(voice.handle, "every version is retired")
        return force
    for model in models:
        if model.version == version:
            check_model(voice, model)
            return model
    raise VoiceNotReady(f"{voice.handle}@v{version}", "there is no such version")


def check_model(voice: Voice, model: VoiceModel) -> None:
    if model.state == "retired":
        raise VoiceNotReady(f"{voice.handle}@v{model.version}", "retired")


async def not_trained(tx: Transaction, voice: Voice) -> VoiceNotReady | VoiceNotTrained:
    """How far a voice without a model is, in a few words."""
    latest = await tx.rounds.latest(voice.voice_id)
    if latest is None or latest.dataset_id is None:
        return VoiceNotReady(voice.handle, "no texts yet")
    dataset = await tx.datasets.by_id(latest.dataset_id)
    return VoiceNotTrained(voice.handle, f"{dataset.facts.kept} texts, not trained")


def new_draft(wish: Wish, voice: Voice, model: VoiceModel) -> NewDraft:
    return NewDraft(
        team_id=wish.team_id,
        voice_id=voice.voice_id,
        voice_model_id=model.voice_model_id,
        brief=wish.brief.strip(),
        words=wish.words,
        temperature=wish.temperature,
        requested_by=wish.user,
        channel_id=wish.channel_id,
        thread_ts=wish.thread_ts,
        private=wish.private,
    )


def changed(old: Draft, change: Change) -> NewDraft:
    asked = old.asked
    if change == "calmer":
        return replace(asked, temperature=max(LOWEST_TEMPERATURE, round(asked.temperature - CALMER_BY, 2)))
    if change == "shorter":
        return replace(asked, words=max(WORDS[0], round(asked.words * SHORTER_BY)))
    if change == "continue":
        return replace(asked, continues=old.draft_id)
    return asked


async def start(
    tx: Transaction,
    draft: Draft,
    voice: Voice,
    model: VoiceModel,
    *,
    first: Draft,
    now: datetime,
    change: Change | None = None,
) -> None:
    """The card, the work, the audit."""
    asked = draft.asked
    facts = {
        "handle": voice.handle,
        "version": model.version,
        "by": asked.requested_by,
        "brief": asked.brief,
        "change": change,
    }
    await tx.outbox.say(Saying(draft.card_key, DRAFT_CARD, facts, card_place(draft, first)))
    await tx.work.enqueue("draft", draft.draft_id, asked.team_id, run_at=now)
    wanted = {"voice": voice.handle, "version": model.version, "words": asked.words, "temperature": asked.temperature}
    entry = AuditEntry(asked.team_id, asked.requested_by, "draft.asked", draft.label, after=wanted)
    await tx.audit.record(entry, now=now)
