"""Who may decide about money now: approvers who are there, and whoever stands in for one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.domain.approvals import SpendRules
from pipeline.ports import Deciders, Transaction


@dataclass(frozen=True, slots=True)
class WhoDecides:
    """stand_ins: by the approver they stand in for. direct: who gets cards as direct messages. gone: how many left."""

    rules: SpendRules
    approvers: tuple[str, ...]
    stand_ins: Mapping[str, str]
    direct: frozenset[str]
    gone: int

    def besides(self, user: str) -> tuple[str, ...]:
        """Everybody who may sign a request of this person's, approvers first."""
        approvers = [each for each in self.approvers if each != user]
        others = [stand_in for each, stand_in in self.stand_ins.items() if each != user and stand_in != user]
        return tuple(dict.fromkeys([*approvers, *others]))

    def authority(self, user: str, *, requester: str) -> str | None:
        """For whom this person signs a request of the requester's: themselves, or an approver who is not the requester.

        None when they may not.
        """
        if user == requester:
            return None
        if user in self.approvers:
            return user
        stood_in = [each for each, stand_in in self.stand_ins.items() if stand_in == user and each != requester]
        return stood_in[0] if stood_in else None

    def told(self, requester: str) -> tuple[str, ...]:
        """Who gets the card as a direct message."""
        return tuple(user for user in self.besides(requester) if user in self.direct)


async def who_decides(tx: Transaction, people: Deciders, team_id: str, today: date) -> WhoDecides:
    rules = await tx.spend_rules.of_team(team_id)
    approvers = people.reachable(team_id, rules.approvers)
    choices = {choice.user: choice for choice in await tx.approvers.of_team(team_id)}
    named = {each: choices[each].standing_in(today) for each in approvers if each in choices}
    stand_ins = {each: user for each, user in named.items() if user and people.reachable(team_id, [user])}

    def wants(user: str) -> bool:
        chosen = choices[user].wants_direct if user in choices else None
        return rules.tells_approvers if chosen is None else chosen

    direct = frozenset(user for user in (*approvers, *stand_ins.values()) if wants(user))
    users = [entry for entry in rules.approvers if not entry.startswith("S")]
    return WhoDecides(rules, approvers, stand_ins, direct, gone=len(users) - len(people.reachable(team_id, users)))


async def refresh_homes(tx: Transaction, team_id: str, users: Sequence[str], *, now: datetime) -> None:
    """Have the home tabs of these people shown anew."""
    for user in users:
        await tx.work.enqueue("home", f"{team_id}:{user}", team_id, run_at=now)
