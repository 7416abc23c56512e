"""Rehearsals in other processes, so that no ack waits for one."""

from dataclasses import dataclass
from functools import partial

from bot.preparing import ProcessPool
from pipeline.rehearsal import TooFew, Trial, try_out


@dataclass(frozen=True, slots=True)
class ExecutorRehearser:
    """Satisfies bot.features.rehearsal.usecase.Rehearser."""

    pool: ProcessPool

    async def rehearse(self, train_rows: bytes, held_out_rows: bytes) -> Trial | TooFew:
        return await self.pool.run(partial(try_out, train_rows, held_out_rows))
