"""Consent ends by its date: the owner is reminded two weeks before, asked again after, and may go on with one press."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.cards import say_voice_card, voice_thread
from bot.features.consent.usecase import VALID_FOR, tell_given
from bot.owners import told_for_owner
from pipeline.domain.voices import Consent, ConsentId, ConsentLimits, Voice
from pipeline.domain.work import AuditEntry, Place, Saying
from pipeline.errors import AlreadyDecided, NotTheOwner
from pipeline.ports import Clock, Database, Deciders, Transaction

ENDS: Final = "consent.ends"
ENDED: Final = "consent.ended"
REMIND_BEFORE: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class WatchConsents:
    """Called by the clock. The keys of the messages say each thing once."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self) -> None:
        async with self.database.read() as tx:
            teams = await tx.voices.teams()
            voices = [voice for team in teams for voice in await tx.voices.of_team(team)]
            due = [voice for voice in voices if await self.is_due(tx, voice)]
        for voice in due:
            async with self.database.begin() as tx:
                await self.look(tx, voice)

    async def is_due(self, tx: Transaction, voice: Voice) -> bool:
        consent = await tx.consents.newest(voice.voice_id)
        return consent is not None and ends_soon(consent, self.clock()) and voice.state != "closed"

    async def look(self, tx: Transaction, voice: Voice) -> None:
        now, consent = self.clock(), await tx.consents.newest(voice.voice_id)
        if consent is None or consent.expires_at is None or not ends_soon(consent, now):
            return
        has_ended = consent.has_ended(now)
        key = ended_key(consent) if has_ended else ends_key(consent)
        told = told_for_owner(self.people, voice)
        if await tx.outbox.facts(voice.team_id, key_of(key, voice, told[0])) is not None:
            return
        await ask_to_go_on(tx, voice, consent, key, told, has_ended=has_ended)
        if has_ended:
            facts = {"owner": voice.owner, "handle": voice.handle, "at": consent.expires_at.isoformat()}
            await tx.outbox.say(Saying(f"{key}:thread", ENDED, facts, voice_thread(voice)))
            entry = AuditEntry(voice.team_id, "understudy", "consent.ended", voice.handle)
            await tx.audit.record(entry, now=now)
            await say_voice_card(tx, voice, now=now)


@dataclass(frozen=True, slots=True)
class GoOn:
    """[Agree for 12 more months]: with the same limits. Raises NotTheOwner, AlreadyDecided."""

    database: Database
    clock: Clock

    async def __call__(self, consent_id: ConsentId, user: str) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            old = await tx.consents.by_id(consent_id)
            if old.owner != user:
                raise NotTheOwner(old.owner)
            voice = await tx.voices.by_id(old.voice_id)
            newest = await tx.consents.newest(voice.voice_id)
            if newest is None or newest.consent_id != consent_id or not ends_soon(old, now) or old.expires_at is None:
                raise AlreadyDecided(
                    newest.state if newest else old.state, old.owner, newest.decided_at if newest else None
                )
            until, limits = max(now, old.expires_at) + VALID_FOR, ConsentLimits(None, old.not_before, old.limits)
            new = await tx.consents.ask(voice.voice_id, voice.owner, now=now)
            await tx.consents.decide(
                new.consent_id, expected="asked", state="given", at=now, until=until, limits=limits
            )
            await tell_given(tx, voice, until, limits)
            await say_renewed(tx, (voice.owner,), voice, old, until)
            after = {"until": until.date().isoformat()}
            await tx.audit.record(
                AuditEntry(voice.team_id, user, "consent.renewed", voice.handle, after=after), now=now
            )
            await say_voice_card(tx, voice, now=now)


async def say_renewed(tx: Transaction, told: Sequence[str], voice: Voice, old: Consent, until: datetime) -> None:
    """What was said about its end says how long it lasts now, and loses its button."""
    for key in (ends_key(old), ended_key(old)):
        again = [user for user in told if await tx.outbox.facts(voice.team_id, key_of(key, voice, user)) is not None]
        await ask_to_go_on(tx, voice, old, key, again, has_ended=key == ended_key(old), until=until)


async def ask_to_go_on(
    tx: Transaction,
    voice: Voice,
    consent: Consent,
    key: str,
    told: Sequence[str],
    *,
    has_ended: bool,
    until: datetime | None = None,
) -> None:
    """told: who is asked. until: how long it lasts now, once there is another yes."""
    facts = {
        "consent_id": consent.consent_id,
        "handle": voice.handle,
        "outside": None if voice.owner_is_here else voice.owner,
        "ended": has_ended,
        "at": consent.expires_at.isoformat() if consent.expires_at else None,
        "until": until.isoformat() if until else None,
    }
    for user in told:
        direct = Place(team_id=voice.team_id, user_id=user)
        await tx.outbox.say(Saying(key_of(key, voice, user), ENDS, facts, direct))


def key_of(key: str, voice: Voice, user: str) -> str:
    """Of an owner there is one; of those who stand for one outside Slack there may be several."""
    return key if voice.owner_is_here else f"{key}:{user}"


def ends_soon(consent: Consent, now: datetime) -> bool:
    """Or has ended."""
    return consent.state == "given" and consent.expires_at is not None and now >= consent.expires_at - REMIND_BEFORE


def ends_key(consent: Consent) -> str:
    return f"consent:{consent.consent_id}:ends"


def ended_key(consent: Consent) -> str:
    return f"consent:{consent.consent_id}:ended"
