"""Requests for money."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.spending import SpendRequest, SpendRequestId, SpendState
from pipeline.domain.voices import RoundId, VoiceId
from storage.rows import insert, the_one
from storage.tables import SpendRequestRow


@dataclass(frozen=True, slots=True)
class SqlSpendRequests:
    session: AsyncSession

    async def ask(self, request: SpendRequest) -> SpendRequest:
        values = asdict(request)
        del values["spend_request_id"]
        return _request(await insert(self.session, SpendRequestRow, **values))

    async def by_id(self, spend_request_id: SpendRequestId) -> SpendRequest:
        return _request(await the_one(self.session, SpendRequestRow, col(SpendRequestRow.id) == spend_request_id))

    async def decide(
        self, spend_request_id: SpendRequestId, *, state: SpendState, by: str | None, at: datetime, reason: str | None
    ) -> bool:
        decided = await self.session.exec(
            update(SpendRequestRow)
            .where(col(SpendRequestRow.id) == spend_request_id, col(SpendRequestRow.state) == "asked")
            .values(state=state, decided_by=by, decided_at=at, reason=reason)
        )
        return decided.rowcount == 1

    async def open_of_round(self, round_id: RoundId) -> list[SpendRequest]:
        return await self._list(col(SpendRequestRow.round_id) == round_id, col(SpendRequestRow.state) == "asked")

    async def of_voice(self, voice_id: VoiceId) -> list[SpendRequest]:
        return await self._list(col(SpendRequestRow.voice_id) == voice_id)

    async def _list(self, *conditions: ColumnElement[bool]) -> list[SpendRequest]:
        rows = select(SpendRequestRow).where(*conditions).order_by(col(SpendRequestRow.id))
        return [_request(row) for row in await self.session.exec(rows)]


@dataclass(frozen=True, slots=True)
class SqlWaitingRequests:
    session: AsyncSession

    async def of_team(self, team_id: str) -> list[SpendRequest]:
        open_ = (col(SpendRequestRow.team_id) == team_id, col(SpendRequestRow.state) == "asked")
        rows = select(SpendRequestRow).where(*open_).order_by(col(SpendRequestRow.id))
        return [_request(row) for row in await self.session.exec(rows)]

    async def lately(self, team_id: str, *, most: int) -> list[SpendRequest]:
        is_decided = (col(SpendRequestRow.team_id) == team_id, col(SpendRequestRow.state) != "asked")
        newest = select(SpendRequestRow).where(*is_decided).order_by(col(SpendRequestRow.decided_at).desc())
        return [_request(row) for row in await self.session.exec(newest.limit(most))]

    async def keep(self, request: SpendRequest) -> None:
        waits = {"answerable_since": request.answerable_since, "reminded_at": request.reminded_at}
        await self.session.exec(
            update(SpendRequestRow)
            .where(col(SpendRequestRow.id) == request.spend_request_id, col(SpendRequestRow.state) == "asked")
            .values(**waits, direct_copies=list(request.direct_copies))
        )


def _request(row: SpendRequestRow) -> SpendRequest:
    return SpendRequest(
        spend_request_id=SpendRequestId(row.id),
        team_id=row.team_id,
        voice_id=row.voice_id,
        round_id=row.round_id,
        dataset_id=row.dataset_id,
        dataset_hash=row.dataset_hash,
        provider=row.provider,
        base=row.base,
        method=row.method,
        epochs=row.epochs,
        ceiling_microusd=row.ceiling_microusd,
        estimate_microusd=row.estimate_microusd,
        state=row.state,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
        answerable_since=row.answerable_since,
        reminded_at=row.reminded_at,
        direct_copies=tuple(row.direct_copies or ()),
        pairs_hash=row.pairs_hash,
        parent_version=row.parent_version,
    )
