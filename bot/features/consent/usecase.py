"""The owner answers, looks, and may take the answer back; nothing trains or writes without it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.attestations import attestation_of
from bot.cards import say_round_card, say_voice_card, voice_thread
from bot.consent_request import say_request
from bot.lookup import find_voice
from bot.next_round import changed
from bot.owners import only_spokesman
from pipeline.domain.attestations import Attestation
from pipeline.domain.training import TuningJob
from pipeline.domain.voices import Consent, ConsentId, ConsentLimits, ConsentState, Voice
from pipeline.domain.work import AuditEntry, Place, Saying
from pipeline.errors import AlreadyDecided, NotTheOwner
from pipeline.ports import Clock, Database, Deciders, Transaction

GIVEN = "consent.given"
REFUSED = "consent.refused"
WITHDRAWN = "consent.withdrawn"
VALID_FOR = timedelta(days=365)
NO_LIMITS = ConsentLimits()
NOBODY: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class AnswerConsent:
    """The owner presses I agree or No. Raises NotTheOwner, AlreadyDecided."""

    database: Database
    clock: Clock

    async def __call__(
        self, consent_id: ConsentId, user: str, *, agrees: bool, limits: ConsentLimits = NO_LIMITS
    ) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            consent = await tx.consents.by_id(consent_id)
            if consent.owner != user:
                raise NotTheOwner(consent.owner)
            voice = await tx.voices.by_id(consent.voice_id)
            until = (limits.until or now + VALID_FOR) if agrees else None
            state: ConsentState = "given" if agrees else "refused"
            if not await tx.consents.decide(
                consent_id, expected="asked", state=state, at=now, until=until, limits=limits
            ):
                raise AlreadyDecided(consent.state, consent.owner, consent.decided_at)
            await (give(tx, voice, until, limits, self.clock) if until else self.close(tx, voice))
            await answered(tx, voice, consent, state, now, limits)
            await say_voice_card(tx, await tx.voices.by_id(voice.voice_id), now=now)

    async def close(self, tx: Transaction, voice: Voice) -> None:
        """A No ends it: samples are withdrawn, the voice closed, the steward told in private."""
        withdrawn = 0
        latest = await tx.rounds.latest(voice.voice_id)
        if latest:
            for source in await tx.sources.of_round(latest.round_id):
                withdrawn += source.documents if source.state == "read" else 0
                await tx.sources.update(source.source_id, state="withdrawn")
            revision = await tx.rounds.changed(latest.round_id)
            await tx.rounds.prepared(latest.round_id, revision=revision, dataset_id=None)
            await say_round_card(tx, await tx.rounds.by_id(latest.round_id), voice)
        await tx.voices.set_state(voice.voice_id, "closed")
        facts = {"owner": voice.owner, "handle": voice.handle, "samples": withdrawn}
        direct = Place(team_id=voice.team_id, user_id=voice.steward)
        await tx.outbox.say(Saying(f"voice:{voice.voice_id}:refused", REFUSED, facts, direct))


@dataclass(frozen=True, slots=True)
class ConsentNow:
    """attestation: what the newest consent rests on, where the owner is not in Slack. may_end: who looks may."""

    voice: Voice
    consent: Consent | None
    attestation: Attestation | None = None
    may_end: bool = True


@dataclass(frozen=True, slots=True)
class ShowConsent:
    """To the owner; for one outside Slack to steward and admins. Raises UnknownVoice, NotTheOwner, OwnerIsOutside."""

    database: Database
    people: Deciders

    async def __call__(self, team_id: str, user: str, handle: str) -> ConsentNow:
        async with self.database.read() as tx:
            voice = await find_voice(tx, team_id, handle)
            admins = self.people.admins(team_id)
            consent = await tx.consents.newest(voice.voice_id)
            if not voice.owner_is_here and user in (voice.steward, *admins):
                return ConsentNow(voice, consent, await attestation_of(tx, consent), user in admins)
            only_owner(self.people, voice, user)
            return ConsentNow(voice, consent)


@dataclass(frozen=True, slots=True)
class WithdrawConsent:
    """From this commit on nothing trains or writes in it. Raises NotTheOwner, OwnerIsOutside, AlreadyDecided."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, consent_id: ConsentId, user: str) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            consent = await tx.consents.by_id(consent_id)
            voice = await tx.voices.by_id(consent.voice_id)
            only_owner(self.people, voice, user)
            if not await tx.consents.decide(consent_id, expected="given", state="withdrawn", at=now, until=None):
                raise AlreadyDecided(consent.state, consent.owner, consent.decided_at)
            await say_withdrawn(tx, voice, await tx.consents.by_id(consent_id), now=now, by=user)
            await tx.work.enqueue("delete-copies", consent_id, voice.team_id, run_at=now)
            await answered(tx, voice, consent, "withdrawn", now, by=user)
            await say_voice_card(tx, voice, now=now)


