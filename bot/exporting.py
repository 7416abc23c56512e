"""Everything about a voice as one zip: to read, to keep, and to make the voice of it again somewhere else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.export_card import card
from pipeline.domain.exports import Recorded, Row, VoiceRows
from pipeline.domain.voices import Voice
from pipeline.errors import TextsForgotten
from pipeline.exports import Member, audit_csv, rows_members, write_export
from pipeline.ports import ArtifactStore, Clock, Database, Transaction


@dataclass(frozen=True, slots=True)
class PreferenceRows:
    """What a voice's feedback comes to now, as trainers read it: JSON lines."""

    pairs: bytes
    kto: bytes


Preferences = Callable[[Transaction, Voice], Awaitable[PreferenceRows]]


@dataclass(frozen=True, slots=True)
class Exported:
    """What went into the zip. sha256: of the zip."""

    voice: Voice
    texts: int
    datasets: int
    drafts: int
    sha256: str

    @property
    def facts(self) -> dict[str, Any]:
        return {"texts": self.texts, "datasets": self.datasets, "drafts": self.drafts, "sha256": self.sha256}


@dataclass(frozen=True, slots=True)
class MakeExport:
    """Writes the zip. Everything in it is of one moment, but files that were forgotten meanwhile are not in it."""

    database: Database
    artifacts: ArtifactStore
    preferences: Preferences
    clock: Clock

    async def __call__(self, voice: Voice, target: Path) -> Exported:
        async with self.database.read() as tx:
            rows = await tx.whole_voices.rows_of(voice.voice_id)
            preferences = await self.preferences(tx, voice)
            recorded = await tx.audit.about(voice.team_id, subjects_of(rows))
        sft = await self.training_rows(rows)
        async with AsyncExitStack() as stack:
            blobs = [member async for member in self.blobs(rows, stack)]
            members = [*readable(voice, rows, sft, preferences, recorded), *rows_members(rows), *blobs]
            facts = {
                "made_at": self.clock().isoformat(),
                "made_by": f"understudy {version('understudy')}",
                "voice": voice.handle,
                "datasets": [dataset_facts(row) for row in rows.of("dataset")],
            }
            sha256 = await asyncio.to_thread(write_export, target, members, facts)
        texts = sum(row["documents"] for row in rows.of("source") if row["state"] == "read")
        return Exported(voice, texts, len(rows.of("dataset")), len(rows.of("draft")), sha256)

    async def training_rows(self, rows: VoiceRows) -> bytes:
        """Of the newest round that has some; the other sets are among the blobs."""
        dataset_id = next((row["dataset_id"] for row in reversed(rows.of("round")) if row["dataset_id"]), None)
        for row in rows.of("dataset"):
            if row["id"] == dataset_id:
                try:
                    return await self.artifacts.get(row["train_blob"])
                except (FileNotFoundError, TextsForgotten):
                    return b""
        return b""

    async def blobs(self, rows: VoiceRows, stack: AsyncExitStack) -> AsyncIterator[Member]:
        for sha256 in sorted(rows.blobs):
            try:
                path = await stack.enter_async_context(self.artifacts.local_path(sha256))
            except (FileNotFoundError, TextsForgotten):
                continue
            yield Member(f"blobs/{sha256}", path)


def readable(
    voice: Voice, rows: VoiceRows, sft: bytes, preferences: PreferenceRows, recorded: list[Recorded]
) -> Iterator[Member]:
    """What a person or a trainer opens."""
    yield Member("card.md", card(voice, rows).encode())
    yield Member("sft.jsonl", sft)
    yield Member("pairs.jsonl", preferences.pairs)
    yield Member("kto.jsonl", preferences.kto)
    yield Member("audit.csv", audit_csv(recorded))


def dataset_facts(row: Row) -> dict[str, Any]:
    return {"round_id": row["round_id"], "content_hash": row["content_hash"], "texts": row["kept"]}


def subjects_of(rows: VoiceRows) -> set[str]:
    """What audit entries about this voice are about, under every name that it had."""
    names = [rows.voice["handle"], *(row["handle"] for row in rows.of("voice_alias"))]
    return {
        *names,
        *(f"{name}@v{row['version']}" for name in names for row in rows.of("voice_model")),
        *(f"round:{row['id']}:card" for row in rows.of("round")),
        *(row["content_hash"] for row in rows.of("dataset")),
        *(f"ap-{row['id']:03d}" for row in rows.of("spend_request")),
        *(row["key"] for row in rows.of("tuning_job")),
        *(f"d-{row['id']:04d}" for row in rows.of("draft")),
        *(f"rewrite {row['id']}" for row in rows.of("rewrite")),
        *(f"duel:{row['id']}" for row in rows.of("duel")),
    }
