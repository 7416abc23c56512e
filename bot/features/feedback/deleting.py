"""A draft's message was deleted: that is a withdrawal, which the steward can take back.

Slack tells of it, but slack_bolt drops what happens to an app's own messages; the sweep over the emoji finds it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.draft_places import thread_of
from bot.lookup import only_steward
from pipeline.domain.drafting import Draft, DraftId
from pipeline.domain.work import AuditEntry, Saying
from pipeline.errors import NotADraft
from pipeline.ports import Clock, Database, Transaction

DELETED: Final = "feedback.deleted"
RESTORE_WITHIN: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RestoreDraft:
    """[Put it back]: its feedback counts again; nobody can react to it any more. Raises NotADraft, NotSteward."""

    database: Database
    clock: Clock

    async def __call__(self, draft_id: DraftId, *, team_id: str, user: str) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            draft = await tx.drafts.by_id(draft_id)
            if draft.asked.team_id != team_id or draft.deleted_at is None or now > draft.deleted_at + RESTORE_WITHIN:
                raise NotADraft
            only_steward(await tx.voices.by_id(draft.asked.voice_id), user)
            if await tx.drafts.restore(draft_id):
                await tell(tx, draft, "draft.restored", user, now)


async def gone_from_slack(tx: Transaction, draft: Draft, *, now: datetime) -> None:
    """Once: one that was put back is not dropped again for the same deletion."""
    if await tx.drafts.withdraw(draft.draft_id, at=now):
        await tell(tx, draft, "draft.deleted", None, now)


async def tell(tx: Transaction, draft: Draft, what: str, restored_by: str | None, now: datetime) -> None:
    facts = {"draft_id": draft.draft_id, "label": draft.label, "restored_by": restored_by}
    await tx.outbox.say(Saying(f"draft:{draft.draft_id}:deleted", DELETED, facts, thread_of(draft)))
    entry = AuditEntry(draft.asked.team_id, restored_by or "understudy", what, draft.label)
    await tx.audit.record(entry, now=now)
