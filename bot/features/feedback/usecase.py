"""Emoji on drafts, and the reason behind a 👎. Better versions are in rewriting.py."""

from dataclasses import dataclass, field
from typing import Final

from bot.dislikes import DISLIKES, REASON_GIVEN
from bot.draft_places import draft_at, thread_of, wait_for_record
from bot.emoji_meanings import KnownMeanings
from pipeline.domain.drafting import Draft, DraftId, Reaction
from pipeline.domain.work import AuditEntry, Saying
from pipeline.errors import NotADraft
from pipeline.ports import Clock, Database, People, ReactionWriter
from pipeline.verdicts import MeaningName, canonical

WHY: Final = "feedback.why"
FIX_HOW: Final = "feedback.fix"
ASKED_BACK: Final[dict[MeaningName, str]] = {"not this": WHY, "fix": FIX_HOW}
FORM_CHARS: Final = 3000  # Slack's limit for a text input


@dataclass(frozen=True, slots=True)
class RecordReaction:
    """Stores an emoji as state. Emoji without a meaning, our own and guests' are left alone.

    Everything is recorded before we look what it stands on: people react while a draft's place is still being stored.
    bot_user: our own Slack user id.
    """

    reactions: ReactionWriter
    database: Database
    people: People
    clock: Clock
    bot_user: str
    known: KnownMeanings = field(default_factory=KnownMeanings)

    async def __call__(self, reaction: Reaction, *, delivery_id: str) -> None:
        if reaction.user == self.bot_user:
            return
        meanings = await self.known.of(self.database, reaction.team_id, now=self.clock())
        if (meaning := meanings.get(canonical(reaction.name))) is None:
            return
        if self.people.is_guest(reaction.team_id, reaction.user):
            await self.note_guest(reaction, delivery_id)
            return
        await self.reactions.record(reaction, delivery_id=delivery_id)
        if reaction.present and meaning.name in ASKED_BACK:
            await self.ask_back(reaction, ASKED_BACK[meaning.name], delivery_id)

    async def ask_back(self, reaction: Reaction, template: str, delivery_id: str) -> None:
        """Repeated when Slack delivers again, since a crash may have come between; the key says it once."""
        async with self.database.begin() as tx:
            draft = await draft_at(tx, reaction.team_id, reaction.channel_id, reaction.ts)
            if draft is None:
                await wait_for_record(tx, reaction.team_id, reaction.channel_id, now=self.clock())
            on_it = await tx.reactions.on_message(reaction.team_id, reaction.channel_id, reaction.ts)
            still_there = any(one.present and one.user == reaction.user and one.name == reaction.name for one in on_it)
            if draft is None or draft.written is None or not still_there:
                return
            facts = {"draft_id": draft.draft_id, "fits_form": fits_form(draft)}
            key = f"{template}:{draft.draft_id}:{delivery_id}"
            await tx.outbox.say(Saying(key, template, facts, thread_of(draft), only_for=reaction.user))

    async def note_guest(self, reaction: Reaction, delivery_id: str) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            draft = await draft_at(tx, reaction.team_id, reaction.channel_id, reaction.ts)
            if draft is not None and await tx.deliveries.first_time(delivery_id, now=now):
                entry = AuditEntry(reaction.team_id, reaction.user, "feedback.guest_not_counted", draft.label)
                await tx.audit.record(entry, now=now)


@dataclass(frozen=True, slots=True)
class GiveReason:
    """One tap after a 👎. Kept in the audit record; only counts are ever shown. Raises NotADraft."""

    database: Database
    clock: Clock

    async def __call__(self, draft_id: DraftId, reason: str, *, team_id: str, user: str, delivery_id: str) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            draft = await tx.drafts.by_id(draft_id)
            if draft.asked.team_id != team_id or reason not in DISLIKES:
                raise NotADraft
            if await tx.deliveries.first_time(delivery_id, now=now):
                entry = AuditEntry(team_id, user, REASON_GIVEN, draft.label, after={"reason": reason})
                await tx.audit.record(entry, now=now)


def fits_form(draft: Draft) -> bool:
    return draft.written is not None and len(draft.written.text) <= FORM_CHARS
