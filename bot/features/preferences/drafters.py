"""Names who may draft with a voice, and finds out who that is."""

from dataclasses import dataclass
from typing import Final

from bot.cards import say_voice_card
from bot.consent_request import say_request
from bot.drafters import ask_who_that_is, named_channels, unseen_of
from bot.lookup import find_voice, only_steward
from bot.owners import Staff
from bot.widening import ask_to_widen, drop_widening, let_draft, needs_the_owner
from pipeline.domain.voices import Voice, VoiceId
from pipeline.domain.work import AuditEntry, Place, Saying, WorkItem
from pipeline.drafters import are_people
from pipeline.errors import CannotDraft
from pipeline.ports import Clock, Database, Membership

UNSEEN: Final = "preferences.unseen"


@dataclass(frozen=True, slots=True)
class ChooseDrafters:
    """drafters: Slack ids; none: everybody. More than the owner agreed to waits for the owner.

    Raises UnknownVoice, NotSteward, CannotDraft.
    """

    database: Database
    people: Staff
    clock: Clock

    async def __call__(self, team_id: str, user: str, handle: str, drafters: tuple[str, ...]) -> Voice:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await find_voice(tx, team_id, handle)
            only_steward(voice, user)
            for each in are_people(drafters):
                if not self.people.is_active(team_id, each) or self.people.is_guest(team_id, each):
                    raise CannotDraft(each)
            if drafters == (voice.wanted.drafters if voice.wanted else voice.drafters):
                return voice
            consent = await tx.consents.newest(voice.voice_id)
            if needs_the_owner(self.people, voice, consent, drafters, user):
                await ask_to_widen(tx, self.people, voice, drafters, user, now=now)
                return await tx.voices.by_id(voice.voice_id)
            await drop_widening(tx, self.people, voice)
            await let_draft(tx, self.people, voice, consent, drafters, user)
            await ask_who_that_is(tx, voice, drafters, now=now)
            before, after = {"drafters": voice.drafters}, {"drafters": drafters}
            await tx.audit.record(AuditEntry(team_id, user, "voice.drafters", voice.handle, before, after), now=now)
            changed = await tx.voices.by_id(voice.voice_id)
            await say_voice_card(tx, changed, now=now)
            if consent is not None and consent.state == "asked":
                await say_request(tx, changed, consent, {})  # whoever answers reads who it is about now
        return changed


@dataclass(frozen=True, slots=True)
class LearnMembers:
    """Asks Slack who is in the channels whose members may draft. Called by the clock, and by the worker.

    item.subject: the voice that they were just named for; its steward is told what Slack does not tell.
    """

    database: Database
    people: Membership

    async def __call__(self, item: WorkItem | None = None) -> None:
        async with self.database.read() as tx:
            channels = await named_channels(tx)
        await self.people.learn(channels)
        if item is None:
            return
        async with self.database.begin() as tx:
            voice = await tx.voices.by_id(VoiceId(int(item.subject)))
            if unseen := unseen_of(self.people, voice):
                facts = {"handle": voice.handle, "unseen": list(unseen)}
                direct = Place(team_id=voice.team_id, user_id=voice.steward)
                await tx.outbox.say(Saying(f"voice:{voice.voice_id}:unseen:{item.work_id}", UNSEEN, facts, direct))
            await tx.work.finish(item)
