"""Versions tried on held-out requests, and the money held for it."""

from dataclasses import asdict, dataclass

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.approvals import scopes
from pipeline.domain.evaluations import Evaluation, Try
from pipeline.domain.training import VoiceModelId
from pipeline.domain.voices import VoiceId
from storage.repositories.approvals import SqlSpendRules
from storage.repositories.ledger import hold_in_budgets, settle_in_budgets
from storage.rows import find, insert
from storage.tables import EvaluationRow


@dataclass(frozen=True, slots=True)
class SqlEvaluations:
    session: AsyncSession
    rules: SqlSpendRules

    async def start(self, new: Evaluation) -> Evaluation | None:
        if (known := await self.of_model(new.voice_model_id)) is not None:
            return known
        rules, mine = await self.rules.of_team(new.team_id), scopes(new.voice_id, new.asked_by)
        if not await hold_in_budgets(self.session, rules, mine, new.team_id, new.month, new.held_microusd):
            return None
        values = asdict(new)
        return _evaluation(await insert(self.session, EvaluationRow, **values | {"tries": list(values["tries"])}))

    async def of_model(self, voice_model_id: VoiceModelId) -> Evaluation | None:
        row = await find(self.session, EvaluationRow, col(EvaluationRow.voice_model_id) == voice_model_id)
        return _evaluation(row) if row else None

    async def update(self, evaluation: Evaluation) -> None:
        same = col(EvaluationRow.voice_model_id) == evaluation.voice_model_id
        tries = [asdict(one) for one in evaluation.tries]
        told = dict(evaluation.told) if evaluation.told is not None else None
        await self.session.exec(update(EvaluationRow).where(same).values(tries=tries, told=told))

    async def end(self, evaluation: Evaluation) -> bool:
        known = evaluation
        open_ = (
            col(EvaluationRow.voice_model_id) == known.voice_model_id,
            col(EvaluationRow.actual_microusd).is_(None),
        )
        ended = await self.session.exec(update(EvaluationRow).where(*open_).values(actual_microusd=known.bill_microusd))
        if ended.rowcount != 1:
            return False
        mine = scopes(known.voice_id, known.asked_by)
        await settle_in_budgets(
            self.session, mine, known.team_id, known.month, known.held_microusd, known.bill_microusd
        )
        return True


def _evaluation(row: EvaluationRow) -> Evaluation:
    return Evaluation(
        team_id=row.team_id,
        voice_model_id=VoiceModelId(row.voice_model_id),
        voice_id=VoiceId(row.voice_id),
        started_at=row.started_at,
        month=row.month,
        asked_by=row.asked_by,
        held_microusd=row.held_microusd,
        tries=tuple(Try(**one) for one in row.tries),
        told=row.told,
        actual_microusd=row.actual_microusd,
    )
