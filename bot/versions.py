"""The versions of a voice: which one writes for its name alone, what each is called, what it was made of."""

from collections.abc import Collection, Sequence
from typing import Final

from pipeline.domain.training import VoiceModel
from pipeline.domain.voices import Dataset, Voice, VoiceId
from pipeline.errors import NoSuchVersion
from pipeline.estimate import FEW_SHOT_POSTS
from pipeline.ports import Transaction

PLAIN: Final = "plain"  # what is typed for the base with posts in its prompt


def in_force(models: Sequence[VoiceModel]) -> VoiceModel | None:
    """The promoted version; before any was, the newest that is not retired. models: oldest first."""
    promoted = [model for model in models if model.state == "promoted"]
    standing = [model for model in models if model.state != "retired"]
    return promoted[-1] if promoted else standing[-1] if standing else None


async def find_version(tx: Transaction, voice: Voice, version: int | None) -> VoiceModel:
    """The one asked for that is not retired, or the one in force. Raises NoSuchVersion."""
    models = await tx.voice_models.of_voice(voice.voice_id)
    standing = [model for model in models if model.state != "retired"]
    found = in_force(models) if version is None else next((one for one in standing if one.version == version), None)
    if found is None:
        known = tuple(f"{voice.handle}@v{model.version}" for model in standing)
        raise NoSuchVersion(voice.handle, version or 1, known)
    return found


async def version_of(tx: Transaction, voice_id: VoiceId, version: int) -> VoiceModel | None:
    return next((one for one in await tx.voice_models.of_voice(voice_id) if one.version == version), None)


def is_sound(model: VoiceModel) -> bool:
    """Whether another version may go on from it: it is there, and nothing it learned from was withdrawn."""
    return model.state != "retired" and model.deleted_at is None and model.withdrawn_data_at is None


def and_what_came_of_them(models: Sequence[VoiceModel], some: Collection[int]) -> set[int]:
    """Version numbers: these, and all that went on from one of them. models: oldest first."""
    found = set(some)
    for model in models:
        if model.parent_version in found:
            found.add(model.version)
    return found


async def dataset_of(tx: Transaction, model: VoiceModel) -> Dataset:
    """What it was trained on, or what stands in its prompts."""
    if model.dataset_id is not None:
        return await tx.datasets.by_id(model.dataset_id)
    assert model.tuning_job_id is not None
    return await tx.datasets.by_id((await tx.tuning_jobs.by_id(model.tuning_job_id)).dataset_id)


def name_of(voice: Voice, model: VoiceModel) -> str:
    return f"{voice.handle} v{model.version}" if model.version else plain_name()


def plain_name() -> str:
    return f"plain model + {FEW_SHOT_POSTS} posts"
