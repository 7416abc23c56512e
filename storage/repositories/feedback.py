"""Feedback that went into rounds, the owner's word on contested drafts, and what emoji mean in a workspace."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.drafting import DraftId, RewriteId
from pipeline.domain.feedback import Decision, PairTokens, RoundFeedback, UsedRow
from pipeline.domain.voices import RoundId, VoiceId
from storage.rows import find, insert_into
from storage.tables import DecisionRow, DraftRow, EmojiMapRow, RoundFeedbackRow, RoundRow


@dataclass(frozen=True, slots=True)
class SqlRoundFeedbacks:
    session: AsyncSession

    async def take(self, feedback: RoundFeedback) -> None:
        values = asdict(feedback) | {"used": [asdict(one) for one in feedback.used]}
        taken = insert_into(self.session, RoundFeedbackRow).values(**values)
        await self.session.exec(taken.on_conflict_do_update(index_elements=["round_id"], set_=values))

    async def of_round(self, round_id: RoundId) -> RoundFeedback | None:
        row = await find(self.session, RoundFeedbackRow, col(RoundFeedbackRow.round_id) == round_id)
        return _feedback(row) if row else None

    async def of_voice(self, voice_id: VoiceId) -> list[RoundFeedback]:
        rows = (
            select(RoundFeedbackRow)
            .join(RoundRow, col(RoundRow.id) == col(RoundFeedbackRow.round_id))
            .where(col(RoundRow.voice_id) == voice_id)
            .order_by(col(RoundRow.number))
        )
        return [_feedback(row) for row in await self.session.exec(rows)]


@dataclass(frozen=True, slots=True)
class SqlDecisions:
    session: AsyncSession

    async def give(self, decision: Decision) -> None:
        values = asdict(decision)
        given = insert_into(self.session, DecisionRow).values(**values)
        await self.session.exec(given.on_conflict_do_update(index_elements=["draft_id"], set_=values))

    async def of_voice(self, voice_id: VoiceId) -> list[Decision]:
        drafts = select(DraftRow.id).where(col(DraftRow.voice_id) == voice_id)
        rows = select(DecisionRow).where(col(DecisionRow.draft_id).in_(drafts)).order_by(col(DecisionRow.id))
        return [
            Decision(DraftId(row.draft_id), row.team_id, row.by, row.decided, row.at)
            for row in await self.session.exec(rows)
        ]


@dataclass(frozen=True, slots=True)
class SqlEmojiMaps:
    session: AsyncSession

    async def of_team(self, team_id: str) -> dict[str, str] | None:
        row = await find(self.session, EmojiMapRow, col(EmojiMapRow.team_id) == team_id)
        return dict(row.meanings) if row else None

    async def put(self, team_id: str, meanings: Mapping[str, str], *, by: str, at: datetime) -> None:
        values: dict[str, Any] = {"team_id": team_id, "meanings": dict(meanings), "by": by, "at": at}
        put = insert_into(self.session, EmojiMapRow).values(**values)
        await self.session.exec(put.on_conflict_do_update(index_elements=["team_id"], set_=values))


def _feedback(row: RoundFeedbackRow) -> RoundFeedback:
    return RoundFeedback(
        round_id=RoundId(row.round_id),
        team_id=row.team_id,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        sft_blob=row.sft_blob,
        pairs_blob=row.pairs_blob,
        kto_blob=row.kto_blob,
        examples=row.examples,
        pairs=row.pairs,
        used=tuple(_used(one) for one in row.used),
        meanings=row.meanings,
        pair_tokens=PairTokens(**row.pair_tokens) if row.pair_tokens else None,
    )


def _used(stored: dict[str, Any]) -> UsedRow:
    rewrite = stored["rewrite_id"]
    return UsedRow(DraftId(stored["draft_id"]), None if rewrite is None else RewriteId(rewrite), stored["row"])
