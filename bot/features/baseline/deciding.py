"""What the steward makes of it: few-shot as the voice's version 0, or training anyway, with a reason others read."""

from dataclasses import dataclass
from typing import Final

from bot.baseline_gate import say_offer, why_closed
from bot.cards import round_thread
from bot.features.baseline.sayings import say_result
from bot.features.baseline.writing import load
from bot.few_shot import use_few_shot
from bot.lookup import only_steward
from bot.overriding import Override, Stopped, stopped
from bot.readiness import only_writing
from pipeline.domain.baselines import BaselineId
from pipeline.domain.work import AuditEntry, Saying
from pipeline.errors import ComparisonUnderWay, NothingToOverride
from pipeline.ports import Clock, Database, Transaction

USED: Final = "baseline.used"


@dataclass(frozen=True, slots=True)
class CheckOverride:
    """Before the form for a reason is shown. Raises NotSteward, NothingToOverride."""

    database: Database

    async def __call__(self, override: Override) -> None:
        async with self.database.read() as tx:
            await closed_one(tx, override)


@dataclass(frozen=True, slots=True)
class TrainAnyway:
    """Raises NotSteward, NothingToOverride."""

    database: Database
    clock: Clock

    async def __call__(self, override: Override) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            closed = await closed_one(tx, override)
            await tx.baseline_overrides.give(closed.dataset, by=override.user, reason=override.reason, at=now)
            known = await tx.baselines.newest(closed.dataset)
            if known is not None and known.state == "judged":
                await say_result(tx, known, closed.voice, closed.round)
            else:
                await say_offer(tx, closed.voice, closed.round, closed.dataset)
            content_hash = closed.dataset.facts.content_hash
            after = {"reason": override.reason}
            entry = AuditEntry(override.team_id, override.user, "baseline.overridden", content_hash, after=after)
            await tx.audit.record(entry, now=now)


@dataclass(frozen=True, slots=True)
class UseFewShot:
    """Makes what was judged the voice's version 0.

    Raises NotSteward, ComparisonUnderWay, VoiceNotReady, ConsentMissing, ConsentWithdrawn.
    """

    database: Database
    clock: Clock

    async def __call__(self, baseline_id: BaselineId, team_id: str, user: str) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            case = await load(tx, baseline_id)
            facts = case.baseline.facts
            if facts.team_id != team_id or case.baseline.state != "judged":
                raise ComparisonUnderWay(case.baseline.still_owing)
            only_steward(case.voice, user)
            await only_writing(tx, case.voice, now)
            await use_few_shot(
                tx, case.voice, case.dataset, provider=facts.provider, base=facts.base, user=user, now=now
            )
            said = {"handle": case.voice.handle, "user": user, "base": facts.base, "provider": facts.provider}
            await tx.outbox.say(Saying(f"baseline:{baseline_id}:used", USED, said, round_thread(case.round)))


async def closed_one(tx: Transaction, override: Override) -> Stopped:
    closed = await stopped(tx, override)
    if await why_closed(tx, closed.dataset) is None:
        raise NothingToOverride
    return closed
