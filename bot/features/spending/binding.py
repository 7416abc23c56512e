"""What a request is bound to: an approval only counts for what was asked for."""

from typing import Literal

from bot.courses import pairs_in
from bot.versions import is_sound, version_of
from pipeline.domain.spending import SpendRequest
from pipeline.domain.voices import Round, VoiceId
from pipeline.ports import Transaction

Misfit = Literal["texts", "pairs", "version"]


async def misfit(tx: Transaction, request: SpendRequest, round_: Round) -> Misfit | None:
    """What is no longer as it was asked for: the texts, the pairs, or the version to go on from; None when all is."""
    if round_.dataset_id is None or round_.revision != round_.prepared_revision:
        return "texts"
    if (await tx.datasets.by_id(round_.dataset_id)).facts.content_hash != request.dataset_hash:
        return "texts"
    if request.method == "dpo" and not await has_pairs(tx, request, round_):
        return "pairs"
    if request.parent_version is None:
        return None
    parent = await version_of(tx, VoiceId(request.voice_id), request.parent_version)
    return None if parent is not None and is_sound(parent) else "version"


async def has_pairs(tx: Transaction, request: SpendRequest, round_: Round) -> bool:
    """The very ones: taken in again, withdrawn or forgotten, their file has another hash or is gone."""
    taken = pairs_in(await tx.round_feedbacks.of_round(round_.round_id))
    return bool(request.pairs_hash) and taken.sha256 == request.pairs_hash


async def fits(tx: Transaction, request: SpendRequest, round_: Round) -> bool:
    """Whether what would be trained now is what was asked for."""
    return await misfit(tx, request, round_) is None
