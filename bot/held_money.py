"""Why money could not be held for drafts that several people judge."""

from datetime import date
from typing import Protocol

from pipeline.domain.approvals import scopes
from pipeline.domain.voices import Voice, VoiceId
from pipeline.errors import OverBudget
from pipeline.ports import Transaction


class Held(Protocol):
    """What was to be held, for whom. month: whose budgets pay."""

    @property
    def team_id(self) -> str: ...
    @property
    def voice_id(self) -> VoiceId: ...
    @property
    def asked_by(self) -> str: ...
    @property
    def month(self) -> str: ...
    @property
    def held_microusd(self) -> int: ...


async def over_budget(tx: Transaction, new: Held, voice: Voice) -> OverBudget:
    """Of the month, the voice or the person, whichever has too little left."""
    mine = scopes(new.voice_id, new.asked_by)
    budgets = [one for one in await tx.budgets.of_team(new.team_id, new.month) if one.scope in mine]
    passed = next(one for one in budgets if one.passed_by(new.held_microusd))
    name = voice.handle if passed.kind == "voice" else passed.subject
    first, would_be = date.fromisoformat(f"{new.month}-01"), passed.used_microusd + new.held_microusd
    return OverBudget(first, would_be, passed.limit_microusd or 0, passed.kind, name, has_card=False)
