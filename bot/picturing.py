"""Pictures drawn in other processes, so that no ack waits for one."""

import json
from dataclasses import dataclass
from functools import partial

from bot.features.board.usecase import Board
from bot.preparing import ProcessPool
from pipeline import board_picture
from pipeline.losses import picture, read_losses
from pipeline.pictures import Picture, pictures


@dataclass(frozen=True, slots=True)
class ExecutorPainter:
    """Satisfies Painter, CurvePainter and BoardPainter of three features."""

    pool: ProcessPool

    async def paint(self, report: bytes) -> list[Picture]:
        return await self.pool.run(partial(painted, report))

    async def curve(self, results: bytes) -> Picture | None:
        return await self.pool.run(partial(curve, results))

    async def board(self, board: Board) -> Picture:
        return await self.pool.run(partial(board_picture.picture, board.voice.handle, board.lines, board.target_s))


def painted(report: bytes) -> list[Picture]:
    return pictures(json.loads(report))


def curve(results: bytes) -> Picture | None:
    losses = read_losses(results)
    return picture(losses) if losses is not None else None
