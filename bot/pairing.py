"""Pairs are made ready for training in a process of their own: they are read through and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bot.preparing import ProcessPool, RowFacts, counter
from pipeline.models.tokens import row_tokens
from pipeline.pairs_file import PairsFile, pairs_file
from pipeline.round_rows import PairRow


@dataclass(frozen=True, slots=True)
class ExecutorPairs:
    """Satisfies bot.features.rounds.taking.PairMaker."""

    pool: ProcessPool
    rows: RowFacts

    async def file(self, pairs: Sequence[PairRow], system: str) -> PairsFile:
        return await self.pool.run(partial(counted, tuple(pairs), system, self.rows))


def counted(pairs: tuple[PairRow, ...], system: str, facts: RowFacts) -> PairsFile:
    return pairs_file(pairs, system, partial(row_tokens, count=counter(facts).count))
