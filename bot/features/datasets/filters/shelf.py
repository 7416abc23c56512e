"""What was read in the files of a round, from the stored catalogues."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.catalogue import Catalogue, heard, opened
from pipeline.domain.voices import RoundId, Source
from pipeline.ports import ArtifactStore, Database

KEPT_ENTRIES = 20_000  # about 15 MB; a catalogue never changes, so what is kept is never stale


@dataclass(frozen=True, slots=True)
class Shelf:
    """Catalogues by their blob, the newest kept in memory so that a form can be counted as fast as people choose."""

    database: Database
    artifacts: ArtifactStore
    kept: dict[str, Catalogue] = field(default_factory=dict)

    async def of_round(self, round_id: RoundId) -> list[Catalogue]:
        """Of the files that count."""
        async with self.database.read() as tx:
            sources = await tx.sources.of_round(round_id)
        return await self.of([source for source in sources if source.state == "read"])

    async def of(self, sources: Sequence[Source]) -> list[Catalogue]:
        """As each file is read now: with the speakers that were chosen."""
        return [
            heard(await self.catalogue(source.catalogue_blob), source.reading.speakers)
            for source in sources
            if source.catalogue_blob
        ]

    async def catalogue(self, blob: str) -> Catalogue:
        if blob not in self.kept:
            content = await self.artifacts.get(blob)
            self.keep(blob, await asyncio.to_thread(opened, content))
        return self.kept[blob]

    def keep(self, blob: str, catalogue: Catalogue) -> None:
        self.kept[blob] = catalogue
        others = [known for known in self.kept if known != blob]
        while others and sum(len(one.entries) for one in self.kept.values()) > KEPT_ENTRIES:
            del self.kept[others.pop(0)]
