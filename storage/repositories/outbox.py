"""Messages that wait to be said, as one transaction sees them; posting is in storage.postings."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import case, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.work import PostedMessage, Saying
from storage.rows import insert_new, the_one
from storage.tables import OutboxRow

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    session: AsyncSession

    async def say(self, saying: Saying) -> None:
        if await insert_new(self.session, OutboxRow, **_values(saying)) is None:
            await self._replace(saying)

    async def key_at(self, team_id: str, channel_id: str, ts: str) -> str | None:
        key = select(OutboxRow.key).where(
            col(OutboxRow.team_id) == team_id, col(OutboxRow.posted_channel_id) == channel_id, col(OutboxRow.ts) == ts
        )
        return (await self.session.exec(key)).first()

    async def is_posting(self, team_id: str, channel_id: str, *, since: datetime) -> bool:
        unrecorded = select(OutboxRow.id).where(
            col(OutboxRow.team_id) == team_id,
            col(OutboxRow.channel_id) == channel_id,
            col(OutboxRow.ts).is_(None),
            col(OutboxRow.intent_at) >= since,
        )
        return (await self.session.exec(unrecorded.limit(1))).first() is not None

    async def posted(self, key: str, *, team_id: str | None = None) -> PostedMessage | None:
        """team_id is needed for keys that are not unique over all teams. Raises LookupError when it is missing then."""
        rows = select(OutboxRow).where(col(OutboxRow.key) == key, col(OutboxRow.ts).is_not(None))
        if team_id is not None:
            rows = rows.where(col(OutboxRow.team_id) == team_id)
        found = (await self.session.exec(rows.limit(2))).all()
        if len(found) > 1:
            raise LookupError("two teams have this key", key)
        return _posted(found[0]) if found else None

    async def facts(self, team_id: str, key: str) -> Mapping[str, Any] | None:
        said = select(OutboxRow.facts).where(col(OutboxRow.team_id) == team_id, col(OutboxRow.key) == key)
        return (await self.session.exec(said)).one_or_none()

    async def _replace(self, saying: Saying) -> None:
        mine = (col(OutboxRow.team_id) == saying.place.team_id, col(OutboxRow.key) == saying.key)
        row = await the_one(self.session, OutboxRow, *mine)
        facts = _as_json(saying.facts)
        if row.only_for is not None or (row.template == saying.template and row.facts == facts):
            return
        is_waiting = col(OutboxRow.state) == "due"
        await self.session.exec(
            update(OutboxRow)
            .where(*mine)
            .values(
                template=saying.template,
                facts=facts,
                seeds=list(saying.seeds),
                revision=col(OutboxRow.revision) + 1,
                state="due",
                # One that was put off (Slack said "slower") stays put off.
                run_at=case((is_waiting, col(OutboxRow.run_at)), else_=AT_ONCE),
                attempts=case((is_waiting, col(OutboxRow.attempts)), else_=0),
            )
        )


def _values(saying: Saying) -> dict[str, Any]:
    place = saying.place
    return {
        "team_id": place.team_id,
        "key": saying.key,
        "template": saying.template,
        "facts": _as_json(saying.facts),
        "seeds": list(saying.seeds),
        "only_for": saying.only_for,
        "channel_id": place.channel_id,
        "user_id": place.user_id,
        "thread_key": place.thread_key,
        "thread_ts": place.thread_ts,
        "run_at": AT_ONCE,
    }


def _as_json(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as they come back from the database (tuples become lists), so that equal ones compare equal."""
    stored: dict[str, Any] = json.loads(json.dumps(dict(facts)))
    return stored


def _posted(row: OutboxRow) -> PostedMessage | None:
    if row.posted_channel_id is None or row.ts is None:
        return None
    return PostedMessage(row.key, row.posted_channel_id, row.ts, row.posted_thread_ts)
