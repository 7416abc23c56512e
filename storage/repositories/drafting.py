"""Drafts, and what people say about them."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import and_, false, func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.drafting import Draft, DraftId, NewDraft, NewRewrite, Reaction, Rewrite, RewriteId, Written
from pipeline.domain.training import VoiceModelId
from pipeline.domain.voices import VoiceId
from pipeline.rounds import normalised_brief
from storage.rows import insert, insert_into, the_one
from storage.tables import DraftRow, ReactionRow, RewriteRow


@dataclass(frozen=True, slots=True)
class SqlDrafts:
    session: AsyncSession

    async def ask(self, draft: NewDraft, *, now: datetime) -> Draft:
        key = _brief_key(draft.brief)
        return _draft(await insert(self.session, DraftRow, **asdict(draft), brief_key=key, created_at=now))

    async def by_id(self, draft_id: DraftId) -> Draft:
        return _draft(await the_one(self.session, DraftRow, col(DraftRow.id) == draft_id))

    async def written(self, draft_id: DraftId, written: Written) -> None:
        values = asdict(written) | {"state": "posted", "failure": None}
        await self.session.exec(update(DraftRow).where(col(DraftRow.id) == draft_id).values(**values))

    async def failed(self, draft_id: DraftId, failure: str) -> None:
        failed = update(DraftRow).where(col(DraftRow.id) == draft_id).values(state="failed", failure=failure)
        await self.session.exec(failed)

    async def of_voice(self, voice_id: VoiceId) -> list[Draft]:
        rows = select(DraftRow).where(col(DraftRow.voice_id) == voice_id).order_by(col(DraftRow.id))
        return [_draft(row) for row in await self.session.exec(rows)]

    async def throw_away(self, draft_id: DraftId, *, cost_microusd: int) -> None:
        thrown = update(DraftRow).where(col(DraftRow.id) == draft_id)
        cost = col(DraftRow.thrown_away_microusd) + cost_microusd
        await self.session.exec(thrown.values(thrown_away=col(DraftRow.thrown_away) + 1, thrown_away_microusd=cost))

    async def answering(self, asked: NewDraft) -> Draft | None:
        same = select(DraftRow).where(
            col(DraftRow.voice_model_id) == asked.voice_model_id,
            col(DraftRow.brief_key) == _brief_key(asked.brief),
            col(DraftRow.state) == "posted",
            col(DraftRow.words) == asked.words,
            col(DraftRow.temperature) == asked.temperature,
            col(DraftRow.continues).is_(None),
            or_(col(DraftRow.private).is_(False), col(DraftRow.requested_by) == asked.requested_by),
        )
        row = (await self.session.exec(same.order_by(col(DraftRow.id).desc()).limit(1))).one_or_none()
        return _draft(row) if row else None

    async def to_sweep(self, team_id: str, *, since: datetime, before: datetime, most: int) -> list[Draft]:
        due = select(DraftRow).where(
            col(DraftRow.team_id) == team_id,
            col(DraftRow.state) == "posted",
            col(DraftRow.deleted_at).is_(None),
            col(DraftRow.created_at) >= since,
            or_(col(DraftRow.swept_at).is_(None), col(DraftRow.swept_at) < before),
        )
        return [_draft(row) for row in await self.session.exec(due.order_by(col(DraftRow.id).desc()).limit(most))]

    async def swept(self, draft_id: DraftId, *, at: datetime) -> None:
        await self.session.exec(update(DraftRow).where(col(DraftRow.id) == draft_id).values(swept_at=at))

    async def forget_sweeps(self) -> None:
        looked = update(DraftRow).where(col(DraftRow.swept_at).is_not(None))
        await self.session.exec(looked.values(swept_at=None))

    async def withdraw(self, draft_id: DraftId, *, at: datetime) -> bool:
        stands = (col(DraftRow.id) == draft_id, col(DraftRow.state) == "posted", col(DraftRow.deleted_at).is_(None))
        gone = update(DraftRow).where(*stands).values(state="withdrawn", deleted_at=at)
        return (await self.session.exec(gone)).rowcount == 1

    async def restore(self, draft_id: DraftId) -> bool:
        gone = (col(DraftRow.id) == draft_id, col(DraftRow.state) == "withdrawn")
        restored = update(DraftRow).where(*gone).values(state="posted")
        return (await self.session.exec(restored)).rowcount == 1

    async def count_of(self, team_id: str, user: str, *, since: datetime) -> int:
        asked = select(func.count(col(DraftRow.id))).where(
            col(DraftRow.team_id) == team_id, col(DraftRow.requested_by) == user, col(DraftRow.created_at) >= since
        )
        return (await self.session.exec(asked)).one()


@dataclass(frozen=True, slots=True)
class SqlReactions:
    session: AsyncSession

    async def record(self, reactions: Sequence[Reaction]) -> None:
        newest: dict[tuple[str, ...], Reaction] = {}
        for reaction in sorted(reactions, key=_age):
            newest[_identity(reaction)] = reaction
        # In one order everywhere, so that two writers on Postgres never wait for each other's rows.
        rows = [asdict(newest[key]) | {"event_us": _microseconds(newest[key].event_ts)} for key in sorted(newest)]
        if rows:
            await self._upsert(rows)

    async def on_message(self, team_id: str, channel_id: str, ts: str) -> list[Reaction]:
        rows = select(ReactionRow).where(
            col(ReactionRow.team_id) == team_id, col(ReactionRow.channel_id) == channel_id, col(ReactionRow.ts) == ts
        )
        return [_reaction(row) for row in await self.session.exec(rows.order_by(col(ReactionRow.id)))]

    async def _upsert(self, rows: list[dict[str, object]]) -> None:
        statement = insert_into(self.session, ReactionRow)
        sent = statement.excluded
        is_newer = or_(
            sent.event_us > col(ReactionRow.event_us),
            and_(sent.event_us == col(ReactionRow.event_us), sent.present == false()),
        )
        await self.session.exec(
            statement.on_conflict_do_update(
                index_elements=["team_id", "channel_id", "ts", "user", "name"],
                set_={"present": sent.present, "event_ts": sent.event_ts, "event_us": sent.event_us},
                where=is_newer,
            ),
            params=rows,
        )


@dataclass(frozen=True, slots=True)
class SqlRewrites:
    session: AsyncSession

    async def add(self, rewrite: NewRewrite, *, now: datetime) -> Rewrite:
        statement = insert_into(self.session, RewriteRow).values(**asdict(rewrite), created_at=now)
        sent = statement.excluded
        upsert = statement.on_conflict_do_update(
            index_elements=["team_id", "channel_id", "ts"],
            set_={
                "draft_id": sent.draft_id,
                "user": sent.user,
                "text": sent.text,
                "changed_share": sent.changed_share,
                "revision": col(RewriteRow.revision) + 1,
                "withdrawn": False,
            },
        )
        return _rewrite((await self.session.exec(upsert.returning(RewriteRow))).scalars().one())

    async def withdraw(self, team_id: str, channel_id: str, ts: str) -> Rewrite | None:
        """The withdrawn rewrite; None when there is none there, or it was withdrawn before."""
        withdrawn = await self.session.exec(
            update(RewriteRow)
            .where(
                col(RewriteRow.team_id) == team_id,
                col(RewriteRow.channel_id) == channel_id,
                col(RewriteRow.ts) == ts,
                col(RewriteRow.withdrawn).is_(False),
            )
            .values(withdrawn=True)
            .returning(RewriteRow)
        )
        row: RewriteRow | None = withdrawn.scalars().one_or_none()
        return _rewrite(row) if row else None

    async def of_voice(self, voice_id: VoiceId) -> list[Rewrite]:
        of_draft = col(RewriteRow.draft_id) == col(DraftRow.id)
        rows = select(RewriteRow).join(DraftRow, of_draft).where(col(DraftRow.voice_id) == voice_id)
        return [_rewrite(row) for row in await self.session.exec(rows.order_by(col(RewriteRow.id)))]

    async def by_id(self, rewrite_id: RewriteId) -> Rewrite:
        return _rewrite(await the_one(self.session, RewriteRow, col(RewriteRow.id) == rewrite_id))


def _identity(reaction: Reaction) -> tuple[str, ...]:
    return reaction.team_id, reaction.channel_id, reaction.ts, reaction.user, reaction.name


def _age(reaction: Reaction) -> tuple[int, bool]:
    """Newest last; at the same time a removal counts as later, so that every order of arrival ends alike."""
    return _microseconds(reaction.event_ts), not reaction.present


def _microseconds(slack_ts: str) -> int:
    return int(Decimal(slack_ts) * 1_000_000)


def _brief_key(brief: str) -> str:
    return hashlib.sha256(normalised_brief(brief).encode()).hexdigest()


def _draft(row: DraftRow) -> Draft:
    asked = NewDraft(
        team_id=row.team_id,
        voice_id=VoiceId(row.voice_id),
        voice_model_id=VoiceModelId(row.voice_model_id),
        brief=row.brief,
        words=row.words,
        temperature=row.temperature,
        requested_by=row.requested_by,
        channel_id=row.channel_id,
        thread_ts=row.thread_ts,
        private=row.private,
        continues=DraftId(row.continues) if row.continues is not None else None,
    )
    return Draft(
        draft_id=DraftId(row.id),
        asked=asked,
        state=row.state,
        created_at=row.created_at,
        written=_written(row),
        failure=row.failure,
        thrown_away=row.thrown_away,
        thrown_away_microusd=row.thrown_away_microusd,
        deleted_at=row.deleted_at,
    )


def _written(row: DraftRow) -> Written | None:
    if row.text is None:
        return None
    return Written(
        text=row.text,
        prompt_tokens=row.prompt_tokens or 0,
        completion_tokens=row.completion_tokens or 0,
        cost_microusd=row.cost_microusd or 0,
        latency_ms=row.latency_ms or 0,
        finish_reason=row.finish_reason or "",
    )


def _reaction(row: ReactionRow) -> Reaction:
    return Reaction(
        team_id=row.team_id,
        channel_id=row.channel_id,
        ts=row.ts,
        user=row.user,
        name=row.name,
        present=row.present,
        event_ts=row.event_ts,
    )


def _rewrite(row: RewriteRow) -> Rewrite:
    facts = NewRewrite(
        team_id=row.team_id,
        draft_id=DraftId(row.draft_id),
        user=row.user,
        channel_id=row.channel_id,
        ts=row.ts,
        text=row.text,
        changed_share=row.changed_share,
    )
    return Rewrite(
        rewrite_id=RewriteId(row.id),
        facts=facts,
        revision=row.revision,
        withdrawn=row.withdrawn,
        created_at=row.created_at,
    )
