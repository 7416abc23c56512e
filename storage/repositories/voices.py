"""Voices and the consent they rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, null, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.voices import (
    Consent,
    ConsentId,
    ConsentLimits,
    ConsentState,
    NewVoice,
    Voice,
    VoiceId,
    VoiceState,
    WantedDrafters,
)
from pipeline.errors import VoiceTaken
from storage.engine import is_writing
from storage.rows import find, for_change, insert, insert_new, the_one
from storage.tables import ConsentRow, VoiceAliasRow, VoiceRow

NO_LIMITS: Final = ConsentLimits()


@dataclass(frozen=True, slots=True)
class SqlVoices:
    session: AsyncSession

    async def add(self, voice: NewVoice, *, now: datetime) -> Voice:
        await self._only_free(voice.team_id, voice.handle)
        row = await insert_new(self.session, VoiceRow, **asdict(voice), created_at=now)
        if row is None:
            raise VoiceTaken(voice.handle, "")
        return _voice(row)

    async def by_handle(self, team_id: str, handle: str) -> Voice | None:
        row = await find(self.session, VoiceRow, col(VoiceRow.team_id) == team_id, col(VoiceRow.handle) == handle)
        if row is not None:
            return _voice(row)
        named = (col(VoiceAliasRow.team_id) == team_id, col(VoiceAliasRow.handle) == handle)
        alias = await find(self.session, VoiceAliasRow, *named)
        return None if alias is None else await self.by_id(VoiceId(alias.voice_id))

    async def rename(self, voice: Voice, handle: str) -> Voice:
        own = (col(VoiceAliasRow.voice_id) == voice.voice_id, col(VoiceAliasRow.handle) == handle)
        await self.session.exec(delete(VoiceAliasRow).where(*own))  # its name again
        await self._only_free(voice.team_id, handle)
        changed = update(VoiceRow).where(col(VoiceRow.id) == voice.voice_id)
        await self.session.exec(changed.values(handle=handle, writer=voice.written_as))
        after = await self.by_id(voice.voice_id)
        await self.add_alias(after, voice.handle)
        return after

    async def add_alias(self, voice: Voice, handle: str) -> None:
        await self._only_free(voice.team_id, handle)
        of = {"team_id": voice.team_id, "voice_id": voice.voice_id}
        await insert_new(self.session, VoiceAliasRow, **of, handle=handle)

    async def aliases(self, voice_id: VoiceId) -> list[str]:
        of_voice = select(VoiceAliasRow.handle).where(col(VoiceAliasRow.voice_id) == voice_id)
        return list(await self.session.exec(of_voice.order_by(col(VoiceAliasRow.id))))

    async def _only_free(self, team_id: str, handle: str) -> None:
        """Raises VoiceTaken."""
        if (taken := await self.by_handle(team_id, handle)) is not None:
            raise VoiceTaken(handle, taken.steward)

    async def by_id(self, voice_id: VoiceId) -> Voice:
        return _voice(await the_one(self.session, VoiceRow, col(VoiceRow.id) == voice_id))

    async def of_team(self, team_id: str) -> list[Voice]:
        rows = select(VoiceRow).where(col(VoiceRow.team_id) == team_id).order_by(col(VoiceRow.id))
        return [_voice(row) for row in await self.session.exec(rows)]

    async def teams(self) -> list[str]:
        return list(await self.session.exec(select(VoiceRow.team_id).distinct().order_by(col(VoiceRow.team_id))))

    async def set_state(
        self, voice_id: VoiceId, state: VoiceState, *, by: str | None = None, at: datetime | None = None
    ) -> None:
        changed = update(VoiceRow).where(col(VoiceRow.id) == voice_id)
        await self.session.exec(changed.values(state=state, state_by=by, state_at=at))

    async def let_draft(self, voice_id: VoiceId, drafters: Sequence[str]) -> None:
        await self.session.exec(update(VoiceRow).where(col(VoiceRow.id) == voice_id).values(drafters=list(drafters)))

    async def want_drafters(self, voice_id: VoiceId, wanted: WantedDrafters | None) -> None:
        kept = wanted and {"drafters": list(wanted.drafters), "by": wanted.by, "at": wanted.at.isoformat()}
        await self.session.exec(update(VoiceRow).where(col(VoiceRow.id) == voice_id).values(wanted=kept or null()))


@dataclass(frozen=True, slots=True)
class SqlConsents:
    """A voice is locked before its consents, by whomever: so no two wait for what the other holds."""

    session: AsyncSession

    async def ask(self, voice_id: VoiceId, owner: str, *, now: datetime) -> Consent:
        voice = await the_one(self.session, VoiceRow, col(VoiceRow.id) == voice_id)
        row = await insert(
            self.session, ConsentRow, team_id=voice.team_id, voice_id=voice_id, owner=owner, asked_at=now
        )
        return _consent(row)

    async def newest(self, voice_id: VoiceId) -> Consent | None:
        await self._voice_first(voice_id)
        newest = select(ConsentRow).where(col(ConsentRow.voice_id) == voice_id).order_by(col(ConsentRow.id).desc())
        row = (await self.session.exec(for_change(self.session, newest.limit(1)))).one_or_none()
        return _consent(row) if row else None

    async def by_id(self, consent_id: ConsentId) -> Consent:
        of_voice = select(ConsentRow.voice_id).where(col(ConsentRow.id) == consent_id)
        await self._voice_first((await self.session.exec(of_voice)).one_or_none())
        return _consent(await the_one(self.session, ConsentRow, col(ConsentRow.id) == consent_id))

    async def decide(
        self,
        consent_id: ConsentId,
        *,
        expected: ConsentState,
        state: ConsentState,
        at: datetime,
        until: datetime | None,
        limits: ConsentLimits = NO_LIMITS,
    ) -> bool:
        values: dict[str, Any] = {"state": state, "decided_at": at, "expires_at": until}
        values |= {"limits": limits.words, "not_before": limits.not_before}
        if state == "given":
            values["drafters"] = await self._drafters_now(consent_id)
        decided = await self.session.exec(
            update(ConsentRow)
            .where(col(ConsentRow.id) == consent_id, col(ConsentRow.state) == expected)
            .values(**values)
        )
        return decided.rowcount == 1

    async def widen(self, consent_id: ConsentId, drafters: Sequence[str]) -> None:
        widened = update(ConsentRow).where(col(ConsentRow.id) == consent_id)
        await self.session.exec(widened.values(drafters=list(drafters)))

    async def _voice_first(self, voice_id: int | None) -> None:
        if is_writing(self.session):
            await find(self.session, VoiceRow, col(VoiceRow.id) == voice_id)

    async def _drafters_now(self, consent_id: ConsentId) -> list[str]:
        consent = await the_one(self.session, ConsentRow, col(ConsentRow.id) == consent_id)
        return list((await the_one(self.session, VoiceRow, col(VoiceRow.id) == consent.voice_id)).drafters or ())


def _voice(row: VoiceRow) -> Voice:
    return Voice(
        voice_id=VoiceId(row.id),
        team_id=row.team_id,
        handle=row.handle,
        purpose=row.purpose,
        sensitivity=row.sensitivity,
        owner=row.owner,
        steward=row.steward,
        channel_id=row.channel_id,
        works_if=row.works_if,
        why=row.why,
        state=row.state,
        created_at=row.created_at,
        state_by=row.state_by,
        state_at=row.state_at,
        writer=row.writer or "",
        drafters=tuple(row.drafters or ()),
        wanted=_wanted(row.wanted) if row.wanted else None,
    )


def _wanted(kept: Mapping[str, Any]) -> WantedDrafters:
    return WantedDrafters(tuple(kept["drafters"]), kept["by"], datetime.fromisoformat(kept["at"]))


def _consent(row: ConsentRow) -> Consent:
    return Consent(
        consent_id=ConsentId(row.id),
        voice_id=VoiceId(row.voice_id),
        owner=row.owner,
        state=row.state,
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        expires_at=row.expires_at,
        limits=row.limits,
        not_before=row.not_before,
        drafters=None if row.drafters is None else tuple(row.drafters),
    )
