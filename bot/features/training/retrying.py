"""What people can do about a run that failed: send it again, or leave the row out that was refused."""

from dataclasses import dataclass, replace
from typing import Final

from bot.cards import say_round_card
from bot.features.training.blame import Blame
from bot.features.training.record import move, say
from bot.features.training.stopping import is_waiting_for_money, only_who_may_cancel
from bot.features.training.usecase import Answer, Taken, TooLate, run_of
from bot.lookup import only_collecting, only_steward
from bot.next_round import changed, open_next
from pipeline.blamed_rows import BlamedRow
from pipeline.domain.documents import Split
from pipeline.domain.origins import Text
from pipeline.domain.training import TuningJob
from pipeline.domain.voices import RecipeStep, Round, StepId
from pipeline.ports import Clock, Database, Deciders, Transaction

ROW_LEFT_OUT: Final = "training.row_left_out"
RETRIED: Final = "training.retried"
NOT_SAVED: Final = StepId(0)


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """One press about one row of a run's training file."""

    answer: Answer
    split: Split
    number: int


@dataclass(frozen=True, slots=True)
class Retry:
    """The account at the provider was empty and somebody topped it up; the approval still stands. Raises NotSteward."""

    database: Database
    people: Deciders
    clock: Clock

    async def __call__(self, answer: Answer) -> Taken | TooLate:
        now = self.clock()
        async with self.database.begin() as tx:
            job = await run_of(tx, answer)
            if job is None:
                return TooLate(None)
            await only_who_may_cancel(tx, await tx.voices.by_id(job.voice_id), answer.user, self.people)
            if not is_waiting_for_money(job):
                return TooLate(job.state)
            again = replace(job, state="queued", failure_code=None, failure_message=None, finished_at=None)
            await move(tx, job, again, by=answer.user, now=now)
            await say(tx, job, "ended", RETRIED, user=answer.user)
            await tx.work.enqueue("tuning", job.tuning_job_id, job.team_id, run_at=now)
        return Taken()


@dataclass(frozen=True, slots=True)
class OpenRow:
    """One row as it was sent, for the person who asks. Raises NotSteward."""

    database: Database
    blame: Blame

    async def __call__(self, wish: RowAnswer) -> tuple[BlamedRow, Text] | TooLate:
        async with self.database.read() as tx:
            job = await run_of(tx, wish.answer)
            if job is None:
                return TooLate(None)
            only_steward(await tx.voices.by_id(job.voice_id), wish.answer.user)
        row = await self.blame.row(job, wish.split, wish.number)
        text = await self.blame.text(job, wish.split, wish.number)
        return (row, text) if row is not None and text is not None else TooLate(job.state)


@dataclass(frozen=True, slots=True)
class LeaveOutRow:
    """The text of a refused row is left out of the next round, which is prepared for a new approval. Nothing is spent.

    Raises NotSteward, ConsentWithdrawn.
    """

    database: Database
    blame: Blame
    clock: Clock

    async def __call__(self, wish: RowAnswer) -> Taken | TooLate:
        async with self.database.read() as tx:
            job = await run_of(tx, wish.answer)
        row = await self.blame.row(job, wish.split, wish.number) if job else None
        if job is None or row is None:
            return TooLate(job.state if job else None)
        async with self.database.begin() as tx:
            voice = await tx.voices.by_id(job.voice_id)
            only_steward(voice, wish.answer.user)
            await only_collecting(tx, voice)
            round_ = await open_next(tx, voice, self.clock)
            await self.leave_out(tx, round_, row, wish.answer.user)
            await say_round_card(tx, await tx.rounds.by_id(round_.round_id), voice)
            await self.tell(tx, job, round_, row, wish.answer.user)
        return Taken()

    async def leave_out(self, tx: Transaction, round_: Round, row: BlamedRow, user: str) -> None:
        """Pressed twice it is left out once."""
        steps = await tx.recipe_steps.of_round(round_.round_id)
        if any(step.excluded == row.key and step.undone_at is None for step in steps):
            return
        step = RecipeStep(NOT_SAVED, round_.round_id, by=user, at=self.clock(), excluded=row.key)
        await tx.recipe_steps.append(step)
        await changed(tx, round_, user, "choice.made", {"excluded": row.number}, self.clock)

    async def tell(self, tx: Transaction, job: TuningJob, round_: Round, row: BlamedRow, user: str) -> None:
        facts = {"user": user, "title": row.title, "row": row.number, "next_number": round_.number}
        await say(tx, job, f"left-out-{row.split}-{row.number}", ROW_LEFT_OUT, **facts)
