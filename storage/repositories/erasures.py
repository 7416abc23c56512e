"""What somebody wants forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.erasures import Erasure, ErasureId, ErasureState, NewErasure
from pipeline.domain.voices import VoiceId
from storage.rows import insert, the_one
from storage.tables import ErasureRow


@dataclass(frozen=True, slots=True)
class SqlErasures:
    session: AsyncSession

    async def ask(self, wanted: NewErasure, *, now: datetime) -> Erasure:
        return _erasure(await insert(self.session, ErasureRow, **asdict(wanted), asked_at=now))

    async def by_id(self, erasure_id: ErasureId) -> Erasure:
        return _erasure(await the_one(self.session, ErasureRow, col(ErasureRow.id) == erasure_id))

    async def move(self, erasure_id: ErasureId, *, expected: ErasureState, state: ErasureState) -> bool:
        mine = (col(ErasureRow.id) == erasure_id, col(ErasureRow.state) == expected)
        emptied = {"target": "", "blobs": []} if state in ("dropped", "done") else {}
        moved = await self.session.exec(update(ErasureRow).where(*mine).values(state=state, **emptied))
        return moved.rowcount == 1

    async def note(
        self,
        erasure_id: ErasureId,
        *,
        target: str | None = None,
        counts: Mapping[str, Any] | None = None,
        versions: Mapping[str, int] | None = None,
        blobs: Sequence[str] | None = None,
        datasets: Sequence[int] | None = None,
        done_at: datetime | None = None,
    ) -> None:
        """None leaves a fact as it is."""
        news = {
            "target": target,
            "counts": None if counts is None else dict(counts),
            "versions": None if versions is None else dict(versions),
            "blobs": None if blobs is None else list(blobs),
            "datasets": None if datasets is None else list(datasets),
            "done_at": done_at,
        }
        values = {name: value for name, value in news.items() if value is not None}
        await self.session.exec(update(ErasureRow).where(col(ErasureRow.id) == erasure_id).values(**values))

    async def people(self, voice_id: VoiceId) -> frozenset[str]:
        theirs = select(ErasureRow.person_key).where(
            col(ErasureRow.voice_id) == voice_id,
            col(ErasureRow.person_key) != "",
            col(ErasureRow.state).in_(("confirmed", "done")),
        )
        return frozenset(await self.session.exec(theirs))


def _erasure(row: ErasureRow) -> Erasure:
    wanted = NewErasure(row.team_id, VoiceId(row.voice_id), row.kind, row.target, row.asked_by, row.person_key)
    return Erasure(
        erasure_id=ErasureId(row.id),
        wanted=wanted,
        state=row.state,
        asked_at=row.asked_at,
        counts=row.counts,
        versions=row.versions,
        blobs=tuple(row.blobs),
        datasets=tuple(row.datasets),
        done_at=row.done_at,
    )
