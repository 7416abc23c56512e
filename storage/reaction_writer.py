"""Group commit: one task writes all reactions that arrived while the last transaction ran."""

import asyncio
from dataclasses import dataclass

from pipeline.domain.drafting import Reaction
from pipeline.ports import Clock
from storage.engine import Engine
from storage.repositories.drafting import SqlReactions
from storage.repositories.record import SqlDeliveries

MAX_BATCH = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reaction whose caller waits; committed tells whether its delivery was new."""

    reaction: Reaction
    delivery_id: str
    committed: asyncio.Future[bool]


class GroupCommitReactions:
    """Satisfies pipeline.ports.ReactionWriter between start() and close()."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._waiting: asyncio.Queue[Waiting | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._write_all(), name="reaction writer")

    async def close(self) -> None:
        """Write what waits, then stop."""
        task, self._task = self._task, None
        if task is not None:
            self._waiting.put_nowait(None)
            await task

    async def record(self, reaction: Reaction, *, delivery_id: str) -> bool:
        if self._task is None:
            raise RuntimeError("the reaction writer does not run")
        committed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait(Waiting(reaction, delivery_id, committed))
        return await committed

    async def _write_all(self) -> None:
        is_open = True
        while is_open:
            arrived = [await self._waiting.get()]
            while len(arrived) < MAX_BATCH and not self._waiting.empty():
                arrived.append(self._waiting.get_nowait())
            is_open = None not in arrived
            await self._write([one for one in arrived if one is not None])

    async def _write(self, batch: list[Waiting]) -> None:
        try:
            fresh = await self._commit(batch) if batch else {}
        except Exception as error:  # noqa: BLE001 - whatever it is, the callers of this batch must hear it
            for one in batch:
                if not one.committed.done():
                    one.committed.set_exception(error)
            return
        for one in batch:
            if not one.committed.done():  # a caller may have been cancelled
                one.committed.set_result(fresh.get(one.delivery_id) is one)

    async def _commit(self, batch: list[Waiting]) -> dict[str, Waiting]:
        """By delivery, those that are new; of one delivery twice in the batch, the first."""
        firsts: dict[str, Waiting] = {}
        for one in batch:
            firsts.setdefault(one.delivery_id, one)
        async with self._engine.writing() as session:
            new = await SqlDeliveries(session).new_ones(firsts, now=self._clock())
            fresh = {delivery_id: one for delivery_id, one in firsts.items() if delivery_id in new}
            await SqlReactions(session).record([one.reaction for one in fresh.values()])
        return fresh
