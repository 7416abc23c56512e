"""Versions tried on held-out requests."""

from dataclasses import asdict, dataclass

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.evaluations import Evaluation, Try
from pipeline.domain.training import VoiceModelId
from storage.rows import find, insert_new, the_one
from storage.tables import EvaluationRow


@dataclass(frozen=True, slots=True)
class SqlEvaluations:
    session: AsyncSession

    async def start(self, evaluation: Evaluation) -> Evaluation:
        row = await insert_new(
            self.session,
            EvaluationRow,
            team_id=evaluation.team_id,
            voice_model_id=evaluation.voice_model_id,
            started_at=evaluation.started_at,
            tries=[asdict(one) for one in evaluation.tries],
        )
        of_model = col(EvaluationRow.voice_model_id) == evaluation.voice_model_id
        return _evaluation(row or await the_one(self.session, EvaluationRow, of_model))

    async def of_model(self, voice_model_id: VoiceModelId) -> Evaluation | None:
        row = await find(self.session, EvaluationRow, col(EvaluationRow.voice_model_id) == voice_model_id)
        return _evaluation(row) if row else None

    async def update(self, evaluation: Evaluation) -> None:
        await self.session.exec(
            update(EvaluationRow)
            .where(col(EvaluationRow.voice_model_id) == evaluation.voice_model_id)
            .values(
                tries=[asdict(one) for one in evaluation.tries],
                told=dict(evaluation.told) if evaluation.told is not None else None,
            )
        )


def _evaluation(row: EvaluationRow) -> Evaluation:
    return Evaluation(
        team_id=row.team_id,
        voice_model_id=VoiceModelId(row.voice_model_id),
        started_at=row.started_at,
        tries=tuple(Try(**one) for one in row.tries),
        told=row.told,
    )
