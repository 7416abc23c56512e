"""Signatures, rules and choices: nobody signs twice, also when ten press at once."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from storage_seeds import NOW, TEAM, add_request

from pipeline.domain.approvals import ApproverChoice, Signature, SpendRules
from pipeline.domain.spending import SpendRequest
from storage.database import SqlDatabase
from storage.engine import Engine
from storage.rows import insert
from storage.tables import SignatureRow

TODAY = date(2026, 11, 21)


async def a_request(db: SqlDatabase) -> SpendRequest:
    async with db.begin() as tx:
        return await add_request(tx)


async def sign(db: SqlDatabase, request: SpendRequest, signature: Signature) -> bool:
    async with db.begin() as tx:
        return await tx.signatures.sign(request.spend_request_id, signature)


async def test_ten_presses_of_one_person_are_one_signature(db: SqlDatabase) -> None:
    request = await a_request(db)
    signed = await asyncio.gather(*(sign(db, request, Signature("U1", "U1", NOW)) for _ in range(10)))
    assert signed.count(True) == 1
    async with db.read() as tx:
        assert await tx.signatures.of_request(request.spend_request_id) == [Signature("U1", "U1", NOW)]


async def test_an_approver_and_their_stand_in_are_one_authority(db: SqlDatabase) -> None:
    request = await a_request(db)
    assert await sign(db, request, Signature("USTAND", "U1", NOW))
    assert not await sign(db, request, Signature("U1", "U1", NOW))
    assert not await sign(db, request, Signature("USTAND", "U2", NOW))
    assert await sign(db, request, Signature("U2", "U2", NOW))


async def test_a_signature_may_agree_to_more_later_but_not_to_less(db: SqlDatabase) -> None:
    request = await a_request(db)
    first = Signature("U1", "U1", NOW)
    raising = replace(first, month="2026-11", raises={"": 164, "voice:1": 5})
    assert await sign(db, request, first) and await sign(db, request, raising)
    assert not await sign(db, request, replace(raising, raises={"": 100}))
    assert await sign(db, request, replace(raising, month="2026-12"))
    async with db.read() as tx:
        (stored,) = await tx.signatures.of_request(request.spend_request_id)
    assert stored.covers({"": 164}, "2026-12") and not stored.covers({"": 165}, "2026-12")
    assert not stored.covers({"": 164}, "2026-11")


async def test_ten_at_once_cannot_pass_the_days_cap_of_approvals_by_rule(db: SqlDatabase) -> None:
    async def count() -> bool:
        async with db.begin() as tx:
            return await tx.signatures.count_by_rule(TEAM, TODAY, most=3)

    assert (await asyncio.gather(*(count() for _ in range(10)))).count(True) == 3
    async with db.begin() as tx:
        await tx.signatures.uncount(TEAM, TODAY)
        assert await tx.signatures.count_by_rule(TEAM, TODAY, most=3)
        assert not await tx.signatures.count_by_rule(TEAM, TODAY, most=3)
        assert await tx.signatures.count_by_rule(TEAM, TODAY + timedelta(days=1), most=1)


async def test_a_rule_that_was_set_counts_and_the_rest_is_as_the_settings_say(db: SqlDatabase) -> None:
    defaults = SpendRules(approvers=("U1",), month_limit_microusd=5_000_000, auto_per_day=4)
    async with replace(db, spend_rules=defaults).begin() as tx:
        assert await tx.spend_rules.of_team(TEAM) == defaults
        await tx.spend_rules.change(TEAM, "approvers", ("U2", "S1"), by="UADMIN", now=NOW)
        await tx.spend_rules.change(TEAM, "voice_limit_microusd", 7, by="UADMIN", now=NOW)
        await tx.spend_rules.change(TEAM, "voice_limit_microusd", None, by="UADMIN", now=NOW)
        await tx.spend_rules.change(TEAM, "month_limit_microusd", 9, by="UADMIN", now=NOW)
        expected = replace(defaults, approvers=("U2", "S1"), month_limit_microusd=9)
        assert await tx.spend_rules.of_team(TEAM) == expected
        assert await tx.spend_rules.of_team("T2") == defaults
        assert (await tx.ledger.month(TEAM, "2026-11")).limit_microusd == 9


async def test_approvers_choices_are_kept_and_a_stand_in_ends_with_its_day(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        await tx.approvers.keep(TEAM, ApproverChoice("U1", wants_direct=False))
        choice = ApproverChoice("U1", wants_direct=False, stand_in="U2", until=TODAY)
        await tx.approvers.keep(TEAM, choice)
        assert await tx.approvers.of_team(TEAM) == [choice] and await tx.approvers.of_team("T2") == []
    assert choice.standing_in(TODAY) == "U2" and choice.standing_in(TODAY + timedelta(days=1)) is None


async def test_what_a_request_waits_for_is_kept_until_it_is_decided(db: SqlDatabase) -> None:
    request = await a_request(db)
    waiting = replace(request, answerable_since=NOW, reminded_at=NOW, direct_copies=("U1", "U2"))
    async with db.begin() as tx:
        await tx.waiting_requests.keep(waiting)
        assert await tx.waiting_requests.of_team(TEAM) == [waiting] and await tx.waiting_requests.of_team("T2") == []
        await tx.spend_requests.decide(request.spend_request_id, state="declined", by="U1", at=NOW, reason=None)
        await tx.waiting_requests.keep(request)
        assert await tx.waiting_requests.of_team(TEAM) == []
        assert (await tx.spend_requests.by_id(request.spend_request_id)).direct_copies == ("U1", "U2")


def test_a_request_is_due_a_reminder_after_a_day_and_its_end_after_three() -> None:
    day = timedelta(hours=24)
    request = SpendRequest(1, TEAM, 1, 1, 1, "h", "p", "b", "m", 3, 1, 1, "asked", "U1", NOW)  # type: ignore[arg-type]  # a bare id
    assert request.next_due_at is None and request.expires_at is None
    answerable = replace(request, answerable_since=NOW)
    assert answerable.next_due_at == NOW + day and answerable.expires_at == NOW + 3 * day
    assert replace(answerable, reminded_at=NOW + day).next_due_at == NOW + 3 * day


async def test_the_database_itself_refuses_a_second_signature(engine: Engine, db: SqlDatabase) -> None:
    request = await a_request(db)
    facts = {"at": NOW, "kind": "approver", "reason": "", "month": "", "raises": {}}
    of = {"team_id": TEAM, "spend_request_id": request.spend_request_id, "user": "U1"}
    with pytest.raises(IntegrityError):
        async with engine.writing() as session:
            await insert(session, SignatureRow, **of, authority="U1", **facts)
            await insert(session, SignatureRow, **of, authority="U2", **facts)
