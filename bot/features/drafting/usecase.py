"""Decides whether somebody may have a draft in a voice, and stores the wish; the worker writes it (writing.py)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from bot.lookup import find_voice
from pipeline.domain.drafting import Draft, DraftId, NewDraft
from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Voice
from pipeline.domain.work import AuditEntry, Place, Saying
from pipeline.errors import (
    BriefMissing,
    ConsentMissing,
    ConsentWithdrawn,
    NotADraft,
    NotAllowedToDraft,
    VoiceNotReady,
    VoiceNotTrained,
)
from pipeline.ports import Clock, Database, People, Transaction

DRAFT_CARD: Final = "drafting.card"
DRAFT_TEXT: Final = "drafting.text"
DRAFT_REST: Final = "drafting.rest"
DRAFT_FAILED: Final = "drafting.failed"

DEFAULT_WORDS: Final = 600
DEFAULT_TEMPERATURE: Final = 0.7
WORDS: Final = range(50, 2001)
LOWEST_TEMPERATURE: Final = 0.1
CALMER_BY: Final = 0.3
SHORTER_BY: Final = 0.6

Change = Literal["another", "calmer", "shorter"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed. version: None takes the newest. count: how many drafts. delivery: unique per thing typed."""

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


@dataclass(frozen=True, slots=True)
class Accepted:
    """before: how many drafts are written first."""

    handle: str
    before: int


@dataclass(frozen=True, slots=True)
class AskForDraft:
    """Stores the wish and says its card, once per delivery.

    Raises UnknownVoice, NotAllowedToDraft, VoiceNotReady, VoiceNotTrained, ConsentMissing, ConsentWithdrawn,
    BriefMissing.
    """

    database: Database
    people: People
    clock: Clock

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
            drafts = [await tx.drafts.ask(new_draft(wish, voice, model), now=now) for _ in range(wish.count)]
            for draft in drafts:
                await start(tx, draft, voice, model, first=drafts[0], now=now)
            before = await tx.work.waiting_before("draft", drafts[0].draft_id)
        return Accepted(voice.handle, before)


@dataclass(frozen=True, slots=True)
class Redraft:
    """[Another], [Calmer], [Shorter] and [Try again]: a new draft beside the old one, by the same model.

    Raises NotADraft and what AskForDraft raises.
    """

    database: Database
    people: People
    clock: Clock

    async def __call__(
        self, draft_id: DraftId, change: Change, *, team_id: str, user: str, thread_ts: str, delivery: str
    ) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            old = await tx.drafts.by_id(draft_id)
            if old.asked.team_id != team_id:
                raise NotADraft
            voice = await tx.voices.by_id(old.asked.voice_id)
            await check_may_draft(tx, self.people, voice, user, old.asked.channel_id, now=now)
            model = await tx.voice_models.by_id(old.asked.voice_model_id)
            check_model(voice, model)
            if not await tx.deliveries.first_time(delivery, now=now):
                return
            wish = replace(changed(old.asked, change), requested_by=user, thread_ts=thread_ts)
            draft = await tx.drafts.ask(wish, now=now)
            await start(tx, draft, voice, model, first=draft, now=now, change=change)


async def check_may_draft(
    tx: Transaction, people: People, voice: Voice, user: str, channel_id: str, *, now: datetime
) -> None:
    """A direct message with the bot (D…) counts as the voice's channel; guests never draft."""
    in_reach = channel_id == voice.channel_id or channel_id.startswith("D")
    if not in_reach or people.is_guest(voice.team_id, user):
        raise NotAllowedToDraft(voice.handle, voice.channel_id, voice.owner, voice.steward)
    await check_voice_writes(tx, voice, now=now)


async def check_voice_writes(tx: Transaction, voice: Voice, *, now: datetime) -> None:
    """Asked again right before a draft is shown. Raises VoiceNotReady, ConsentMissing, ConsentWithdrawn."""
    if voice.state != "active":
        raise VoiceNotReady(voice.handle, voice.state)
    consent = await tx.consents.newest(voice.voice_id)
    if consent is not None and consent.covers(now):
        return
    if consent is not None and consent.state == "withdrawn" and consent.decided_at is not None:
        raise ConsentWithdrawn(voice.handle, consent.owner, consent.decided_at)
    raise ConsentMissing(voice.handle, voice.owner)


async def find_model(tx: Transaction, voice: Voice, version: int | None) -> VoiceModel:
    """The version asked for, or the newest that is not retired. Raises VoiceNotReady."""
    models = await tx.voice_models.of_voice(voice.voice_id)
    if version is None:
        if not models:
            raise await not_trained(tx, voice)
        models = [model for model in models if model.state != "retired"]
        if not models:
            raise VoiceNotReady(voice.handle, "every version is retired")
        return models[-1]
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
    )


def changed(asked: NewDraft, change: Change) -> NewDraft:
    if change == "calmer":
        return replace(asked, temperature=max(LOWEST_TEMPERATURE, round(asked.temperature - CALMER_BY, 2)))
    if change == "shorter":
        return replace(asked, words=max(WORDS[0], round(asked.words * SHORTER_BY)))
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
    """The card, the work, the audit. Of several drafts asked at once, the others go under the first one's card."""
    asked = draft.asked
    place = Place(asked.team_id, channel_id=asked.channel_id, thread_ts=asked.thread_ts)
    if draft != first and asked.thread_ts is None:
        place = Place(asked.team_id, channel_id=asked.channel_id, thread_key=first.card_key)
    facts = {
        "handle": voice.handle,
        "version": model.version,
        "by": asked.requested_by,
        "brief": asked.brief,
        "change": change,
    }
    await tx.outbox.say(Saying(draft.card_key, DRAFT_CARD, facts, place))
    await tx.work.enqueue("draft", draft.draft_id, asked.team_id, run_at=now)
    wanted = {"voice": voice.handle, "version": model.version, "words": asked.words, "temperature": asked.temperature}
    entry = AuditEntry(asked.team_id, asked.requested_by, "draft.asked", draft.label, after=wanted)
    await tx.audit.record(entry, now=now)
