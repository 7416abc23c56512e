"""What is decided about a round: a fix for a finding, or none; an undo; which texts belong to the voice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.features.datasets.changing import append, standing_choices, stewards_round
from bot.next_round import NOT_SAVED, changed
from pipeline.domain.documents import Choice, Filters, Rule
from pipeline.domain.voices import RecipeStep, Round, RoundId, fold_steps
from pipeline.findings import choice_of
from pipeline.ports import Clock, Database, Transaction


@dataclass(frozen=True, slots=True)
class ChooseFix:
    """Accept or refuse fixes. A choice that stands already changes nothing. Raises NotSteward."""

    database: Database
    clock: Clock

    async def __call__(self, round_id: RoundId, user: str, rules: Sequence[Rule], choice: Choice) -> None:
        async with self.database.begin() as tx:
            round_ = await stewards_round(tx, round_id, user)
            standing = standing_choices(await tx.recipe_steps.of_round(round_id))
            for rule in rules:
                if standing.get(rule) != choice:
                    step = RecipeStep(NOT_SAVED, round_id, by=user, at=self.clock(), rule=rule, choice=choice)
                    await append(tx, step, round_, self.clock)


@dataclass(frozen=True, slots=True)
class UndoFix:
    """Take a fix back, chosen or automatic. One that is not in force changes nothing. Raises NotSteward."""

    database: Database
    clock: Clock

    async def __call__(self, round_id: RoundId, user: str, rule: Rule) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            round_ = await stewards_round(tx, round_id, user)
            steps = await tx.recipe_steps.of_round(round_id)
            if choice_of(fold_steps(steps, start=Filters()), rule) == "keep":
                return
            if not await undo_standing(tx, round_, steps, rule, user, self.clock):
                step = RecipeStep(NOT_SAVED, round_id, by=user, at=now, rule=rule, choice="keep")
                await append(tx, step, round_, self.clock)


@dataclass(frozen=True, slots=True)
class UndoKeep:
    """Put a finding that was kept back to what it was before anybody chose. Raises NotSteward."""

    database: Database
    clock: Clock

    async def __call__(self, round_id: RoundId, user: str, rule: Rule) -> None:
        async with self.database.begin() as tx:
            round_ = await stewards_round(tx, round_id, user)
            steps = await tx.recipe_steps.of_round(round_id)
            if standing_choices(steps).get(rule) == "keep":
                await undo_standing(tx, round_, steps, rule, user, self.clock)


async def undo_standing(
    tx: Transaction, round_: Round, steps: Sequence[RecipeStep], rule: Rule, user: str, clock: Clock
) -> bool:
    """Every choice made for a rule is undone: what was chosen before the last one does not come back unasked."""
    made = [step for step in steps if step.rule == rule and step.undone_at is None]
    for step in made:
        await tx.recipe_steps.undo(step.step_id, at=clock(), by=user)
    if made:
        await changed(tx, round_, user, "choice.undone", {"rule": rule}, clock)
    return bool(made)


@dataclass(frozen=True, slots=True)
class ChangeFilters:
    """The share of the most read is chosen elsewhere and stays. The same filters again change nothing.

    Raises NotSteward.
    """

    database: Database
    clock: Clock

    async def __call__(self, round_id: RoundId, user: str, filters: Filters) -> None:
        async with self.database.begin() as tx:
            round_ = await stewards_round(tx, round_id, user)
            standing = filters_in_force(await tx.recipe_steps.of_round(round_id))
            filters = replace(filters, best_percent=standing.best_percent if standing else None)
            if standing != filters:
                step = RecipeStep(NOT_SAVED, round_id, by=user, at=self.clock(), filters=filters)
                await append(tx, step, round_, self.clock)


@dataclass(frozen=True, slots=True)
class IncludeAuthor:
    """One more name of the same person. Pressed twice it is added once. Raises NotSteward."""

    database: Database
    clock: Clock

    async def __call__(self, round_id: RoundId, user: str, author: str) -> None:
        async with self.database.begin() as tx:
            round_ = await stewards_round(tx, round_id, user)
            filters = filters_in_force(await tx.recipe_steps.of_round(round_id)) or Filters()
            if filters.author is not None and author not in filters.authors:
                wider = replace(filters, also_by=(*filters.also_by, author))
                step = RecipeStep(NOT_SAVED, round_id, by=user, at=self.clock(), filters=wider)
                await append(tx, step, round_, self.clock)


def filters_in_force(steps: Sequence[RecipeStep]) -> Filters | None:
    """None while nobody chose any."""
    chosen = [step.filters for step in steps if step.filters is not None and step.undone_at is None]
    return chosen[-1] if chosen else None


@dataclass(frozen=True, slots=True)
class FiltersInForce:
    database: Database

    async def __call__(self, round_id: RoundId) -> Filters:
        async with self.database.read() as tx:
            return filters_in_force(await tx.recipe_steps.of_round(round_id)) or Filters()
