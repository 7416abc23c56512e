"""What the home tab shows of a workspace."""

from dataclasses import dataclass

from pipeline.domain.spending import MonthSpend
from pipeline.domain.training import TuningJob, VoiceModel
from pipeline.domain.voices import Consent, Voice
from pipeline.ports import Clock, Database


@dataclass(frozen=True, slots=True)
class VoiceOnHome:
    voice: Voice
    consent: Consent | None
    models: list[VoiceModel]


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """running: training runs that have not ended."""

    voices: list[VoiceOnHome]
    running: list[TuningJob]
    month: MonthSpend


@dataclass(frozen=True, slots=True)
class LookAtHome:
    database: Database
    clock: Clock

    async def __call__(self, team_id: str) -> HomeFacts:
        async with self.database.read() as tx:
            voices = [
                VoiceOnHome(
                    voice, await tx.consents.newest(voice.voice_id), await tx.voice_models.of_voice(voice.voice_id)
                )
                for voice in await tx.voices.of_team(team_id)
            ]
            month = await tx.ledger.month(team_id, f"{self.clock():%Y-%m}")
            return HomeFacts(voices, await tx.tuning_jobs.unfinished(team_id), month)
