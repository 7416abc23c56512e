"""By which rules money is approved, who signed, and what approvers chose."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.approvals import ApproverChoice, RuleName, Signature, SpendRules
from pipeline.domain.spending import SpendRequestId
from storage.rows import insert_into, insert_new, the_one
from storage.tables import ApproverRow, AutoApprovalRow, SignatureRow, SpendRequestRow, SpendRuleRow


@dataclass(frozen=True, slots=True)
class SqlSpendRules:
    """defaults: what the settings say."""

    session: AsyncSession
    defaults: SpendRules

    async def of_team(self, team_id: str) -> SpendRules:
        rows = select(SpendRuleRow).where(col(SpendRuleRow.team_id) == team_id)
        known = {row.name: row.value for row in await self.session.exec(rows)}
        if "approvers" in known:
            known["approvers"] = tuple(known["approvers"])
        return replace(self.defaults, **known)

    async def change(self, team_id: str, name: RuleName, value: Any, *, by: str, now: datetime) -> None:
        changed = {"value": list(value) if isinstance(value, tuple) else value, "set_by": by, "set_at": now}
        row = insert_into(self.session, SpendRuleRow).values(team_id=team_id, name=name, **changed)
        await self.session.exec(row.on_conflict_do_update(index_elements=["team_id", "name"], set_=changed))


@dataclass(frozen=True, slots=True)
class SqlSignatures:
    session: AsyncSession

    async def sign(self, request_id: SpendRequestId, signature: Signature) -> bool:
        request = await the_one(self.session, SpendRequestRow, col(SpendRequestRow.id) == request_id)
        facts: dict[str, Any] = {"at": signature.at, "kind": signature.kind, "reason": signature.reason}
        facts |= {"month": signature.month, "raises": dict(signature.raises)}
        who = {"user": signature.user, "authority": signature.authority, "spend_request_id": request_id}
        if await insert_new(self.session, SignatureRow, team_id=request.team_id, **who, **facts) is not None:
            return True
        mine = [one for one in await self.of_request(request_id) if one.user == signature.user]
        if not mine or mine[0].covers(signature.raises, signature.month):
            return False
        same = (col(SignatureRow.spend_request_id) == request_id, col(SignatureRow.user) == signature.user)
        await self.session.exec(update(SignatureRow).where(*same).values(**facts))
        return True

    async def of_request(self, request_id: SpendRequestId) -> list[Signature]:
        rows = select(SignatureRow).where(col(SignatureRow.spend_request_id) == request_id)
        return [
            Signature(row.user, row.authority, row.at, row.kind, row.reason, row.month, row.raises)
            for row in await self.session.exec(rows.order_by(col(SignatureRow.at), col(SignatureRow.id)))
        ]

    async def count_by_rule(self, team_id: str, day: date, *, most: int) -> bool:
        await insert_new(self.session, AutoApprovalRow, team_id=team_id, day=day)
        counted = await self.session.exec(
            update(AutoApprovalRow)
            .where(*_on_day(team_id, day), col(AutoApprovalRow.used) < most)
            .values(used=col(AutoApprovalRow.used) + 1)
        )
        return counted.rowcount == 1

    async def uncount(self, team_id: str, day: date) -> None:
        fewer = update(AutoApprovalRow).where(*_on_day(team_id, day)).values(used=col(AutoApprovalRow.used) - 1)
        await self.session.exec(fewer)


@dataclass(frozen=True, slots=True)
class SqlApprovers:
    session: AsyncSession

    async def of_team(self, team_id: str) -> list[ApproverChoice]:
        rows = select(ApproverRow).where(col(ApproverRow.team_id) == team_id).order_by(col(ApproverRow.user))
        return [
            ApproverChoice(row.user, row.wants_direct, row.stand_in, row.until) for row in await self.session.exec(rows)
        ]

    async def keep(self, team_id: str, choice: ApproverChoice) -> None:
        chosen = {"wants_direct": choice.wants_direct, "stand_in": choice.stand_in, "until": choice.until}
        row = insert_into(self.session, ApproverRow).values(team_id=team_id, user=choice.user, **chosen)
        await self.session.exec(row.on_conflict_do_update(index_elements=["team_id", "user"], set_=chosen))


def _on_day(team_id: str, day: date) -> tuple[Any, Any]:
    return col(AutoApprovalRow.team_id) == team_id, col(AutoApprovalRow.day) == day
