"""A steward goes on although a gate before money says no: with a reason, and only for the texts as they stand now."""

from dataclasses import dataclass

from bot.lookup import only_steward, stands
from pipeline.domain.voices import Dataset, DatasetId, Round, Voice
from pipeline.errors import NothingToOverride
from pipeline.ports import Transaction


@dataclass(frozen=True, slots=True)
class Override:
    """reason: empty before anybody was asked for one."""

    team_id: str
    user: str
    dataset_id: DatasetId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a gate keeps from being paid for."""

    dataset: Dataset
    round: Round
    voice: Voice


async def stopped(tx: Transaction, override: Override) -> Stopped:
    """Raises NotSteward; NothingToOverride for another workspace's texts, those of a closed round, or old ones."""
    dataset = await tx.datasets.by_id(override.dataset_id)
    if dataset.facts.team_id != override.team_id:
        raise NothingToOverride
    round_ = await tx.rounds.by_id(dataset.facts.round_id)
    voice = await tx.voices.by_id(round_.voice_id)
    only_steward(voice, override.user)
    if round_.state != "open" or not await stands(tx, dataset, round_):
        raise NothingToOverride
    return Stopped(dataset, round_, voice)
