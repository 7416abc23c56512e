"""Collects what is known of each version of a voice, in words and as a picture."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.lookup import find_voice
from pipeline.board import Line, board
from pipeline.domain.preferences import TARGET_S
from pipeline.domain.training import VoiceModelId
from pipeline.domain.voices import Voice, VoiceId
from pipeline.errors import VoiceNotReady
from pipeline.ports import Database, Transaction
from pipeline.round_rows import JudgedDraft

Judged = Callable[[Transaction, Voice], Awaitable[list[JudgedDraft]]]


@dataclass(frozen=True, slots=True)
class Board:
    """lines: best first. told: what a version's evaluation told. target_s: seconds a draft may take."""

    voice: Voice
    lines: tuple[Line, ...]
    told: Mapping[VoiceModelId, Mapping[str, Any]] = field(default_factory=dict)
    target_s: int = TARGET_S


@dataclass(frozen=True, slots=True)
class ShowBoard:
    """Raises UnknownVoice, VoiceNotReady before there is a version. judged: each draft with what people said of it."""

    database: Database
    judged: Judged

    async def __call__(self, team_id: str, handle: str) -> Board:
        async with self.database.read() as tx:
            return await self.board(tx, await find_voice(tx, team_id, handle))

    async def of_voice(self, voice_id: VoiceId) -> Board:
        async with self.database.read() as tx:
            return await self.board(tx, await tx.voices.by_id(voice_id))

    async def board(self, tx: Transaction, voice: Voice) -> Board:
        models = await tx.voice_models.of_voice(voice.voice_id)
        if not models:
            raise VoiceNotReady(voice.handle, "no version yet")
        lines = board(models, await self.judged(tx, voice), await tx.duels.of_voice(voice.voice_id))
        told = {}
        for model in models:
            tried = await tx.evaluations.of_model(model.voice_model_id)
            if tried is not None and tried.told is not None:
                told[model.voice_model_id] = tried.told
        return Board(voice, lines, told, (await tx.preferences.of_voice(voice.voice_id)).target_s)
