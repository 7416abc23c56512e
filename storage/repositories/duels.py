"""Duels between versions of a voice, their texts and votes."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.approvals import scopes
from pipeline.domain.duels import (
    Choice,
    Duel,
    DuelId,
    DuelState,
    DuelText,
    DuelTextId,
    NewDuel,
    NewText,
    Vote,
)
from pipeline.domain.training import VoiceModelId
from pipeline.domain.voices import VoiceId
from storage.repositories.approvals import SqlSpendRules
from storage.repositories.ledger import hold_in_budgets, settle_in_budgets
from storage.rows import insert, insert_into, the_one
from storage.tables import DuelRow, DuelTextRow, DuelVoteRow


@dataclass(frozen=True, slots=True)
class SqlDuels:
    session: AsyncSession
    rules: SqlSpendRules

    async def start(self, new: NewDuel, *, now: datetime) -> Duel | None:
        rules, mine = await self.rules.of_team(new.team_id), scopes(new.voice_id, new.asked_by)
        if not await hold_in_budgets(self.session, rules, mine, new.team_id, new.month, new.held_microusd):
            return None
        values = asdict(new) | {"voters": list(new.voters), "asked_at": now}
        del values["texts"]
        row = await insert(self.session, DuelRow, **values)
        for text in new.texts:
            await insert(self.session, DuelTextRow, team_id=new.team_id, duel_id=row.id, **asdict(text))
        return await self._whole(row)

    async def by_id(self, duel_id: DuelId) -> Duel:
        return await self._whole(await the_one(self.session, DuelRow, col(DuelRow.id) == duel_id))

    async def of_voice(self, voice_id: VoiceId) -> list[Duel]:
        rows = select(DuelRow).where(col(DuelRow.voice_id) == voice_id).order_by(col(DuelRow.id))
        return [await self._whole(row) for row in (await self.session.exec(rows)).all()]

    async def any_open(self, team_id: str) -> bool:
        open_ = select(DuelRow.id).where(col(DuelRow.team_id) == team_id, col(DuelRow.state) == "open").limit(1)
        return (await self.session.exec(open_)).first() is not None

    async def end(
        self,
        duel: Duel,
        state: DuelState,
        *,
        bill_microusd: int | None = None,
        failure: str | None = None,
        closed_at: datetime | None = None,
    ) -> bool:
        same = (col(DuelRow.id) == duel.duel_id, col(DuelRow.state) == duel.state)
        values: dict[str, Any] = {"state": state, "failure": failure, "closed_at": closed_at}
        if bill_microusd is not None:
            values["actual_microusd"] = bill_microusd
        ended = await self.session.exec(update(DuelRow).where(*same).values(**values))
        if ended.rowcount != 1:
            return False
        if bill_microusd is not None:
            facts = duel.facts
            mine = scopes(facts.voice_id, facts.asked_by)
            await settle_in_budgets(self.session, mine, facts.team_id, facts.month, facts.held_microusd, bill_microusd)
        return True

    async def extend(self, duel: Duel, *, closes_at: datetime) -> None:
        changed = update(DuelRow).where(col(DuelRow.id) == duel.duel_id).values(closes_at=closes_at, state="open")
        await self.session.exec(changed)

    async def _whole(self, row: DuelRow) -> Duel:
        of = (await self.session.exec(_of_duel(row.id))).all()
        said = select(DuelVoteRow).where(col(DuelVoteRow.duel_id) == row.id).order_by(col(DuelVoteRow.id))
        votes = tuple(Vote(one.voter, one.number, one.choice) for one in (await self.session.exec(said)).all())
        texts = tuple(_text(one) for one in of)
        facts = _facts(row, tuple(one.wanted for one in texts))
        return Duel(
            duel_id=DuelId(row.id),
            facts=facts,
            state=row.state,
            asked_at=row.asked_at,
            closes_at=row.closes_at,
            texts=texts,
            votes=votes,
            failure=row.failure,
            closed_at=row.closed_at,
        )


@dataclass(frozen=True, slots=True)
class SqlDuelTexts:
    session: AsyncSession

    async def duel_of(self, text_id: DuelTextId) -> DuelId:
        return DuelId((await the_one(self.session, DuelTextRow, col(DuelTextRow.id) == text_id)).duel_id)

    async def update(self, text: DuelText) -> None:
        values = {name: getattr(text, name) for name in ("state", "sends", "answered", "cost_microusd", "text")}
        changed = update(DuelTextRow).where(col(DuelTextRow.id) == text.text_id).values(**values)
        await self.session.exec(changed)


@dataclass(frozen=True, slots=True)
class SqlDuelVotes:
    session: AsyncSession

    async def give(self, duel: Duel, voter: str, number: int, choice: Choice, *, at: datetime) -> None:
        of = {"team_id": duel.facts.team_id, "duel_id": duel.duel_id, "voter": voter, "number": number}
        given = insert_into(self.session, DuelVoteRow).values(**of, choice=choice, at=at)
        columns = ["duel_id", "voter", "number"]
        await self.session.exec(given.on_conflict_do_update(index_elements=columns, set_={"choice": choice, "at": at}))


def _of_duel(duel_id: int) -> Any:
    order = (col(DuelTextRow.number), col(DuelTextRow.id))
    return select(DuelTextRow).where(col(DuelTextRow.duel_id) == duel_id).order_by(*order)


def _facts(row: DuelRow, texts: tuple[NewText, ...]) -> NewDuel:
    return NewDuel(
        team_id=row.team_id,
        voice_id=VoiceId(row.voice_id),
        one=VoiceModelId(row.one),
        other=VoiceModelId(row.other),
        channel_id=row.channel_id,
        asked_by=row.asked_by,
        voters=tuple(row.voters),
        closes_at=row.closes_at,
        month=row.month,
        held_microusd=row.held_microusd,
        texts=texts,
        is_automatic=row.is_automatic,
    )


def _text(row: DuelTextRow) -> DuelText:
    return DuelText(
        text_id=DuelTextId(row.id),
        wanted=NewText(row.number, row.contender, row.brief, row.send_microusd, row.is_held_out),
        state=row.state,
        sends=row.sends,
        answered=row.answered,
        cost_microusd=row.cost_microusd,
        text=row.text,
    )
