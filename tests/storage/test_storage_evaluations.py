"""A version has one evaluation; its tries change, and what it came to is kept with them, and paid once."""

from dataclasses import replace

from storage_seeds import NOW, TEAM, add_model

from pipeline.domain.evaluations import Evaluation, Try
from pipeline.domain.spending import MonthSpend
from pipeline.domain.training import VoiceModel
from pipeline.ports import Transaction
from storage.database import SqlDatabase

TRIES = (Try("voice", 1, "Write about saws."), Try("plain", 1, "Write about saws."))
MONTH = "2026-11"


def evaluation_of(model: VoiceModel, held_microusd: int = 7_000) -> Evaluation:
    return Evaluation(TEAM, model.voice_model_id, model.voice_id, NOW, MONTH, "USTEWARD", held_microusd, TRIES)


async def started(tx: Transaction) -> Evaluation:
    new = await tx.evaluations.start(evaluation_of(await add_model(tx)))
    assert new is not None
    return new


async def month(tx: Transaction) -> tuple[int, int]:
    spent: MonthSpend = await tx.ledger.month(TEAM, MONTH)
    return spent.held_microusd, spent.settled_microusd


async def test_an_evaluation_comes_back_equal_and_one_per_version(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        model = await add_model(tx)
        assert await tx.evaluations.of_model(model.voice_model_id) is None
        new = evaluation_of(model)
        assert await tx.evaluations.start(new) == new
        assert await tx.evaluations.start(replace(new, tries=())) == new
        assert await month(tx) == (7_000, 0)


async def test_what_was_written_and_told_is_kept(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        new = await started(tx)
        written = replace(TRIES[0], state="written", sends=1, blob="ab" * 32, cost_microusd=3_000_000_000)
        done = replace(new, tries=(written, TRIES[1]), told={"likeness": {"why": None}})
        await tx.evaluations.update(done)
    async with db.read() as tx:
        assert await tx.evaluations.of_model(new.voice_model_id) == done
        assert done.next == TRIES[1]


async def test_a_budget_that_would_be_passed_leaves_nothing_behind(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        model = await add_model(tx)
        limit = (await tx.ledger.month(TEAM, MONTH)).limit_microusd
        assert await tx.evaluations.start(evaluation_of(model, limit + 1)) is None
        assert await tx.evaluations.of_model(model.voice_model_id) is None
        assert await month(tx) == (0, 0)


async def test_its_bill_is_settled_once(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        new = await started(tx)
        paid = replace(
            new, tries=(replace(TRIES[0], sends=2, answered=1, cost_microusd=300, send_microusd=50), TRIES[1])
        )
        await tx.evaluations.update(paid)
        assert await tx.evaluations.end(paid)
        assert not await tx.evaluations.end(paid)
        assert await month(tx) == (0, 350)
        ended = await tx.evaluations.of_model(new.voice_model_id)
        assert ended is not None and ended.has_ended
