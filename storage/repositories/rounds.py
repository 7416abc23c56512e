"""Rounds and the steps of their recipes."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, case, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.documents import DocumentId, Filters
from pipeline.domain.voices import DatasetId, Origin, RecipeStep, Round, RoundId, StepId, Voice, VoiceId
from storage.rows import find, for_change, insert, the_one
from storage.tables import RecipeStepRow, RoundRow, VoiceRow


@dataclass(frozen=True, slots=True)
class SqlRounds:
    session: AsyncSession

    async def open_for(self, voice: Voice, *, channel_id: str, now: datetime) -> Round:
        # The voice's row is locked first: a round that is not there yet cannot be.
        await the_one(self.session, VoiceRow, col(VoiceRow.id) == voice.voice_id)
        is_open = (col(RoundRow.voice_id) == voice.voice_id, col(RoundRow.state) == "open")
        row = await find(self.session, RoundRow, *is_open)
        if row is None:
            newest = select(func.max(col(RoundRow.number))).where(col(RoundRow.voice_id) == voice.voice_id)
            row = await insert(
                self.session,
                RoundRow,
                team_id=voice.team_id,
                voice_id=voice.voice_id,
                number=((await self.session.exec(newest)).one() or 0) + 1,
                channel_id=channel_id,
                created_at=now,
            )
        return _round(row)

    async def by_id(self, round_id: RoundId) -> Round:
        return _round(await the_one(self.session, RoundRow, col(RoundRow.id) == round_id))

    async def changed(self, round_id: RoundId) -> int:
        counted = update(RoundRow).where(col(RoundRow.id) == round_id).values(revision=col(RoundRow.revision) + 1)
        revision: int = (await self.session.exec(counted.returning(col(RoundRow.revision)))).scalar_one()
        return revision

    async def prepared(
        self,
        round_id: RoundId,
        *,
        revision: int,
        dataset_id: DatasetId | None,
        origins: Collection[Origin] | None = None,
    ) -> None:
        policy = {} if origins is None else {"origins": sorted(origins)}
        await self.session.exec(
            update(RoundRow)
            .where(col(RoundRow.id) == round_id, col(RoundRow.prepared_revision) <= revision)
            .values(
                prepared_revision=revision,
                dataset_id=dataset_id,
                previous_dataset_id=case(
                    (col(RoundRow.dataset_id).is_distinct_from(dataset_id), _standing_before()),
                    else_=col(RoundRow.previous_dataset_id),
                ),
                **policy,
            )
        )

    async def under_other_origins(self, origins: Collection[Origin]) -> list[Round]:
        is_open = select(RoundRow).where(col(RoundRow.state) == "open").order_by(col(RoundRow.id))
        rounds = [_round(row) for row in await self.session.exec(is_open)]
        return [one for one in rounds if one.origins is not None and set(one.origins) != set(origins)]

    async def latest(self, voice_id: VoiceId) -> Round | None:
        latest = select(RoundRow).where(col(RoundRow.voice_id) == voice_id).order_by(col(RoundRow.number).desc())
        row = (await self.session.exec(for_change(self.session, latest.limit(1)))).one_or_none()
        return _round(row) if row else None

    async def before(self, round_: Round) -> Round | None:
        number = (col(RoundRow.voice_id) == round_.voice_id, col(RoundRow.number) == round_.number - 1)
        row = await find(self.session, RoundRow, *number)
        return _round(row) if row else None

    async def lock(self, round_id: RoundId) -> None:
        """Close the round for sources and choices; the next open_for starts the next one."""
        await self.session.exec(update(RoundRow).where(col(RoundRow.id) == round_id).values(state="locked"))


@dataclass(frozen=True, slots=True)
class SqlRecipeSteps:
    session: AsyncSession

    async def append(self, step: RecipeStep) -> RecipeStep:
        of_round = await the_one(self.session, RoundRow, col(RoundRow.id) == step.round_id)
        row = await insert(
            self.session,
            RecipeStepRow,
            team_id=of_round.team_id,
            round_id=step.round_id,
            by_user=step.by,
            at=step.at,
            rule=step.rule,
            choice=step.choice,
            filters=_stored_filters(step.filters) if step.filters else None,
            undone_at=step.undone_at,
            excluded=step.excluded,
            undone_by=step.undone_by,
        )
        return _step(row)

    async def of_round(self, round_id: RoundId) -> list[RecipeStep]:
        rows = select(RecipeStepRow).where(col(RecipeStepRow.round_id) == round_id).order_by(col(RecipeStepRow.id))
        return [_step(row) for row in await self.session.exec(rows)]

    async def undo(self, step_id: StepId, *, at: datetime, by: str | None = None) -> bool:
        undone = await self.session.exec(
            update(RecipeStepRow)
            .where(col(RecipeStepRow.id) == step_id, col(RecipeStepRow.undone_at).is_(None))
            .values(undone_at=at, undone_by=by)
        )
        return undone.rowcount == 1


def _standing_before() -> ColumnElement[int | None]:
    """A moment without any texts does not count."""
    return func.coalesce(col(RoundRow.dataset_id), col(RoundRow.previous_dataset_id))


def _round(row: RoundRow) -> Round:
    return Round(
        round_id=RoundId(row.id),
        team_id=row.team_id,
        voice_id=VoiceId(row.voice_id),
        number=row.number,
        channel_id=row.channel_id,
        state=row.state,
        revision=row.revision,
        prepared_revision=row.prepared_revision,
        dataset_id=None if row.dataset_id is None else DatasetId(row.dataset_id),
        created_at=row.created_at,
        previous_dataset_id=None if row.previous_dataset_id is None else DatasetId(row.previous_dataset_id),
        origins=None if row.origins is None else cast("tuple[Origin, ...]", tuple(row.origins)),
    )


def _step(row: RecipeStepRow) -> RecipeStep:
    return RecipeStep(
        step_id=StepId(row.id),
        round_id=RoundId(row.round_id),
        by=row.by_user,
        at=row.at,
        rule=row.rule,
        choice=row.choice,
        filters=_filters(row.filters) if row.filters else None,
        undone_at=row.undone_at,
        excluded=None if row.excluded is None else DocumentId(row.excluded),
        undone_by=row.undone_by,
    )


def _stored_filters(filters: Filters) -> dict[str, Any]:
    return asdict(filters) | {"since": _stored_day(filters.since), "until": _stored_day(filters.until)}


def _stored_day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None


def _filters(stored: dict[str, Any]) -> Filters:
    return Filters(
        author=stored["author"],
        since=_day(stored["since"]),
        until=_day(stored["until"]),
        statuses=tuple(stored["statuses"]),
        kinds=tuple(stored["kinds"]),
        exclude_titles=tuple(stored["exclude_titles"]),
        best_percent=stored.get("best_percent"),  # absent in steps of before there were figures
        also_by=tuple(stored.get("also_by", ())),
    )
