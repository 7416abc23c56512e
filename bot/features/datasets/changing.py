"""What every change of a round comes to: who may, and which choices stand."""

from collections.abc import Sequence

from bot.lookup import only_steward, only_unlocked
from bot.next_round import changed
from pipeline.domain.documents import Choice, Rule
from pipeline.domain.voices import RecipeStep, Round, RoundId
from pipeline.ports import Clock, Transaction


async def stewards_round(tx: Transaction, round_id: RoundId, user: str) -> Round:
    """A round that may be changed by this person. Raises NotSteward, RoundLocked."""
    round_ = await tx.rounds.by_id(round_id)
    voice = await tx.voices.by_id(round_.voice_id)
    only_steward(voice, user)
    only_unlocked(round_, voice)
    return round_


def standing_choices(steps: Sequence[RecipeStep]) -> dict[Rule, Choice]:
    return {step.rule: step.choice for step in steps if step.rule and step.choice and step.undone_at is None}


async def append(tx: Transaction, step: RecipeStep, round_: Round, clock: Clock) -> None:
    await tx.recipe_steps.append(step)
    facts = {"rule": step.rule, "choice": step.choice, "filters": step.filters is not None}
    await changed(tx, round_, step.by, "choice.made", facts, clock)
