"""Collects what is known of each version of a voice."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.lookup import find_voice
from pipeline.board import Line, board
from pipeline.domain.voices import Voice
from pipeline.errors import VoiceNotReady
from pipeline.ports import Database, Transaction
from pipeline.rounds import JudgedDraft

Judged = Callable[[Transaction, Voice], Awaitable[list[JudgedDraft]]]


@dataclass(frozen=True, slots=True)
class Board:
    """lines: best first."""

    voice: Voice
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ShowBoard:
    """Raises UnknownVoice, VoiceNotReady before there is a version. judged: each draft with what people said of it."""

    database: Database
    judged: Judged

    async def __call__(self, team_id: str, handle: str) -> Board:
        async with self.database.read() as tx:
            voice = await find_voice(tx, team_id, handle)
            models = await tx.voice_models.of_voice(voice.voice_id)
            if not models:
                raise VoiceNotReady(voice.handle, "no version yet")
            return Board(voice, board(models, await self.judged(tx, voice), await tx.duels.of_voice(voice.voice_id)))
