"""Pictures drawn in other processes, so that no ack waits for one."""

import json
from dataclasses import dataclass
from functools import partial

from bot.preparing import ProcessPool
from pipeline.pictures import Picture, pictures


@dataclass(frozen=True, slots=True)
class ExecutorPainter:
    """Satisfies bot.features.pictures.usecase.Painter."""

    pool: ProcessPool

    async def paint(self, report: bytes) -> list[Picture]:
        return await self.pool.run(partial(painted, report))


def painted(report: bytes) -> list[Picture]:
    return pictures(json.loads(report))
