"""Whether a voice's round can be paid for as it stands: rights, consent, and a dataset that is up to date."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.domain.voices import BLOCK_ELSEWHERE_ONLY, Dataset, NewDataset, Round, Voice
from pipeline.errors import (
    ConsentEnded,
    ConsentMissing,
    ConsentWithdrawn,
    TextsNotReady,
    TooFewExamples,
    UnresolvedBlocker,
    VoiceNotReady,
)
from pipeline.ports import Transaction

MIN_TRAIN_EXAMPLES: Final = 10  # OpenAI's least, and the least our own server takes


@dataclass(frozen=True, slots=True)
class Ready:
    round: Round
    dataset: Dataset


async def current_dataset(tx: Transaction, voice: Voice) -> Ready:
    """The newest round and the dataset its sources and choices come to now. Raises TextsNotReady."""
    round_ = await tx.rounds.latest(voice.voice_id)
    if round_ is not None and round_.prepared_revision < round_.revision:
        raise TextsNotReady(voice.handle, "preparing")
    if round_ is None or round_.dataset_id is None:
        raise TextsNotReady(voice.handle, "none")
    return Ready(round_, await tx.datasets.by_id(round_.dataset_id))


async def only_with_consent(tx: Transaction, voice: Voice, now: datetime) -> None:
    """Raises ConsentMissing, ConsentEnded, ConsentWithdrawn."""
    consent = await tx.consents.newest(voice.voice_id)
    if consent is not None and consent.covers(now):
        return
    if consent is not None and consent.state == "withdrawn" and consent.decided_at is not None:
        raise ConsentWithdrawn(voice.handle, voice.owner, consent.decided_at)
    if consent is not None and consent.state == "given" and consent.expires_at is not None:
        raise ConsentEnded(voice.handle, voice.owner, consent.expires_at)
    raise ConsentMissing(voice.handle, voice.owner)


async def only_writing(tx: Transaction, voice: Voice, now: datetime) -> None:
    """Raises VoiceNotReady, ConsentMissing, ConsentWithdrawn."""
    if voice.state != "active":
        raise VoiceNotReady(voice.handle, voice.state)
    await only_with_consent(tx, voice, now)


def only_enough_texts(dataset: NewDataset) -> None:
    """Raises TooFewExamples."""
    if dataset.train_examples < MIN_TRAIN_EXAMPLES:
        raise TooFewExamples(dataset.train_examples, MIN_TRAIN_EXAMPLES)


def only_without_blockers(open_blockers: Collection[str], *, is_own: bool) -> None:
    """Raises UnresolvedBlocker."""
    blocking = tuple(rule for rule in open_blockers if not (is_own and rule in BLOCK_ELSEWHERE_ONLY))
    if blocking:
        raise UnresolvedBlocker(blocking)
