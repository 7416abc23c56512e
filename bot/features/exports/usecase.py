"""Who may have a voice's data asks for it; the worker makes the file and sends it to them alone."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from bot.export_links import ExportGrant, ExportLinks
from bot.exporting import Exported, MakeExport
from bot.lookup import find_voice
from bot.rights import is_theirs, only_theirs
from pipeline.domain.voices import Voice, VoiceId
from pipeline.domain.work import AuditEntry, Place, Saying, WorkItem
from pipeline.errors import UploadRefused
from pipeline.ports import Clock, Database, Deciders, Transaction

READY: Final = "exports.ready"


class FileSharing(Protocol):
    """Slack's side. Raises UploadRefused for a definite no; what may succeed later is raised as it came."""

    async def share_file(self, name: str, path: Path, *, place: Place) -> None:
        """A crash after it and before it is known shows the file twice."""
        ...


@dataclass(frozen=True, slots=True)
class AskForExport:
    """Raises UnknownVoice, NotTheirs."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, team_id: str, user: str, handle: str) -> Voice:
        now = self.clock()
        async with self.database.begin() as tx:
            voice = await find_voice(tx, team_id, handle)
            only_theirs(self.people, voice, user)
            await tx.work.enqueue("export", f"{voice.voice_id}:{user}", team_id, run_at=now)
            entry = AuditEntry(team_id, user, "voice.export_asked", voice.handle)
            await tx.audit.record(entry, now=now)
        return voice


@dataclass(frozen=True, slots=True)
class SendExport:
    """The worker's side. item.subject: the voice, and after a colon who gets it. Nothing of the file is kept.

    Private texts do not pass through Slack, which they may never have done: a link leads to our own page.
    """

    database: Database
    make: MakeExport
    sharing: FileSharing
    links: ExportLinks
    people: Deciders
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        voice_id, _, user = item.subject.partition(":")
        async with self.database.read() as tx:
            voice = await tx.voices.by_id(VoiceId(int(voice_id)))
            is_private = await holds_private(tx, voice)
        if not is_theirs(self.people, voice, user):
            async with self.database.begin() as tx:
                await tx.work.finish(item)
            return
        facts = self.by_link(voice, user, "private") if is_private else await self.sent(voice, user)
        async with self.database.begin() as tx:
            direct = Place(item.team_id, user_id=user)
            await tx.outbox.say(Saying(f"export:{item.work_id}:{item.token}", READY, facts, direct))
            if "sha256" in facts:
                entry = AuditEntry(
                    item.team_id, user, "voice.exported", voice.handle, after={"sha256": facts["sha256"]}
                )
                await tx.audit.record(entry, now=self.clock())
            await tx.work.finish(item)

    async def sent(self, voice: Voice, user: str) -> Mapping[str, Any]:
        """What was sent, and how: as facts of the message about it."""
        with tempfile.TemporaryDirectory(prefix="understudy-") as folder:
            path = Path(folder) / file_name(voice, self.clock())
            made = await self.make(voice, path)
            try:
                await self.sharing.share_file(path.name, path, place=Place(voice.team_id, user_id=user))
            except UploadRefused:
                return self.by_link(voice, user, "refused")
        return {"handle": voice.handle, "how": "file", **made.facts}

    def by_link(self, voice: Voice, user: str, why: str) -> Mapping[str, Any]:
        link = self.links.link_for(voice, user, now=self.clock())
        facts = {"handle": voice.handle, "why": why}
        if link is None:
            return facts | {"how": "neither"}
        return facts | {"how": "link", "url": link.url, "until": link.until.isoformat()}


@dataclass(frozen=True, slots=True)
class FetchExport:
    """Our own page: the file is made when it is fetched. Raises LinkNotOurs, LinkExpired, NotTheirs."""

    database: Database
    make: MakeExport
    links: ExportLinks
    people: Deciders
    clock: Clock

    async def opened(self, token: str) -> tuple[ExportGrant, Voice]:
        grant = self.links.opened(token, now=self.clock())
        async with self.database.read() as tx:
            voice = await tx.voices.by_id(grant.voice_id)
        only_theirs(self.people, voice, grant.user)
        return grant, voice

    @asynccontextmanager
    async def made(self, token: str) -> AsyncIterator[Path]:
        """The file, for as long as the block runs."""
        grant, voice = await self.opened(token)
        with tempfile.TemporaryDirectory(prefix="understudy-") as folder:
            path = Path(folder) / file_name(voice, self.clock())
            made: Exported = await self.make(voice, path)
            async with self.database.begin() as tx:
                entry = AuditEntry(
                    voice.team_id, grant.user, "voice.exported", voice.handle, after={"sha256": made.sha256}
                )
                await tx.audit.record(entry, now=self.clock())
            yield path


async def holds_private(tx: Transaction, voice: Voice) -> bool:
    """Private writing, or a set of texts that was kept with personal data in it."""
    round_ = await tx.rounds.latest(voice.voice_id)
    while round_ is not None and voice.sensitivity != "private":
        if round_.dataset_id and (await tx.datasets.by_id(round_.dataset_id)).facts.sensitivity(voice) == "private":
            return True
        round_ = await tx.rounds.before(round_)
    return voice.sensitivity == "private"


def file_name(voice: Voice, now: datetime) -> str:
    return f"{voice.handle}-{now:%Y-%m-%d}.zip"
