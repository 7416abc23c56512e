"""An export comes in: the whole voice or nothing of it."""

import asyncio
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from bot.cards import say_round_card, say_voice_card
from bot.consent_request import ask_for_consent
from bot.intake import TERMINAL
from pipeline.domain.exports import Arrival, VoiceRows
from pipeline.domain.voices import Round, Voice
from pipeline.domain.work import AuditEntry
from pipeline.errors import DamagedExport, NoSuchFile, VoiceIsHere, WhichTeam
from pipeline.exports import OpenedExport, open_export
from pipeline.ports import Clock, Database, ErasableStore, Transaction


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed. None takes what the export says; by: on whose behalf."""

    path: Path
    handle: str | None = None
    team: str | None = None
    owner: str | None = None
    steward: str | None = None
    channel_id: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """hashes: of the datasets that rounds stand on, oldest round first. is_asked: the owner has to agree anew."""

    voice: Voice
    hashes: tuple[str, ...]
    is_asked: bool


@dataclass(frozen=True, slots=True)
class ImportVoice:
    """Believes the file only where its hashes hold; rows are written in one transaction, after every blob is there.

    Raises NoSuchFile, WhichTeam and ExportError subclasses; then nothing was imported.
    """

    database: Database
    artifacts: ErasableStore
    clock: Clock

    async def __call__(self, wanted: Wanted) -> Imported:
        if not wanted.path.is_file():
            raise NoSuchFile(str(wanted.path))
        export = await asyncio.to_thread(open_export, wanted.path, name=wanted.path.name)
        arrival = await self.arrival(export, wanted)
        await self.only_free(arrival)
        new = await self.new_blobs(export)
        try:
            for sha256 in new:
                await self.store(export, sha256)
            async with self.database.begin() as tx:
                imported = await self.put(tx, export, arrival, wanted)
        except BaseException:
            await self.take_back(new)
            raise
        await self.take_back(new)  # the note of a consent that was not carried
        return imported

    async def arrival(self, export: OpenedExport, wanted: Wanted) -> Arrival:
        try:
            (row,) = export.rows["voice"]
            said = {name: str(row[name]) for name in ("team_id", "handle", "owner", "steward", "channel_id")}
        except (KeyError, ValueError) as error:
            raise DamagedExport(export.name, "rows/voice.jsonl") from error
        async with self.database.read() as tx:
            teams = await tx.voices.teams()
        if wanted.team is None and len(teams) > 1:
            raise WhichTeam(tuple(teams))
        return Arrival(
            team_id=wanted.team or (teams[0] if teams else said["team_id"]),
            handle=wanted.handle or said["handle"],
            owner=wanted.owner or said["owner"],
            steward=wanted.steward or said["steward"],
            channel_id=wanted.channel_id or said["channel_id"],
        )

    async def only_free(self, arrival: Arrival) -> None:
        async with self.database.read() as tx:
            if await tx.voices.by_handle(arrival.team_id, arrival.handle) is not None:
                raise VoiceIsHere(arrival.handle)

    async def new_blobs(self, export: OpenedExport) -> list[str]:
        async with self.database.read() as tx:
            used = await tx.whole_voices.blobs_in_use(export.blobs)
        return sorted(export.blobs - used)

    async def store(self, export: OpenedExport, sha256: str) -> None:
        with tempfile.NamedTemporaryFile(prefix="understudy-") as unpacked:
            await asyncio.to_thread(export.copy_blob, sha256, unpacked)
            unpacked.flush()
            if await self.artifacts.put_file(Path(unpacked.name)) != sha256:
                raise DamagedExport(export.name, f"blobs/{sha256}")

    async def take_back(self, blobs: Collection[str]) -> None:
        """What no row names by now: another import of the same file may have come through."""
        async with self.database.read() as tx:
            used = await tx.whole_voices.blobs_in_use(blobs)
        for sha256 in set(blobs) - used:
            await self.artifacts.delete(sha256)

    async def put(self, tx: Transaction, export: OpenedExport, arrival: Arrival, wanted: Wanted) -> Imported:
        now = self.clock()
        row = export.rows["voice"][0]
        agrees = (row["team_id"], row["owner"]) == (arrival.team_id, arrival.owner)
        free = [one for one in export.rows.get("voice_alias", ()) if await is_free(tx, arrival, one.get("handle"))]
        rows = {**export.rows, "voice_alias": free}
        rows |= {} if agrees else {"consent": (), "attestation": ()}
        try:
            voice_id = await tx.whole_voices.put(VoiceRows(rows, export.blobs), arrival, now=now)
        except ValueError as error:
            raise DamagedExport(export.name, "rows") from error
        voice = await tx.voices.by_id(voice_id)
        if not agrees:
            await ask_for_consent(tx, voice, now=now)
        await say_voice_card(tx, voice, now=now)
        hashes = []
        for round_ in await rounds_of(tx, voice):
            await say_round_card(tx, round_, voice)
            if round_.dataset_id is not None:
                hashes.append((await tx.datasets.by_id(round_.dataset_id)).facts.content_hash)
        after = {"made_at": export.manifest.get("made_at"), "was": row["handle"], "datasets": hashes}
        entry = AuditEntry(voice.team_id, wanted.by or TERMINAL, "voice.imported", voice.handle, after=after)
        await tx.audit.record(entry, now=now)
        return Imported(voice, tuple(hashes), not agrees)


async def is_free(tx: Transaction, arrival: Arrival, name: object) -> bool:
    """Whether the voice may have this as another name here."""
    is_name = isinstance(name, str) and name != arrival.handle
    return is_name and await tx.voices.by_handle(arrival.team_id, str(name)) is None


async def rounds_of(tx: Transaction, voice: Voice) -> list[Round]:
    """Oldest first."""
    found = []
    round_ = await tx.rounds.latest(voice.voice_id)
    while round_ is not None:
        found.append(round_)
        round_ = await tx.rounds.before(round_)
    return found[::-1]
