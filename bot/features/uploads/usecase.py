"""What an upload link allows: look, begin a file, send pieces, and have it counted in once it is complete."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from bot.adding import Incoming, add_sources
from bot.lookup import only_collecting, only_steward, only_unlocked
from bot.slack.failures import sentence_for
from bot.slack.plain_words import plain_words
from bot.upload_folder import UploadFolder
from bot.upload_links import Grant, UploadLinks
from pipeline.domain.voices import Round, Upload, Voice
from pipeline.errors import EmptyFile, FileTooBig, LinkNotOurs, LinkUsedUp, UploadGone
from pipeline.ports import ArtifactStore, Clock, Database, Transaction

NAME_CHARS: Final = 200
UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows. thread_url: of the round's thread in Slack; empty while its card is not posted."""

    handle: str
    number: int
    until: str
    thread_url: str


@dataclass(frozen=True, slots=True)
class OpenLink:
    """Raises LinkNotOurs, LinkExpired, NotSteward, ConsentWithdrawn, RoundLocked."""

    database: Database
    links: UploadLinks
    clock: Clock
    workspace_url: str

    async def __call__(self, token: str) -> Page:
        grant = self.links.opened(token, now=self.clock())
        async with self.database.read() as tx:
            voice, round_ = await still_allowed(tx, grant)
            card = await tx.outbox.posted(round_.card_key)
        thread = f"{self.workspace_url}archives/{card.channel_id}/p{card.ts.replace('.', '')}" if card else ""
        return Page(voice.handle, round_.number, f"{grant.expires_at:%-d %b %Y %H:%M} UTC", thread)


@dataclass(frozen=True, slots=True)
class Uploading:
    """One file in pieces. Raises what OpenLink raises, and the other LinkErrors, EmptyFile and FileTooBig."""

    database: Database
    artifacts: ArtifactStore
    folder: UploadFolder
    links: UploadLinks
    clock: Clock
    limit_bytes: int
    files_per_link: int

    async def begin(self, token: str, name: str, size_bytes: int) -> str:
        """The key of the new upload."""
        now = self.clock()
        grant, name = self.links.opened(token, now=now), shown_name(name)
        if size_bytes > self.limit_bytes:
            raise FileTooBig(name, size_bytes, self.limit_bytes)
        if size_bytes <= 0:
            raise EmptyFile(name)
        key = secrets.token_urlsafe(24)
        async with self.database.begin() as tx:
            await still_allowed(tx, grant)
            upload = Upload(
                upload_key=key,
                link_key=grant.link_key,
                team_id=grant.team_id,
                voice_id=grant.voice_id,
                round_id=grant.round_id,
                by_user=grant.user,
                name=name,
                size_bytes=size_bytes,
                created_at=now,
                expires_at=grant.expires_at,
            )
            if not await tx.uploads.add(upload, most=self.files_per_link):
                raise LinkUsedUp(self.files_per_link)
            await asyncio.to_thread(self.folder.begin, key, size_bytes)
        return key

    async def known(self, token: str, key: str) -> tuple[Upload, int]:
        """The upload and how much of it is there."""
        grant = self.links.opened(token, now=self.clock())
        async with self.database.read() as tx:
            upload = await tx.uploads.by_key(key)
        if upload is None or upload.link_key != grant.link_key:
            raise UploadGone
        there = upload.size_bytes if upload.source_id is not None else self.folder.offset(key)
        return upload, there

    async def append(self, token: str, key: str, offset: int, pieces: AsyncIterable[bytes]) -> int:
        """The new offset. The last piece has the file counted in; sent again, it does what is left of that."""
        upload, there = await self.known(token, key)
        if upload.source_id is not None:
            return there
        there = await self.folder.append(key, offset, pieces, size_bytes=upload.size_bytes)
        if there == upload.size_bytes:
            await self.complete(self.links.opened(token, now=self.clock()), upload)
        return there

    async def complete(self, grant: Grant, upload: Upload) -> None:
        sha256 = await self.artifacts.put_file(self.folder.path(upload.upload_key))
        now = self.clock()
        async with self.database.begin() as tx:
            voice, round_ = await still_allowed(tx, grant)
            again = await tx.uploads.by_key(upload.upload_key)
            if again is not None and again.source_id is None:
                one = Incoming(upload.name, upload.size_bytes, "direct", "upload-link", sha256=sha256)
                (source,) = await add_sources(tx, round_, voice, upload.by_user, [one], now=now)
                await tx.uploads.complete(upload.upload_key, source.source_id)
        self.folder.remove(upload.upload_key)

    async def standing(self, token: str, key: str) -> dict[str, Any]:
        """For the page: what became of the file, as JSON values."""
        upload, there = await self.known(token, key)
        if upload.source_id is None:
            return {"state": "coming", "offset": there, "size": upload.size_bytes}
        async with self.database.read() as tx:
            source = await tx.sources.by_id(upload.source_id)
            facts = await tx.outbox.facts(source.team_id, f"source:{source.source_id}:report") or {}
        sentence = plain_words(str(facts.get("sentence") or "")) if source.state == "refused" else ""
        return {"state": source.state, "texts": source.documents, "sentence": sentence}


@dataclass(frozen=True, slots=True)
class SweepUploads:
    """Uploads whose link ended, and files that no row knows: gone. A scheduled job."""

    database: Database
    folder: UploadFolder
    clock: Clock

    async def __call__(self) -> None:
        async with self.database.begin() as tx:
            gone = await tx.uploads.forget_expired(now=self.clock())
        there = await asyncio.to_thread(self.folder.keys)
        async with self.database.read() as tx:
            known = await tx.uploads.known(there)
        for key in {*gone, *(set(there) - known)}:
            self.folder.remove(key)


async def still_allowed(tx: Transaction, grant: Grant) -> tuple[Voice, Round]:
    """A link is a promise of yesterday: everything it rests on is looked at again."""
    try:
        voice, round_ = await tx.voices.by_id(grant.voice_id), await tx.rounds.by_id(grant.round_id)
    except LookupError as error:
        raise LinkNotOurs from error
    only_steward(voice, grant.user)
    await only_collecting(tx, voice)
    only_unlocked(round_, voice)
    return voice, round_


def shown_name(name: str) -> str:
    """What people call it: the last part of anything like a path, printable, of bearable length."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return UNPRINTABLE.sub("", last).strip().lstrip(".")[-NAME_CHARS:] or "file"


def sentence_of(error: Any) -> str:
    """Plain words, for a page."""
    return plain_words(sentence_for(error)).replace("`", "")
