"""From what people type to the rows they mean, with the failures that go with it."""

from datetime import datetime, timedelta
from difflib import get_close_matches

from pipeline.domain.voices import Dataset, Round, RoundId, Voice
from pipeline.errors import ConsentWithdrawn, NotRecordedYet, NotSteward, RoundLocked, UnknownVoice
from pipeline.ports import Transaction

RECORDING = timedelta(seconds=30)  # longer than the slowest answer of Slack's that is waited for


async def find_voice(tx: Transaction, team_id: str, handle: str) -> Voice:
    voice = await tx.voices.by_handle(team_id, handle)
    if voice is None:
        handles = [known.handle for known in await tx.voices.of_team(team_id)]
        close = get_close_matches(handle, handles, n=1, cutoff=0.6)
        raise UnknownVoice(handle, close[0] if close else None)
    return voice


def only_steward(voice: Voice, user: str) -> None:
    """Raises NotSteward. The owner may do with their own voice whatever the steward may."""
    if user not in (voice.steward, voice.owner):
        raise NotSteward(voice.steward)


async def only_collecting(tx: Transaction, voice: Voice) -> None:
    """Raises ConsentWithdrawn once the owner said no: nothing more is collected for this voice."""
    consent = await tx.consents.newest(voice.voice_id)
    if consent is not None and consent.state in ("refused", "withdrawn"):
        raise ConsentWithdrawn(voice.handle, voice.owner, consent.decided_at or consent.asked_at)


def only_unlocked(round_: Round, voice: Voice) -> None:
    """Raises RoundLocked for one that was paid for."""
    if round_.state == "locked":
        raise RoundLocked(voice.handle, round_.number)


async def stands(tx: Transaction, dataset: Dataset, round_: Round) -> bool:
    """Whether the round still comes to these rows."""
    now_there = await tx.datasets.by_id(round_.dataset_id) if round_.dataset_id else None
    return now_there is not None and now_there.facts.content_hash == dataset.facts.content_hash


async def round_at(tx: Transaction, team_id: str, channel_id: str, thread_ts: str, *, now: datetime) -> Round | None:
    """The round whose dataset thread this is; None anywhere else.

    Raises NotRecordedYet when the thread may be one whose card was posted this moment.
    """
    key = await tx.outbox.key_at(team_id, channel_id, thread_ts)
    if key is None and await tx.outbox.is_posting(team_id, channel_id, since=now - RECORDING):
        raise NotRecordedYet
    if key is None or not key.startswith("round:") or not key.endswith(":card"):
        return None
    return await tx.rounds.by_id(RoundId(int(key.split(":")[1])))
