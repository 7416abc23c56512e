"""An approver asks something before deciding: it stands in the dataset thread, and the card says so."""

from dataclasses import dataclass
from typing import Final

from bot.cards import approval_card_key, round_thread
from bot.deciders import who_decides
from bot.features.spending.closing import only_open, request_of, subject_of
from bot.features.spending.sayings import amend
from bot.features.spending.usecase import Decision, only_who_may_decline
from pipeline.domain.work import AuditEntry, Saying
from pipeline.ports import Clock, Database, Deciders

QUESTION: Final = "spending.question"


@dataclass(frozen=True, slots=True)
class AskAboutRequest:
    """decision.reason: the question. Raises NotApprover, AlreadyDecided."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, decision: Decision) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            request = await request_of(tx, decision.team_id, decision.request_id)
            who = await who_decides(tx, self.people, request.team_id, now.date())
            only_who_may_decline(request, decision.user, who)
            only_open(request)
            round_, voice = await subject_of(tx, request)
            card = await tx.outbox.facts(request.team_id, approval_card_key(request)) or {}
            asked = [*card.get("questions", []), {"user": decision.user, "at": now.isoformat()}]
            await amend(tx, request, questions=asked)
            facts = {
                "user": decision.user,
                "steward": voice.steward,
                "label": request.label,
                "question": decision.reason,
            }
            key = f"spend:{request.spend_request_id}:question:{len(asked)}"
            await tx.outbox.say(Saying(key, QUESTION, facts, round_thread(round_)))
            entry = AuditEntry(request.team_id, decision.user, "spend.question", request.label)
            await tx.audit.record(entry, now=now)
