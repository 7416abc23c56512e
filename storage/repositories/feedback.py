"""Feedback that went into rounds."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.drafting import DraftId, RewriteId
from pipeline.domain.feedback import RoundFeedback, UsedRow
from pipeline.domain.voices import RoundId, VoiceId
from storage.rows import find, insert_into
from storage.tables import RoundFeedbackRow, RoundRow


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
    )


def _used(stored: dict[str, Any]) -> UsedRow:
    rewrite = stored["rewrite_id"]
    return UsedRow(DraftId(stored["draft_id"]), None if rewrite is None else RewriteId(rewrite), stored["row"])
