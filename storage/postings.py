"""What the poster does: claim the oldest due message, note the intent, record where it stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.work import Place, Posting, Saying
from pipeline.errors import LeaseLost
from storage.engine import Engine
from storage.repositories.outbox import AT_ONCE
from storage.tables import OutboxRow

FREE: dict[str, Any] = {"owner": None, "lease_until": None}


@dataclass(frozen=True, slots=True)
class SqlPostings:
    """All writes after a claim are fenced: they raise LeaseLost when somebody else has the message now."""

    engine: Engine

    async def claim(self, owner: str, *, now: datetime, lease_s: float) -> Posting | None:
        """Oldest first said; an edit keeps its message's place. A message waits until its thread's first stands."""
        claimed = (
            update(OutboxRow)
            .where(col(OutboxRow.id) == _oldest_due(now))
            .values(
                owner=owner,
                lease_until=now + timedelta(seconds=lease_s),
                token=col(OutboxRow.token) + 1,
                attempts=col(OutboxRow.attempts) + 1,
            )
            .returning(OutboxRow)
        )
        async with self.engine.writing() as session:
            row: OutboxRow | None = (await session.exec(claimed)).scalars().one_or_none()
            return _posting(row, await _parent(session, row)) if row else None

    async def about_to_post(self, posting: Posting, *, now: datetime) -> None:
        await self._fenced(posting, intent_at=now)

    async def posted(self, posting: Posting, *, channel_id: str, ts: str, now: datetime) -> None:
        """Due again when other facts were said meanwhile."""
        await self._fenced(
            posting,
            **FREE,
            state=_state_after(posting, "done"),
            run_at=AT_ONCE,
            attempts=0,
            intent_at=None,
            error=None,
            posted_channel_id=channel_id,
            posted_thread_ts=posting.thread_ts,
            ts=ts,
            posted_revision=posting.revision,
            posted_at=now,
        )

    async def postpone(self, posting: Posting, *, run_at: datetime, clear_intent: bool) -> None:
        intent = {"intent_at": None} if clear_intent else {}
        await self._fenced(posting, **FREE, **intent, run_at=run_at)

    async def give_up(self, posting: Posting, *, error: str) -> None:
        """Not tried again until other facts are said; due at once when they were said meanwhile."""
        await self._fenced(posting, **FREE, state=_state_after(posting, "failed"), error=error)

    async def release_all(self, owner: str) -> None:
        """At shutdown: give claimed messages back at once. An intent stays."""
        released = update(OutboxRow).where(col(OutboxRow.owner) == owner).values(**FREE, token=col(OutboxRow.token) + 1)
        async with self.engine.writing() as session:
            await session.exec(released)

    async def _fenced(self, posting: Posting, **values: Any) -> None:
        is_mine = (
            col(OutboxRow.id) == posting.outbox_id,
            col(OutboxRow.token) == posting.token,
            col(OutboxRow.owner).is_not(None),
        )
        async with self.engine.writing() as session:
            written = await session.exec(update(OutboxRow).where(*is_mine).values(**values))
            if written.rowcount != 1:
                raise LeaseLost("outbox", posting.saying.key)


def _oldest_due(now: datetime) -> ColumnElement[int]:
    parent = aliased(OutboxRow)
    has_place = or_(
        col(OutboxRow.thread_key).is_(None),
        exists().where(
            col(parent.team_id) == col(OutboxRow.team_id),
            col(parent.key) == col(OutboxRow.thread_key),
            col(parent.ts).is_not(None),
        ),
    )
    is_free = or_(col(OutboxRow.lease_until).is_(None), col(OutboxRow.lease_until) < now)
    return (
        select(OutboxRow.id)
        .where(col(OutboxRow.state) == "due", col(OutboxRow.run_at) <= now, is_free, has_place)
        .order_by(col(OutboxRow.id))
        .limit(1)
        .with_for_update(skip_locked=True, of=OutboxRow)
        .scalar_subquery()
    )


def _state_after(posting: Posting, state: str) -> ColumnElement[str]:
    return case((col(OutboxRow.revision) > posting.revision, "due"), else_=state)


async def _parent(session: AsyncSession, row: OutboxRow) -> OutboxRow | None:
    parent = select(OutboxRow).where(col(OutboxRow.team_id) == row.team_id, col(OutboxRow.key) == row.thread_key)
    return (await session.exec(parent)).one_or_none() if row.thread_key else None


def _posting(row: OutboxRow, parent: OutboxRow | None) -> Posting:
    place = Place(
        team_id=row.team_id,
        channel_id=row.channel_id,
        user_id=row.user_id,
        thread_key=row.thread_key,
        thread_ts=row.thread_ts,
    )
    saying = Saying(
        key=row.key,
        template=row.template,
        facts=row.facts,
        place=place,
        seeds=tuple(row.seeds),
        only_for=row.only_for,
    )
    return Posting(
        outbox_id=row.id,
        saying=saying,
        revision=row.revision,
        token=row.token,
        attempts=row.attempts,
        channel_id=row.posted_channel_id or row.channel_id or (parent.posted_channel_id if parent else None),
        # Slack wants the thread's first message, also when the parent is an answer itself.
        thread_ts=(parent.posted_thread_ts or parent.ts) if parent else row.thread_ts,
        ts=row.ts,
        intent_at=row.intent_at,
    )
