"""What an approver chooses: who stands in until which day, and whether cards come as direct messages."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from bot.deciders import refresh_homes, who_decides
from pipeline.domain.approvals import ApproverChoice
from pipeline.domain.work import AuditEntry, Place, Saying
from pipeline.errors import CannotStandIn, NotApprover
from pipeline.ports import Clock, Database, Deciders, Transaction

STANDING_IN: Final = "spending.standing_in"


@dataclass(frozen=True, slots=True)
class NameStandIn:
    """stand_in None: nobody any more. Stand-ins name nobody themselves. Raises NotApprover, CannotStandIn."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, team_id: str, user: str, stand_in: str | None, until: date | None) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            before = await own_choice(tx, self.people, team_id, user, now)
            if stand_in is not None:
                self.only_who_can(team_id, user, stand_in, until, now.date())
            after = replace(before, stand_in=stand_in, until=until if stand_in else None)
            await keep(tx, team_id, before, after, "approver.stand_in", now)
            if stand_in is not None and until is not None:
                facts = {"approver": user, "until": until.isoformat()}
                key = f"standing-in:{user}:{stand_in}:{until.isoformat()}"
                await tx.outbox.say(Saying(key, STANDING_IN, facts, Place(team_id=team_id, user_id=stand_in)))
            for request in await tx.waiting_requests.of_team(team_id):
                await tx.work.enqueue("approval", request.spend_request_id, team_id, run_at=now)

    def only_who_can(self, team_id: str, user: str, stand_in: str, until: date | None, today: date) -> None:
        if stand_in == user or not self.people.reachable(team_id, [stand_in]):
            raise CannotStandIn(stand_in, "nobody" if stand_in != user else "self")
        if until is None or until < today:
            raise CannotStandIn(stand_in, "day")


@dataclass(frozen=True, slots=True)
class ChooseDirect:
    """Whether this approver gets cards as direct messages. Raises NotApprover."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, team_id: str, user: str, *, wants: bool) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            before = await own_choice(tx, self.people, team_id, user, now, or_stand_in=True)
            await keep(tx, team_id, before, replace(before, wants_direct=wants), "approver.direct", now)


async def own_choice(
    tx: Transaction, people: Deciders, team_id: str, user: str, now: datetime, *, or_stand_in: bool = False
) -> ApproverChoice:
    who = await who_decides(tx, people, team_id, now.date())
    if user not in who.approvers and not (or_stand_in and user in who.stand_ins.values()):
        raise NotApprover(who.approvers)
    chosen = [choice for choice in await tx.approvers.of_team(team_id) if choice.user == user]
    return chosen[0] if chosen else ApproverChoice(user)


async def keep(
    tx: Transaction, team_id: str, before: ApproverChoice, after: ApproverChoice, what: str, now: datetime
) -> None:
    await tx.approvers.keep(team_id, after)
    await tx.audit.record(AuditEntry(team_id, after.user, what, after.user, told(before), told(after)), now=now)
    await refresh_homes(tx, team_id, [after.user, *([after.stand_in] if after.stand_in else [])], now=now)


def told(choice: ApproverChoice) -> dict[str, Any]:
    facts = asdict(choice)
    return facts | {"until": choice.until.isoformat() if choice.until else None}
