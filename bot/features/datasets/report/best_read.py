"""Keep what was read most: a filter that figures of pages make possible, and that nobody has to use."""

from dataclasses import dataclass, replace

from bot.features.datasets.changing import append, stewards_round
from bot.features.datasets.report.choosing import filters_in_force
from bot.next_round import NOT_SAVED
from pipeline.domain.documents import Filters
from pipeline.domain.voices import RecipeStep, RoundId
from pipeline.ports import Clock, Database


@dataclass(frozen=True, slots=True)
class KeepBestRead:
    """percent: None keeps all. Raises NotSteward, RoundLocked."""

    database: Database
    clock: Clock

    async def __call__(self, round_id: RoundId, user: str, percent: int | None) -> None:
        async with self.database.begin() as tx:
            round_ = await stewards_round(tx, round_id, user)
            filters = filters_in_force(await tx.recipe_steps.of_round(round_id)) or Filters()
            if filters.best_percent != percent:
                chosen = replace(filters, best_percent=percent)
                step = RecipeStep(NOT_SAVED, round_id, by=user, at=self.clock(), filters=chosen)
                await append(tx, step, round_, self.clock)
