"""Untrained drafts, what judges took for the owner's, and reasons to train whatever they say."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.approvals import scopes
from pipeline.domain.baselines import (
    Baseline,
    BaselineId,
    BaselineOverride,
    BaselineState,
    Guess,
    Judgement,
    NewBaseline,
    Pair,
    PairId,
)
from pipeline.domain.voices import Dataset, DatasetId, RoundId, VoiceId
from storage.repositories.approvals import SqlSpendRules
from storage.repositories.ledger import hold_in_budgets, settle_in_budgets
from storage.rows import find, insert, insert_into, insert_new, the_one
from storage.tables import BaselineJudgementRow, BaselineOverrideRow, BaselinePairRow, BaselineRow


@dataclass(frozen=True, slots=True)
class SqlBaselines:
    session: AsyncSession
    rules: SqlSpendRules

    async def start(self, new: NewBaseline, *, now: datetime) -> Baseline | None:
        rules, mine = await self.rules.of_team(new.team_id), scopes(new.voice_id, new.asked_by)
        if not await hold_in_budgets(self.session, rules, mine, new.team_id, new.month, new.held_microusd):
            return None
        same = (col(BaselineRow.team_id) == new.team_id, col(BaselineRow.dataset_hash) == new.dataset_hash)
        attempt = len((await self.session.exec(select(BaselineRow.id).where(*same))).all()) + 1
        values = asdict(new) | {"judges": list(new.judges), "attempt": attempt, "asked_at": now}
        return await self._whole(await insert(self.session, BaselineRow, **values))

    async def by_id(self, baseline_id: BaselineId) -> Baseline:
        return await self._whole(await the_one(self.session, BaselineRow, col(BaselineRow.id) == baseline_id))

    async def newest(self, dataset: Dataset) -> Baseline | None:
        facts = dataset.facts
        same = (col(BaselineRow.team_id) == facts.team_id, col(BaselineRow.dataset_hash) == facts.content_hash)
        rows = select(BaselineRow).where(*same).order_by(col(BaselineRow.attempt).desc()).limit(1)
        row = (await self.session.exec(rows)).one_or_none()
        return await self._whole(row) if row else None

    async def end(
        self, baseline: Baseline, state: BaselineState, *, bill_microusd: int | None = None, failure: str | None = None
    ) -> bool:
        same = (col(BaselineRow.id) == baseline.baseline_id, col(BaselineRow.state) == baseline.state)
        values: dict[str, Any] = {"state": state, "failure": failure}
        if bill_microusd is not None:
            values["actual_microusd"] = bill_microusd
        ended = await self.session.exec(update(BaselineRow).where(*same).values(**values))
        if ended.rowcount != 1:
            return False
        if bill_microusd is not None:
            facts = baseline.facts
            mine = scopes(facts.voice_id, facts.asked_by)
            await settle_in_budgets(self.session, mine, facts.team_id, facts.month, facts.held_microusd, bill_microusd)
        return True

    async def _whole(self, row: BaselineRow) -> Baseline:
        pairs = select(BaselinePairRow).where(col(BaselinePairRow.baseline_id) == row.id)
        said = select(BaselineJudgementRow).where(col(BaselineJudgementRow.baseline_id) == row.id)
        judgements = (await self.session.exec(said.order_by(col(BaselineJudgementRow.id)))).all()
        return Baseline(
            BaselineId(row.id),
            _facts(row),
            row.state,
            row.asked_at,
            tuple(_pair(one) for one in (await self.session.exec(pairs.order_by(col(BaselinePairRow.number)))).all()),
            tuple(Judgement(one.judge, one.number, one.guess) for one in judgements),
            row.failure,
        )


@dataclass(frozen=True, slots=True)
class SqlBaselinePairs:
    session: AsyncSession

    async def fill(self, baseline: Baseline, prompts: Sequence[str]) -> None:
        for number, prompt in enumerate(prompts, start=1):
            of = {"team_id": baseline.facts.team_id, "baseline_id": baseline.baseline_id}
            await insert_new(self.session, BaselinePairRow, **of, number=number, prompt=prompt)

    async def baseline_of(self, pair_id: PairId) -> BaselineId:
        return BaselineId(
            (await the_one(self.session, BaselinePairRow, col(BaselinePairRow.id) == pair_id)).baseline_id
        )

    async def update(self, pair: Pair) -> None:
        values = asdict(pair)
        del values["pair_id"]
        changed = update(BaselinePairRow).where(col(BaselinePairRow.id) == pair.pair_id).values(**values)
        await self.session.exec(changed)


@dataclass(frozen=True, slots=True)
class SqlJudgements:
    session: AsyncSession

    async def give(self, baseline: Baseline, judge: str, number: int, guess: Guess, *, at: datetime) -> None:
        of = {"team_id": baseline.facts.team_id, "baseline_id": baseline.baseline_id}
        given = insert_into(self.session, BaselineJudgementRow).values(
            **of, judge=judge, number=number, guess=guess, at=at
        )
        columns = ["baseline_id", "judge", "number"]
        await self.session.exec(given.on_conflict_do_update(index_elements=columns, set_={"guess": guess, "at": at}))


@dataclass(frozen=True, slots=True)
class SqlBaselineOverrides:
    session: AsyncSession

    async def give(self, dataset: Dataset, *, by: str, reason: str, at: datetime) -> bool:
        of = {"team_id": dataset.facts.team_id, "dataset_hash": dataset.facts.content_hash}
        return await insert_new(self.session, BaselineOverrideRow, **of, by_user=by, reason=reason, at=at) is not None

    async def of_dataset(self, dataset: Dataset) -> BaselineOverride | None:
        same = (
            col(BaselineOverrideRow.team_id) == dataset.facts.team_id,
            col(BaselineOverrideRow.dataset_hash) == dataset.facts.content_hash,
        )
        row = await find(self.session, BaselineOverrideRow, *same)
        return BaselineOverride(row.by_user, row.reason) if row else None


def _facts(row: BaselineRow) -> NewBaseline:
    return NewBaseline(
        team_id=row.team_id,
        voice_id=VoiceId(row.voice_id),
        round_id=RoundId(row.round_id),
        dataset_id=DatasetId(row.dataset_id),
        dataset_hash=row.dataset_hash,
        provider=row.provider,
        base=row.base,
        asked_by=row.asked_by,
        judges=tuple(row.judges),
        month=row.month,
        held_microusd=row.held_microusd,
        send_microusd=row.send_microusd,
    )


def _pair(row: BaselinePairRow) -> Pair:
    return Pair(
        pair_id=PairId(row.id),
        number=row.number,
        prompt=row.prompt,
        state=row.state,
        sends=row.sends,
        answered=row.answered,
        cost_microusd=row.cost_microusd,
        shown_blob=row.shown_blob,
    )
