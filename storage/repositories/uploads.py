"""Files on their way in by an upload link."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.voices import RoundId, SourceId, Upload, VoiceId
from storage.rows import find, insert, the_one
from storage.tables import RoundRow, UploadRow


@dataclass(frozen=True, slots=True)
class SqlUploads:
    session: AsyncSession

    async def add(self, upload: Upload, *, most: int) -> bool:
        # The round's row is locked first, so that two files cannot both be the last one that fits.
        await the_one(self.session, RoundRow, col(RoundRow.id) == upload.round_id)
        of_link = select(func.count()).select_from(UploadRow).where(col(UploadRow.link_key) == upload.link_key)
        if (await self.session.exec(of_link)).one() >= most:
            return False
        await insert(self.session, UploadRow, **asdict(upload))
        return True

    async def by_key(self, upload_key: str) -> Upload | None:
        row = await find(self.session, UploadRow, col(UploadRow.upload_key) == upload_key)
        return _upload(row) if row else None

    async def complete(self, upload_key: str, source_id: SourceId) -> None:
        mine = col(UploadRow.upload_key) == upload_key
        await self.session.exec(update(UploadRow).where(mine).values(source_id=source_id))

    async def forget_expired(self, *, now: datetime) -> list[str]:
        gone = delete(UploadRow).where(col(UploadRow.expires_at) <= now).returning(col(UploadRow.upload_key))
        return list((await self.session.exec(gone)).scalars())

    async def known(self, upload_keys: Collection[str]) -> set[str]:
        mine = select(UploadRow.upload_key).where(col(UploadRow.upload_key).in_(upload_keys))
        return set(await self.session.exec(mine))


def _upload(row: UploadRow) -> Upload:
    return Upload(
        upload_key=row.upload_key,
        link_key=row.link_key,
        team_id=row.team_id,
        voice_id=VoiceId(row.voice_id),
        round_id=RoundId(row.round_id),
        by_user=row.by_user,
        name=row.name,
        size_bytes=row.size_bytes,
        created_at=row.created_at,
        expires_at=row.expires_at,
        source_id=None if row.source_id is None else SourceId(row.source_id),
    )
