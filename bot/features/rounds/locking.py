"""A round is locked by its approval: which rows, and what people said too late for it."""

from dataclasses import dataclass
from typing import Final

from bot.cards import round_thread
from pipeline.domain.drafting import Draft
from pipeline.domain.feedback import RoundFeedback
from pipeline.domain.voices import RoundId
from pipeline.domain.work import Saying, WorkItem
from pipeline.ports import Database, Transaction

LOCKED: Final = "rounds.locked"
HASH_SHOWN: Final = 12  # as on the approval card


@dataclass(frozen=True, slots=True)
class SayLocked:
    """The worker's step, once per round."""

    database: Database

    async def __call__(self, item: WorkItem) -> None:
        async with self.database.begin() as tx:
            round_ = await tx.rounds.by_id(RoundId(int(item.subject)))
            assert round_.dataset_id is not None  # nothing is approved without rows
            facts = (await tx.datasets.by_id(round_.dataset_id)).facts
            voice = await tx.voices.by_id(round_.voice_id)
            taken = await tx.round_feedbacks.of_round(round_.round_id)
            said = {
                "handle": voice.handle,
                "number": round_.number,
                "examples": facts.examples,
                "dataset_hash": facts.content_hash[:HASH_SHOWN],
                "late": await late(tx, await tx.drafts.of_voice(voice.voice_id), taken) if taken else 0,
            }
            await tx.outbox.say(Saying(f"round:{round_.round_id}:locked", LOCKED, said, round_thread(round_)))
            await tx.work.finish(item)


async def late(tx: Transaction, drafts: list[Draft], taken: RoundFeedback) -> int:
    """Reactions that came or went, and better versions, since the round took the feedback in."""
    found, since = 0, taken.taken_at.timestamp()
    for draft in drafts:
        posted = await tx.outbox.posted(draft.text_key)
        on_it = await tx.reactions.on_message(taken.team_id, posted.channel_id, posted.ts) if posted else []
        found += sum(float(one.event_ts) > since for one in on_it)
    if drafts:
        rewrites = await tx.rewrites.of_voice(drafts[0].asked.voice_id)
        found += sum(one.created_at > taken.taken_at for one in rewrites)
    return found
