"""The end: when its time is over, when everybody has voted, or because one of the two is gone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.duel_gate import gate_facts
from bot.features.duels.sayings import is_complete, say_bouts, say_duel, say_result, say_short
from bot.features.duels.usecase import closing_time
from bot.rights import only_judging
from pipeline.domain.duels import Duel, DuelId, DuelState
from pipeline.domain.voices import Voice
from pipeline.domain.work import AuditEntry, WorkItem
from pipeline.duels import counted, outcome
from pipeline.errors import DuelClosed
from pipeline.ports import Clock, Database, Transaction

STILL_WRITING_S: Final = 60


@dataclass(frozen=True, slots=True)
class CloseOnTime:
    """The worker's step, due at the closing time. Too few votes are asked about; a retired version ends it."""

    database: Database
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            duel = await tx.duels.by_id(DuelId(int(item.subject)))
            if duel.state in ("writing", "open") and (wait := still(duel, now)) is not None:
                await tx.work.again(item, run_at=wait)
                return
            if duel.state == "open":
                await self.close(tx, duel, now)
            await tx.work.finish(item)

    async def close(self, tx: Transaction, duel: Duel, now: datetime) -> None:
        is_short = outcome(duel).verdict == "few" and not is_complete(duel)
        await end(tx, duel, "short" if is_short else "closed", by="understudy", now=now)


@dataclass(frozen=True, slots=True)
class CloseNow:
    """Once everybody has voted on everything. Raises NotAnEditor, DuelClosed."""

    database: Database
    clock: Clock

    async def __call__(self, duel_id: DuelId, team_id: str, user: str) -> None:
        async with self.database.begin() as tx:
            duel = await ours(tx, duel_id, team_id, user)
            if duel.state != "open" or not is_complete(duel):
                raise DuelClosed
            await end(tx, duel, "closed", by=user, now=self.clock())


@dataclass(frozen=True, slots=True)
class CloseShort:
    """Without a verdict, with too few votes. Raises NotAnEditor, DuelClosed."""

    database: Database
    clock: Clock

    async def __call__(self, duel_id: DuelId, team_id: str, user: str) -> None:
        async with self.database.begin() as tx:
            duel = await ours(tx, duel_id, team_id, user)
            if duel.state != "short":
                raise DuelClosed
            await end(tx, duel, "closed", by=user, now=self.clock())
            await say_short(tx, await tx.duels.by_id(duel_id))


@dataclass(frozen=True, slots=True)
class Extend:
    """Open until the next closing time. Raises NotAnEditor, DuelClosed."""

    database: Database
    clock: Clock

    async def __call__(self, duel_id: DuelId, team_id: str, user: str) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            duel = await ours(tx, duel_id, team_id, user)
            if duel.state != "short":
                raise DuelClosed
            until = closing_time(now)
            await tx.duels.extend(duel, closes_at=until)
            await tx.work.enqueue("duel-close", duel.duel_id, team_id, run_at=until)
            duel = await tx.duels.by_id(duel_id)
            voice = await tx.voices.by_id(duel.facts.voice_id)
            await say_duel(tx, duel, voice)
            await say_bouts(tx, duel, voice)
            await say_short(tx, duel)
            entry = AuditEntry(team_id, user, "duel.extended", duel.key, after={"until": until.isoformat()})
            await tx.audit.record(entry, now=now)


async def end(tx: Transaction, duel: Duel, state: DuelState, *, by: str, now: datetime) -> None:
    """Votes no longer count; everybody reads what came of it."""
    models = [await tx.voice_models.by_id(each) for each in (duel.facts.one, duel.facts.other)]
    if any(model.state == "retired" for model in models):
        state = "gone"
    await tx.duels.end(duel, state, closed_at=None if state == "short" else now)
    duel = await tx.duels.by_id(duel.duel_id)
    voice = await tx.voices.by_id(duel.facts.voice_id)
    await say_duel(tx, duel, voice)
    await say_bouts(tx, duel, voice)
    if state == "short":
        await say_short(tx, duel)
    else:
        await tell(tx, duel, voice, now=now)
    after = {"state": state, "votes": len(counted(duel))}
    await tx.audit.record(AuditEntry(duel.facts.team_id, by, "duel.closed", duel.key, after=after), now=now)


async def tell(tx: Transaction, duel: Duel, voice: Voice, *, now: datetime, kept_by: str | None = None) -> None:
    """The result with the gate it opens or not; again when somebody acted on it."""
    await say_result(tx, duel, voice, await gate_facts(tx, duel, voice, now=now) | {"kept_by": kept_by})


def still(duel: Duel, now: datetime) -> datetime | None:
    """When to look again; None when its time is over. A duel whose texts came late stays open a while."""
    if duel.state == "writing":
        return max(duel.closes_at, now + timedelta(seconds=STILL_WRITING_S))
    return duel.closes_at if now < duel.closes_at else None


async def ours(tx: Transaction, duel_id: DuelId, team_id: str, user: str) -> Duel:
    duel = await tx.duels.by_id(duel_id)
    if duel.facts.team_id != team_id:
        raise DuelClosed
    if user != duel.facts.asked_by:
        await only_judging(tx, await tx.voices.by_id(duel.facts.voice_id), user)
    return duel
