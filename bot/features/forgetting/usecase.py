"""Somebody may have something of a voice forgotten; what that comes to is shown first, and done when they say so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.attestations import notes_over
from bot.lookup import find_voice
from bot.rights import only_theirs
from pipeline.domain.erasures import Erasure, ErasureId, ErasureKind, ErasureState, NewErasure
from pipeline.domain.voices import Source, Voice
from pipeline.domain.work import AuditEntry, Place, Saying
from pipeline.erasures import person_key
from pipeline.errors import AlreadyForgotten
from pipeline.ports import Clock, Database, Deciders, Transaction

SHOWN: Final = "forgetting.shown"
TOLD: Final = "forgetting.told"
ERASED: Final = "forgetting.erased"


@dataclass(frozen=True, slots=True)
class Forgettable:
    """sources: files of the newest round that count, newest last. notes: signed ones of consents that are over."""

    voice: Voice
    sources: tuple[Source, ...]
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LookAtForgettable:
    """Raises UnknownVoice, NotTheirs."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, team_id: str, user: str, handle: str) -> Forgettable:
        async with self.database.read() as tx:
            voice = await find_voice(tx, team_id, handle)
            only_theirs(self.people, voice, user)
            latest = await tx.rounds.latest(voice.voice_id)
            sources = await tx.sources.of_round(latest.round_id) if latest else []
            notes = await notes_over(tx, voice, self.clock())
        return Forgettable(voice, tuple(one for one in sources if one.sha256), notes)


@dataclass(frozen=True, slots=True)
class AskToForget:
    """Puts it into the queue; the worker shows what it comes to. target: a file's hash, a person, words of a title.

    Raises UnknownVoice, NotTheirs.
    """

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, team_id: str, user: str, handle: str, kind: ErasureKind, target: str) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await find_voice(tx, team_id, handle)
            only_theirs(self.people, voice, user)
            key = person_key(team_id, target) if kind == "person" else ""
            erasure = await tx.erasures.ask(NewErasure(team_id, voice.voice_id, kind, target, user, key), now=now)
            await tx.work.enqueue("forget", erasure.erasure_id, team_id, run_at=now)
            entry = AuditEntry(team_id, user, "forget.asked", voice.handle, after={"kind": kind})
            await tx.audit.record(entry, now=now)


@dataclass(frozen=True, slots=True)
class DecideOnForgetting:
    """[Forget] or [Leave it]. Raises AlreadyForgotten, NotTheirs."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, erasure_id: ErasureId, team_id: str, user: str, *, forgets: bool) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            erasure = await tx.erasures.by_id(erasure_id)
            if erasure.wanted.team_id != team_id:
                raise AlreadyForgotten
            voice = await tx.voices.by_id(erasure.wanted.voice_id)
            only_theirs(self.people, voice, user)
            state: ErasureState = "confirmed" if forgets else "dropped"
            if not await tx.erasures.move(erasure_id, expected="shown", state=state):
                raise AlreadyForgotten
            await say_shown(tx, erasure, {"handle": voice.handle, "state": state})
            await tx.work.enqueue("forget", erasure_id, team_id, run_at=now)
            what = "forget.confirmed" if forgets else "forget.dropped"
            await tx.audit.record(
                AuditEntry(team_id, user, what, voice.handle, after={"kind": erasure.wanted.kind}), now=now
            )


async def say_shown(tx: Transaction, erasure: Erasure, facts: Mapping[str, Any]) -> None:
    """To whoever asked, and to nobody else."""
    place = Place(erasure.wanted.team_id, user_id=erasure.wanted.asked_by)
    await tx.outbox.say(Saying(erasure.key, SHOWN, {"erasure_id": erasure.erasure_id, **facts}, place))
