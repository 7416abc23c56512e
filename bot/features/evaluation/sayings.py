"""What is said of a trial: how the version came out, or why it was not tried."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from bot.cards import round_thread
from bot.features.evaluation.case import Case
from pipeline.domain.work import AuditEntry, Saying
from pipeline.ports import Transaction

EVALUATED: Final = "evaluation.told"
NOT_TRIED: Final = "evaluation.not_tried"
BOT: Final = "understudy"

# ceiling: the approval leaves too little. budget: of the month. stopped: the voice may not write any
# more. no-drafts: the provider wrote none.
NotTried = Literal["no-texts", "no-price", "ceiling", "budget", "stopped", "no-drafts"]


async def say_told(tx: Transaction, case: Case, told: Mapping[str, Any]) -> None:
    facts = {"handle": case.voice.handle, "version": case.model.version, **told}
    await tx.outbox.say(Saying(key(case), EVALUATED, facts, round_thread(case.round)))


async def say_not_tried(tx: Transaction, case: Case, why: NotTried, *, paid_microusd: int = 0) -> None:
    facts = {"handle": case.voice.handle, "version": case.model.version, "why": why, "paid_microusd": paid_microusd}
    await tx.outbox.say(Saying(key(case), NOT_TRIED, facts, round_thread(case.round)))


def key(case: Case) -> str:
    return f"evaluation:{case.model.voice_model_id}"


def audited(case: Case, action: str, after: Mapping[str, Any]) -> AuditEntry:
    subject = f"{case.voice.handle}@v{case.model.version}"
    return AuditEntry(case.voice.team_id, BOT, action, subject, after=after)
