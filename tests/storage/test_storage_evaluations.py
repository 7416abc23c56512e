"""A version has one evaluation; its tries change, and what it came to is kept with them."""

from dataclasses import replace

from storage_seeds import NOW, TEAM, add_model

from pipeline.domain.evaluations import Evaluation, Try
from storage.database import SqlDatabase

TRIES = (Try("voice", 1, "Write about saws."), Try("plain", 1, "Write about saws."))


async def test_an_evaluation_comes_back_equal_and_one_per_version(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        model = await add_model(tx)
        assert await tx.evaluations.of_model(model.voice_model_id) is None
        new = Evaluation(TEAM, model.voice_model_id, NOW, TRIES)
        assert await tx.evaluations.start(new) == new
        assert await tx.evaluations.start(replace(new, tries=())) == new


async def test_what_was_written_and_told_is_kept(db: SqlDatabase) -> None:
    async with db.begin() as tx:
        model = await add_model(tx)
        new = await tx.evaluations.start(Evaluation(TEAM, model.voice_model_id, NOW, TRIES))
        written = replace(TRIES[0], state="written", sends=1, blob="ab" * 32, cost_microusd=3_000_000_000)
        done = replace(new, tries=(written, TRIES[1]), told={"likeness": {"why": None}})
        await tx.evaluations.update(done)
    async with db.read() as tx:
        assert await tx.evaluations.of_model(model.voice_model_id) == done
        assert done.next == TRIES[1]
