"""Who waits for a provider's place, in the order in which they get one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.domain.training import TuningJobId, Usual, Waiting
from pipeline.fair_order import in_order, starts_in
from pipeline.ports import Transaction

LOOKS: Final = 5  # for a lost run before a person is asked; from then on it takes nobody's place


@dataclass(frozen=True, slots=True)
class Line:
    """under_way: runs that have a place. waiting: in the order in which they get one."""

    under_way: tuple[Waiting, ...]
    waiting: tuple[Waiting, ...]

    def before(self, tuning_job_id: TuningJobId) -> int:
        """How many that wait go first."""
        return next((at for at, run in enumerate(self.waiting) if run.tuning_job_id == tuning_job_id), 0)

    def is_next(self, tuning_job_id: TuningJobId, places: int) -> bool:
        """Whether it gets a place now."""
        free = max(0, places - len(self.under_way))
        return tuning_job_id in [run.tuning_job_id for run in self.waiting[:free]]

    def begins_at(self, tuning_job_id: TuningJobId, places: int, usual: Usual | None, now: datetime) -> datetime | None:
        """About when, going by how long runs took before; None when it is next or nobody can say."""
        ahead = len(self.under_way) + self.before(tuning_job_id)
        return now + starts_in(ahead, places, usual) if usual is not None and ahead >= places else None


async def line_at(tx: Transaction, provider: str) -> Line:
    runs = await tx.run_queue.line(provider)
    waiting = [run for run in runs if run.state == "queued"]
    under_way = tuple(run for run in runs if run.state != "queued" and not waits_for_a_person(run))
    last_start = await tx.run_queue.last_start(provider, sorted({run.requested_by for run in waiting}))
    return Line(under_way, tuple(in_order(waiting, under_way, last_start)))


def waits_for_a_person(run: Waiting) -> bool:
    return run.state == "in-doubt" and run.unknowns > LOOKS
