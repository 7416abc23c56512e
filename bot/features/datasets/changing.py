"""What every change of a round comes to: who may, what is counted, what is written down."""

from collections.abc import Sequence
from typing import Any

from bot.lookup import only_steward, only_unlocked
from pipeline.domain.documents import Choice, Rule
from pipeline.domain.voices import RecipeStep, Round, RoundId, StepId
from pipeline.domain.work import AuditEntry
from pipeline.ports import Clock, Transaction

NOT_SAVED = StepId(0)


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


async def changed(tx: Transaction, round_: Round, who: str, what: str, facts: dict[str, Any], clock: Clock) -> None:
    """Count a revision, have it prepared, and write it down."""
    await tx.rounds.changed(round_.round_id)
    await tx.work.enqueue("prepare-round", round_.round_id, round_.team_id, run_at=clock())
    entry = AuditEntry(round_.team_id, who, what, round_.card_key, after=facts)
    await tx.audit.record(entry, now=clock())
