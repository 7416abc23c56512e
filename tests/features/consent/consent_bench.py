"""A voice whose owner is not in Slack, with admins, and files that Slack gives or not."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.features.consent.attesting import AttestConsent, KeepNote
from bot.features.consent.usecase import WithdrawConsent
from bot.features.forgetting.emptying import Empty
from bot.features.forgetting.erasing import Forget
from bot.features.forgetting.finding import TakeInventory
from bot.features.forgetting.usecase import AskToForget, DecideOnForgetting
from bot.features.voices.usecase import CreateVoice
from bot.features.voices.views import voice_card
from bot.readiness import only_with_consent
from pipeline.domain.attestations import NewAttestation
from pipeline.domain.erasures import ErasureId
from pipeline.domain.voices import Consent, ConsentLimits, NewVoice, Voice
from pipeline.domain.work import DroppedFile
from pipeline.errors import (
    AlreadyForgotten,
    DownloadRefused,
)
from pipeline.sources.reading import Limits
from storage.artifacts import FsspecArtifacts
from storage.database import SqlDatabase
from storage.work_queue import SqlWorkQueue
from tests.fakes.databases import migrated_engine

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TEAM, OWNER, STEWARD, ADMIN, OTHER = "T1", "Somebody Else", "USTEWARD", "UADMIN", "UADMIN2"
NOTE = b"I agree. Signed."
UNTIL = NOW + timedelta(days=200)
LIMITS = ConsentLimits(UNTIL, date(2021, 1, 1), "no letters")


@dataclass
class Staff:
    who: tuple[str, ...] = (ADMIN, OTHER, STEWARD)

    def reachable(self, team_id: str, named: Sequence[str]) -> tuple[str, ...]:
        return tuple(named) if team_id else ()

    def admins(self, team_id: str) -> tuple[str, ...]:
        return self.reachable(team_id, self.who)

    def is_active(self, team_id: str, user: str) -> bool:
        return bool(team_id and user)

    def is_guest(self, team_id: str, user: str) -> bool:
        return not self.is_active(team_id, user)

    def name(self, user: str) -> str:
        return user

    def groups(self, team_id: str) -> dict[str, str]:
        return {"S1": team_id}


@dataclass
class Files:
    """folder: where dropped files lie. gone: Slack gives none."""

    folder: Path
    gone: bool = False

    @asynccontextmanager
    async def fetch(self, slack_file_id: str) -> AsyncIterator[DroppedFile]:
        if self.gone:
            raise DownloadRefused(slack_file_id, 403)
        path = self.folder / slack_file_id
        path.write_bytes(NOTE)
        yield DroppedFile("note.pdf", len(NOTE), path)


@dataclass
class Bench:
    database: SqlDatabase
    queue: SqlWorkQueue
    artifacts: FsspecArtifacts
    files: Files
    voice: Voice
    now: datetime = NOW
    people: Staff = field(default_factory=Staff)

    def clock(self) -> datetime:
        return self.now

    async def newest(self) -> Consent:
        async with self.database.read() as tx:
            consent = await tx.consents.newest(self.voice.voice_id)
        assert consent is not None
        return consent

    async def attest(self, by: str = ADMIN, limits: ConsentLimits = LIMITS, *, consent: Consent | None = None) -> None:
        consent = consent or await self.newest()
        said = NewAttestation(TEAM, consent.consent_id, by, f"F-{by}", "note.pdf", limits)
        await AttestConsent(self.database, self.people, self.clock)(said)

    async def keep(self) -> None:
        step = KeepNote(self.database, self.artifacts, self.files, self.people, self.clock)
        while (item := await self.queue.claim("w1", now=self.now, lease_s=60)) is not None:
            if item.kind == "keep-note":
                await step(item)
                continue
            async with self.database.begin() as tx:
                await tx.work.finish(item)

    async def withdraw(self, by: str) -> None:
        step = WithdrawConsent(self.database, self.people, self.clock)
        await step((await self.newest()).consent_id, by)

    async def forget(self, note: str) -> None:
        """Ask, look at what it comes to, and say yes."""
        await AskToForget(self.database, self.people, self.clock)(TEAM, STEWARD, "founder", "note", note)
        inventory = TakeInventory(self.database, self.artifacts)
        empty = Empty(self.clock)
        step = Forget(self.database, self.artifacts, inventory, empty, self.people, Limits(), self.clock)
        while (item := await self.queue.claim("w1", now=self.now, lease_s=60)) is not None:
            if item.kind != "forget":
                async with self.database.begin() as tx:
                    await tx.work.finish(item)
                continue
            await step(item)
            decide = DecideOnForgetting(self.database, self.people, self.clock)
            with suppress(AlreadyForgotten):  # there was nothing to forget, or it is done
                await decide(ErasureId(int(item.subject)), TEAM, STEWARD, forgets=True)

    async def may(self) -> None:
        async with self.database.read() as tx:
            await only_with_consent(tx, self.voice, self.now)

    async def facts(self, key: str) -> Any:
        async with self.database.read() as tx:
            return await tx.outbox.facts(TEAM, key)

    async def card(self) -> str:
        facts = await self.facts(f"voice:{self.voice.voice_id}:card")
        return str(voice_card(facts).blocks[0].to_dict()["text"]["text"])

    async def audits(self, what: str) -> list[Any]:
        async with self.database.read() as tx:
            return [entry for entry in await tx.audit.of_team(TEAM) if entry.what == what]


@asynccontextmanager
async def open_bench(folder: Path) -> AsyncIterator[Bench]:
    engine = migrated_engine(folder / "test.sqlite3")
    database, people = SqlDatabase(engine, 0), Staff()
    new = NewVoice(TEAM, "founder", "generation", "public", OWNER, STEWARD, "C1", "it works", "it does")
    voice = await CreateVoice(database, people, lambda: NOW)(new)
    artifacts = FsspecArtifacts(str(folder / "artifacts"))
    yield Bench(database, SqlWorkQueue(engine), artifacts, Files(folder), voice, people=people)
    await engine.dispose()
