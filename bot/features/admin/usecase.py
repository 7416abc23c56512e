"""The rules for spending, looked at and changed by an admin; each change is an audit row of its own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.admin_menu import AdminRole
from pipeline.domain.approvals import RuleName, SpendRules
from pipeline.domain.work import AuditEntry
from pipeline.errors import NotAdmin
from pipeline.ports import Clock, Database, Deciders


@dataclass(frozen=True, slots=True)
class CheckAdmin:
    """Raises NotAdmin."""

    people: Deciders

    async def __call__(self, team_id: str, user: str) -> None:
        admins = self.people.admins(team_id)
        if user not in admins:
            raise NotAdmin(admins)


@dataclass(frozen=True, slots=True)
class OpenMenu:
    """What of the menu somebody may open. Raises NotAdmin for who is neither admin nor approver."""

    database: Database
    people: Deciders

    async def __call__(self, team_id: str, user: str) -> frozenset[AdminRole]:
        async with self.database.read() as tx:
            rules = await tx.spend_rules.of_team(team_id)
        admins = self.people.admins(team_id)
        people: dict[AdminRole, Collection[str]] = {
            "admin": admins,
            "approver": self.people.reachable(team_id, rules.approvers),
        }
        roles = frozenset(role for role, users in people.items() if user in users)
        if not roles:
            raise NotAdmin(admins)
        return roles


@dataclass(frozen=True, slots=True)
class RulesNow:
    """groups: user groups to choose from, by id."""

    rules: SpendRules
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LookAtRules:
    """Raises NotAdmin."""

    database: Database
    people: Deciders
    check: CheckAdmin

    async def __call__(self, team_id: str, user: str) -> RulesNow:
        await self.check(team_id, user)
        async with self.database.read() as tx:
            return RulesNow(await tx.spend_rules.of_team(team_id), self.people.groups(team_id))


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """Only what differs is written. Requests that wait are looked at again under the new rules. Raises NotAdmin."""

    database: Database
    check: CheckAdmin
    clock: Clock

    async def __call__(self, team_id: str, user: str, wanted: Mapping[RuleName, Any]) -> list[RuleName]:
        await self.check(team_id, user)
        now = self.clock()
        async with self.database.begin() as tx:
            rules = await tx.spend_rules.of_team(team_id)
            changed = [name for name, value in wanted.items() if getattr(rules, name) != value]
            for name in changed:
                await tx.spend_rules.change(team_id, name, wanted[name], by=user, now=now)
                before, after = {"value": getattr(rules, name)}, {"value": wanted[name]}
                await tx.audit.record(AuditEntry(team_id, user, "rule.changed", name, before, after), now=now)
            for request in await tx.waiting_requests.of_team(team_id) if changed else ():
                await tx.work.enqueue("approval", request.spend_request_id, team_id, run_at=now)
        return changed
