"""More people shall draft than the owner agreed to: the owner is asked, and until they answer it stays as it was."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from bot.owners import told_for_owner
from pipeline.domain.voices import Consent, Voice, WantedDrafters
from pipeline.domain.work import AuditEntry, Place, Saying
from pipeline.drafters import is_wider
from pipeline.ports import Deciders, Transaction

WIDEN: Final = "consent.widen"
Answer = Literal["agreed", "refused", "dropped"]


def agreed_to(voice: Voice, consent: Consent | None) -> tuple[str, ...]:
    """Who may draft by this yes, whoever may now."""
    return voice.drafters if consent is None or consent.drafters is None else consent.drafters


def needs_the_owner(people: Deciders, voice: Voice, consent: Consent | None, after: Sequence[str], user: str) -> bool:
    """Only a yes that was given has a scope. Whoever speaks for the owner asks nobody."""
    if consent is None or consent.state != "given" or not is_wider(after, agreed_to(voice, consent)):
        return False
    return not speaks_for_owner(people, voice, user)


def speaks_for_owner(people: Deciders, voice: Voice, user: str) -> bool:
    return user in ((voice.owner,) if voice.owner_is_here else people.admins(voice.team_id))


async def ask_to_widen(
    tx: Transaction, people: Deciders, voice: Voice, after: Sequence[str], user: str, *, now: datetime
) -> None:
    wanted = WantedDrafters(tuple(after), user, now)
    await drop_widening(tx, people, voice)
    await tx.voices.want_drafters(voice.voice_id, wanted)
    await say_widening(tx, people, voice, wanted)
    before, asked = {"drafters": list(voice.drafters)}, {"drafters": list(after)}
    entry = AuditEntry(voice.team_id, user, "voice.drafters_asked", voice.handle, before, asked)
    await tx.audit.record(entry, now=now)


async def let_draft(
    tx: Transaction, people: Deciders, voice: Voice, consent: Consent | None, after: Sequence[str], user: str
) -> None:
    """Whoever speaks for the owner widens the yes by it."""
    await tx.voices.let_draft(voice.voice_id, after)
    if consent is None or consent.state != "given" or not speaks_for_owner(people, voice, user):
        return
    if is_wider(after, agreed_to(voice, consent)):
        await tx.consents.widen(consent.consent_id, after)


async def drop_widening(tx: Transaction, people: Deciders, voice: Voice) -> None:
    """Somebody chose anew: what was asked before is no question any more."""
    if voice.wanted is not None:
        await tx.voices.want_drafters(voice.voice_id, None)
        await say_widening(tx, people, voice, voice.wanted, "dropped")


async def say_widening(
    tx: Transaction,
    people: Deciders,
    voice: Voice,
    wanted: WantedDrafters,
    answer: Answer | None = None,
    *,
    answered_by: str = "",
) -> None:
    """To the owner, or who speaks for one outside Slack; without buttons once there is an answer."""
    facts = {
        "question": question(voice, wanted),
        "handle": voice.handle,
        "owner": voice.owner,
        "by": wanted.by,
        "agreed": list(agreed_to(voice, await tx.consents.newest(voice.voice_id))),
        "after": list(wanted.drafters),
        "answer": answer,
        "answered_by": answered_by,
    }
    for user in told_for_owner(people, voice):
        direct = Place(team_id=voice.team_id, user_id=user)
        await tx.outbox.say(Saying(f"widen:{question(voice, wanted)}:{user}", WIDEN, facts, direct))


def question(voice: Voice, wanted: WantedDrafters) -> str:
    """Which one: buttons of an earlier one answer nothing."""
    return f"{voice.voice_id}:{wanted.at.timestamp():.0f}"
