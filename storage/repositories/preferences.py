"""What a voice's people want of it."""

from dataclasses import asdict, dataclass

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from pipeline.domain.preferences import Preferences
from pipeline.domain.voices import Voice, VoiceId
from storage.rows import find, insert_into
from storage.tables import VoicePreferenceRow


@dataclass(frozen=True, slots=True)
class SqlVoicePreferences:
    session: AsyncSession

    async def of_voice(self, voice_id: VoiceId) -> Preferences:
        row = await find(self.session, VoicePreferenceRow, col(VoicePreferenceRow.voice_id) == voice_id)
        return Preferences(row.target_s, row.weekly) if row else Preferences()

    async def choose(self, voice: Voice, preferences: Preferences) -> None:
        chosen = asdict(preferences)
        row = insert_into(self.session, VoicePreferenceRow).values(
            team_id=voice.team_id, voice_id=voice.voice_id, **chosen
        )
        await self.session.exec(row.on_conflict_do_update(index_elements=["voice_id"], set_=chosen))