def only_owner(people: Deciders, voice: Voice, user: str) -> None:
    """Or an admin, for an owner outside Slack. Raises NotTheOwner, OwnerIsOutside."""
    if not voice.owner_is_here:
        only_spokesman(people, voice, user)
    elif voice.owner != user:
        raise NotTheOwner(voice.owner)


async def give(
    tx: Transaction,
    voice: Voice,
    until: datetime,
    limits: ConsentLimits,
    clock: Clock,
    *,
    vouched: Mapping[str, str] = NOBODY,
) -> None:
    """Earlier texts than the owner agreed to leave the open round at once. vouched: see vouched()."""
    await tell_given(tx, voice, until, limits, vouched=vouched)
    latest = await tx.rounds.latest(voice.voice_id)
    if limits.not_before is not None and latest is not None and latest.state == "open":
        what = {"not_before": limits.not_before.isoformat()}
        await changed(tx, latest, voice.owner, "round.limited", what, clock)


def vouched(attestation: Attestation) -> dict[str, str]:
    """Who attested, and the note it rests on, as facts of what is said."""
    said = attestation.said
    return {"attested_by": said.by, "note": said.name, "note_sha256": attestation.note_blob or ""}


async def tell_given(
    tx: Transaction, voice: Voice, until: datetime, limits: ConsentLimits, *, vouched: Mapping[str, str] = NOBODY
) -> None:
    facts = {"owner": voice.owner, "channel": voice.channel_id, "until": until.isoformat(), "handle": voice.handle}
    scope = {"purpose": voice.purpose, "drafters": list(voice.drafters)}
    key = f"voice:{voice.voice_id}:given:{until.date()}"
    await tx.outbox.say(Saying(key, GIVEN, {**facts, **scope, **limit_facts(limits), **vouched}, voice_thread(voice)))


def limit_facts(limits: ConsentLimits) -> dict[str, str | None]:
    day = limits.not_before.isoformat() if limits.not_before else None
    return {"not_before": day, "limits": limits.words or None}


async def say_withdrawn(tx: Transaction, voice: Voice, consent: Consent, *, now: datetime, by: str = "") -> None:
    """And how far the copies at the providers are deleted. The message is brought up to date as they confirm.

    by: who took it back; it stays when the message is said again.
    """
    runs = {run.tuning_job_id for run in await runs_until(tx, consent)}
    copies = [model for model in await tx.voice_models.of_voice(voice.voice_id) if model.tuning_job_id in runs]
    confirmed = [model.deleted_at for model in copies if model.deleted_at is not None]
    key = f"consent:{consent.consent_id}:withdrawn"
    said = await tx.outbox.facts(voice.team_id, key) or {}
    facts = {
        "owner": voice.owner,
        "by": by or said.get("by") or voice.owner,
        "handle": voice.handle,
        "at": (consent.decided_at or now).isoformat(),
        "copies": len(copies),
        "confirmed": len(confirmed),
        "confirmed_at": max(confirmed).isoformat() if confirmed else None,
    }
    await tx.outbox.say(Saying(key, WITHDRAWN, facts, voice_thread(voice)))


async def runs_until(tx: Transaction, consent: Consent) -> list[TuningJob]:
    """The voice's runs from before this consent was withdrawn: what was trained after another yes is not meant."""
    runs = await tx.tuning_jobs.of_voice(consent.voice_id)
    return [run for run in runs if consent.decided_at is None or run.queued_at <= consent.decided_at]


async def answered(
    tx: Transaction,
    voice: Voice,
    consent: Consent,
    state: ConsentState,
    now: datetime,
    limits: ConsentLimits = NO_LIMITS,
    *,
    by: str | None = None,
    vouched: Mapping[str, str] = NOBODY,
) -> None:
    """The request loses its buttons, and the audit gets its row. by: who answered, where that is not the owner."""
    who = by or consent.owner
    answer = {"answer": state, "at": now.isoformat(), "by": who, **limit_facts(limits), **vouched}
    await say_request(tx, voice, consent, answer)
    after = {"state": state, **{name: value for name, value in limit_facts(limits).items() if value}, **vouched}
    entry = AuditEntry(voice.team_id, who, f"consent.{state}", voice.handle, {"state": consent.state}, after)
    await tx.audit.record(entry, now=now)
